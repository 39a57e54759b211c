"""Lists that staff are sent time and again: what stands on each person's, and when it comes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from rules.calendar import BusinessCalendar, read_clock
from rules.decide import guards
from rules.decide.audience import at_work, holders, responsible, union
from rules.decide.facts import Facts
from rules.decide.knowledge import known
from rules.model import Task, Ticket
from rules.process import Digest, Process


@dataclass(frozen=True, slots=True)
class Entry:
    """A ticket on a list, or one task of it. `facts` are those of the ticket."""

    facts: Facts
    ticket: Ticket
    task: Task | None = None
    overdue: bool = False


def next_run(spec: Digest, calendar: BusinessCalendar, now: datetime) -> datetime:
    """When the digest comes next, after now."""
    clock = read_clock(spec.at) if spec.at else None
    if clock is not None:
        return calendar.next_at(clock, now)
    return calendar.add(now, spec.every or "1 day")


def statuses_of(process: Process, spec: Digest) -> tuple[str, ...]:
    """The statuses whose tickets may stand on the list."""
    every = process.open_statuses() if spec.lists == "tickets" else tuple(process.statuses)
    return spec.while_ or every


def today(facts: Facts) -> date:
    """By the clock of the desk."""
    return facts.now.astimezone(ZoneInfo(facts.desk.time_zone)).date()


def lists(spec: Digest, about: Iterable[Facts]) -> Mapping[str, tuple[Entry, ...]]:
    """Each person's entries: tickets by urgency and age, tasks by the day they were due."""
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for facts in about:
        for entry in _entries(spec, facts):
            for address in _readers(spec, entry):
                found[address].append(entry)
    return {address: tuple(sorted(entries, key=_order)) for address, entries in found.items()}


def fingerprint(entries: Sequence[Entry]) -> str:
    """The same as long as the list says the same; times that pass do not change it."""
    said = [
        (
            e.ticket.number,
            e.ticket.status,
            e.ticket.priority.value,
            e.task.number if e.task else 0,
            e.overdue,
        )
        for e in entries
    ]
    return sha256(repr(said).encode()).hexdigest()


def _entries(spec: Digest, facts: Facts) -> tuple[Entry, ...]:
    ticket = facts.ticket
    if ticket is None or ticket.status not in statuses_of(facts.process, spec):
        return ()
    if spec.when and not guards.holds(spec.when, known(facts, ticket, {})):
        return ()
    if spec.lists == "tickets":
        return (Entry(facts, ticket),)
    day = today(facts)
    due = [t for t in ticket.tasks if not t.done and t.due is not None and t.due <= day]
    return tuple(Entry(facts, ticket, t, overdue=t.due is not None and t.due < day) for t in due)


def _readers(spec: Digest, entry: Entry) -> tuple[str, ...]:
    return union(_holding(word, entry) for word in spec.to)


def _holding(word: str, entry: Entry) -> tuple[str, ...]:
    facts, ticket, task = entry.facts, entry.ticket, entry.task
    if word == "assignee" and task is not None:
        assignee = at_work(facts, task.assignee)
        given = (assignee,) if assignee else holders(facts, task.role or "", ticket)
        return given or responsible(facts, ticket)
    if word == "desk":
        return responsible(facts, ticket)
    return holders(facts, word, ticket)


def _order(entry: Entry) -> tuple[object, ...]:
    ticket, task = entry.ticket, entry.task
    if task is not None:
        return (task.due, ticket.number, task.number)
    return (-ticket.priority.rank, ticket.opened_at, ticket.number)
