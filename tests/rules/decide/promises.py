"""A small process with clocks and lists, and tickets of it; made for tests of rules/decide."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

from rules.decide.facts import Actor, Facts, TimerDue
from rules.model import Desk, People, Person, Ticket
from rules.process import Process
from tests.rules.processes import load_text

ZONE = ZoneInfo("Europe/Brussels")
DESK = Desk("help@accel.example", "Help", "promises", time_zone="Europe/Brussels")
STAFF = (
    Person("marie@accel.example", "Marie", roles=frozenset({"engineer"}), staff=True),
    Person("tom@accel.example", "Tom", roles=frozenset({"engineer", "lead"}), staff=True),
)
_TEXT = """
process: promises
title: Promises
language: en
languages: [en]
start: open
roles:
  engineer: {label: Engineer}
  lead: {label: Lead}
tells: engineer
hours: {hours: ["09:00-17:00"]}
types:
  incident: {label: Incident}
statuses:
  open: {label: Open}
  held: {label: Held, waits_for: customer}
  done: {label: Done, closed: true}
timers:
  follow_up:
    while: open
    pauses: held
    counts_from: [status, last_staff_mail]
    after:
      {urgent: 1 business day, high: 1 business day, normal: 2 business days, low: 5 business days}
    breach: true
  answer:
    while: open
    pauses: held
    counts_from: opening
    until: staff_mail
    after:
      first:
        - {when: type == 'incident', is: 2 hours}
        - {is: 6 hours}
    breach: true
  forgotten: {counts_from: last_customer_mail, after: 3 weeks, to: done}
digests:
  waiting: {label: Waiting, to: engineer, while: open, when: not assignee, every: 20 minutes}
  mine: {label: Mine, to: [assignee, lead], every: 1 day}
  due: {label: Due, to: assignee, lists: due_tasks, at: "08:00"}
commands:
  hold: {help: holds it, from: open, to: held}
  resume: {help: goes on, from: held, to: open}
  finish: {help: ends it, to: done}
"""


@cache
def promises() -> Process:
    loaded = load_text(_TEXT, "promises.yaml")
    assert isinstance(loaded, Process), loaded
    return loaded


def at(text: str) -> datetime:
    """A moment by the clock in Brussels."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def ticket(number: int = 1, **values: object) -> Ticket:
    known: dict[str, object] = {
        "status": "open",
        "requester": "jan@acme.example",
        "opened_at": at("2026-11-23 09:00"),
        "subject": "Printer",
    }
    return Ticket(number, DESK.address, "promises", "1", **(known | values))  # type: ignore[arg-type]


def facts(about: Ticket, now: str) -> Facts:
    return Facts(
        event=TimerDue("test"),
        actor=Actor(Person("")),
        desk=DESK,
        process=promises(),
        people=People({person.address: person for person in STAFF}),
        now=at(now),
        ticket=about,
    )
