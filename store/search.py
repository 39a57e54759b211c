"""Finding tickets: by desk, person, organisation, state and words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, union

from rules.model import Priority, Ticket
from store import schema
from store.database import Transaction
from store.ticket_rows import fold
from store.tickets import load_all

_tickets = schema.tickets


@dataclass(frozen=True, slots=True)
class Filter:
    """Which tickets are meant; what is not given does not restrict.

    `person` (requester or participant) and `organisation` widen each other: with both, a ticket of
    either is meant. `words` must all be found, in the subject or in one and the same mail; internal
    mails are searched only with `internal`.
    """

    desks: Collection[str] | None = None
    person: str | None = None
    organisation: str | None = None
    assignee: str | None = None
    open: bool | None = None
    statuses: Collection[str] | None = None
    words: str = ""
    internal: bool = False


def find(tx: Transaction, which: Filter, limit: int, offset: int = 0) -> list[Ticket]:
    """Newest first."""
    query = select(_tickets.c.number).where(*_conditions(which))
    query = query.order_by(_tickets.c.number.desc()).limit(limit).offset(offset)
    return load_all(tx, [row.number for row in tx.rows(query)])


def count(tx: Transaction, which: Filter) -> int:
    """How many `find` would give without limit."""
    number: int = tx.scalar(select(func.count(_tickets.c.number)).where(*_conditions(which)))
    return number


def waiting(
    tx: Transaction, desk: str, statuses: Collection[str], limit: int = 200
) -> list[Ticket]:
    """The desk's open tickets in these statuses that nobody is assigned to, the most urgent first,
    of equal urgency the oldest."""
    t = _tickets.c
    query = select(t.number).where(
        t.desk == desk,
        t.status.in_(list(statuses)),
        t.closed_at.is_(None),
        t.assignee.is_(None),
    )
    urgency = case({p.value: p.rank for p in Priority}, value=t.priority)
    query = query.order_by(urgency.desc(), t.opened_at, t.number).limit(limit)
    return load_all(tx, [row.number for row in tx.rows(query)])


def in_statuses(tx: Transaction, desk: str, statuses: Collection[str]) -> list[int]:
    """The numbers of the desk's tickets that stand in one of these statuses."""
    t = _tickets.c
    query = select(t.number).where(t.desk == desk, t.status.in_(list(statuses)))
    return [row.number for row in tx.rows(query.order_by(t.number))]


def with_due_tasks(tx: Transaction, desk: str, day: date) -> list[int]:
    """The numbers of the desk's tickets with an open task that is due by that day."""
    t, task = _tickets.c, schema.tasks.c
    due = exists().where(task.ticket == t.number, task.done.is_(False), task.due <= day)
    query = select(t.number).where(t.desk == desk, due).order_by(t.number)
    return [row.number for row in tx.rows(query)]


def has_history(tx: Transaction, address: str) -> bool:
    """The address is requester or participant of a ticket."""
    p = schema.participants.c
    asked = exists().where(_tickets.c.requester == address)
    took_part = exists().where(p.address == address)
    return bool(tx.scalar(select(or_(asked, took_part))))


# --- conditions --------------------------------------------------------------------------------


def _conditions(which: Filter) -> list[ColumnElement[bool]]:
    t = _tickets.c
    conditions: list[ColumnElement[bool]] = []
    if which.desks is not None:
        conditions.append(t.desk.in_(list(which.desks)))
    if which.person is not None or which.organisation is not None:
        conditions.append(_whose(which.person, which.organisation))
    if which.assignee is not None:
        conditions.append(t.assignee == which.assignee)
    if which.open is not None:
        conditions.append(t.closed_at.is_(None) if which.open else t.closed_at.is_not(None))
    if which.statuses is not None:
        conditions.append(t.status.in_(list(which.statuses)))
    if which.words.strip():
        conditions.append(_holds(fold(which.words).split(), which.internal))
    return conditions


def _whose(person: str | None, organisation: str | None) -> ColumnElement[bool]:
    """A union, since PostgreSQL reads every ticket for an OR over two tables."""
    theirs, p = _tickets.alias("theirs").c, schema.participants.c
    whose: list[Select[int]] = []
    if organisation is not None:
        whose.append(select(theirs.number).where(theirs.organisation == organisation))
    if person is not None:
        whose.append(select(theirs.number).where(theirs.requester == person))
        whose.append(select(p.ticket).where(p.address == person))
    return _tickets.c.number.in_(union(*whose))


def _holds(words: list[str], internal: bool) -> ColumnElement[bool]:
    m = schema.messages.c
    in_subject = and_(*(_tickets.c.folded_subject.contains(w, autoescape=True) for w in words))
    in_text = [m.folded_text.contains(word, autoescape=True) for word in words]
    if not internal:
        in_text.append(m.visibility == "public")
    return or_(in_subject, exists().where(m.ticket == _tickets.c.number, *in_text))
