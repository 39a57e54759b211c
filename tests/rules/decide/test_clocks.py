"""Timers: what starts them, where their clocks stand still, and what a change takes or gives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules.decide import clocks
from rules.decide.scene import Scene
from rules.decide.values import set_attribute
from rules.model import REMIND, Priority, Ticket, Timer
from tests.rules.decide.promises import at, facts, ticket

HOUR = 3600


def scene(about: Ticket, now: str) -> Scene:
    return Scene(facts(about, now))


def moved(about: Ticket, status: str, now: str) -> Ticket:
    """The ticket once its timers know of its new status."""
    found = scene(replace(about, status=status), now)
    clocks.settle(found)
    return found.open_ticket


def timer(about: Ticket, name: str) -> Timer | None:
    return next((t for t in about.timers if t.name == name), None)


def test_a_ticket_begins_with_its_clocks() -> None:
    """Those of its status and of its opening; others wait for what they count from."""
    opened = ticket()
    effects = clocks.beginning(facts(opened, "2026-11-23 09:00"), opened)
    assert {getattr(e, "name", "") for e in effects} == {"follow_up", "answer"}


def test_a_clock_stands_still_and_goes_on() -> None:
    """What was used counts; a night of waiting takes nothing."""
    running = ticket(timers=(Timer("follow_up", at("2026-11-25 09:00")),))
    still = moved(running, "held", "2026-11-23 15:00")
    assert timer(still, "follow_up") == Timer("follow_up", None, 10 * HOUR)
    assert moved(still, "held", "2026-11-24 09:00") == still
    again = moved(still, "open", "2026-11-25 12:00")
    assert timer(again, "follow_up") == Timer("follow_up", at("2026-11-26 14:00"))
    assert moved(again, "done", "2026-11-25 13:00").timers == ()


def test_all_hours_count_where_the_file_says_so() -> None:
    """A timer of hours of any kind goes on over the night."""
    running = ticket(timers=(Timer("answer", at("2026-11-23 18:00")),))
    still = moved(running, "held", "2026-11-23 16:00")
    assert timer(still, "answer") == Timer("answer", None, 2 * HOUR)
    again = moved(still, "open", "2026-11-23 20:00")
    assert timer(again, "answer") == Timer("answer", at("2026-11-23 22:00"))


def test_an_answer_ends_one_clock_and_begins_the_other_anew() -> None:
    """What runs until it, and what counts from it; the latter waits where it stands still."""
    begun = (Timer("answer", at("2026-11-23 15:00")), Timer("follow_up", at("2026-11-25 09:00")))
    here = scene(ticket(timers=begun), "2026-11-24 12:00")
    clocks.wrote(here, "staff")
    assert here.open_ticket.timers == (Timer("follow_up", at("2026-11-26 12:00")),)
    held = scene(ticket(status="held", timers=begun[1:]), "2026-11-24 12:00")
    clocks.wrote(held, "staff")
    assert held.open_ticket.timers == (Timer("follow_up", None, 16 * HOUR),)


def test_a_customers_mail_begins_what_counts_from_it() -> None:
    """Each one anew; weeks keep the hour of the clock."""
    here = scene(ticket(), "2027-03-20 12:00")
    clocks.wrote(here, "customer")
    assert here.open_ticket.timers == (Timer("forgotten", at("2027-04-10 12:00")),)


@pytest.mark.parametrize(
    ("priority", "now", "due"),
    [
        ("high", "2026-11-23 09:00", "2026-11-24 09:00"),
        ("high", "2026-11-23 15:00", "2026-11-24 09:00"),
        ("urgent", "2026-11-24 12:00", "2026-11-24 12:00"),  # over by the new measure: due now
        ("low", "2026-11-24 12:00", "2026-11-30 09:00"),
        ("normal", "2026-11-24 12:00", "2026-11-25 09:00"),
    ],
)
def test_another_priority_is_another_time(priority: str, now: str, due: str) -> None:
    """Counted from when the timer began, whenever the priority is set."""
    here = scene(ticket(timers=(Timer("follow_up", at("2026-11-25 09:00")),)), now)
    set_attribute(here, "priority", priority)
    found = timer(here.open_ticket, "follow_up")
    assert found is not None and found.due_at is not None
    calendar = clocks.calendar_of(here.facts)
    assert calendar.between(found.due_at, at(due)) == calendar.between(at(due), found.due_at)
    assert calendar.between(found.due_at, at(due)).total_seconds() == 0


def test_another_priority_while_the_clock_stands_still() -> None:
    """Less is left, never less than nothing."""
    for left, after in ((10 * HOUR, 2 * HOUR), (3 * HOUR, 0)):
        still = ticket(status="held", timers=(Timer("follow_up", None, left),))
        here = scene(still, "2026-11-24 12:00")
        set_attribute(here, "priority", Priority.URGENT.value)
        assert here.open_ticket.timers == (Timer("follow_up", None, after),)


def test_another_type_is_another_time() -> None:
    """Where the cases of a timer ask for it."""
    here = scene(ticket(timers=(Timer("answer", at("2026-11-23 15:00")),)), "2026-11-23 10:00")
    set_attribute(here, "type", "incident")
    assert here.open_ticket.timers == (Timer("answer", at("2026-11-23 11:00")),)


def test_a_reminder_is_nobodys_but_its_own() -> None:
    """It keeps its time whatever the ticket's status and priority, until the ticket is closed."""
    reminded = ticket(timers=(Timer(REMIND, at("2026-12-01 09:00")),))
    held = moved(reminded, "held", "2026-11-24 09:00")
    assert timer(held, REMIND) == reminded.timers[0]
    assert moved(held, "done", "2026-11-24 10:00").timers == ()
