"""Whether each ticket is what its journal tells, and none is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import func, select

from rules.model import Ticket
from store import journal, schema, tickets
from store.audit.faults import Fault, Finding
from store.database import Database, Transaction

_PAGE = 20
"""Tickets of one snapshot, each with its journal."""
_MEND = "restore the ticket from a backup, or have it looked at by whoever changed the database"


def histories(database: Database) -> Iterator[Finding]:
    """One finding for each number that was given to a ticket."""
    with database.read() as tx:
        whole = _last(tx)
    for first in range(1, whole + 1, _PAGE):
        numbers = range(first, min(first + _PAGE, whole + 1))
        with database.read() as tx:
            found = {ticket.number: ticket for ticket in tickets.load_all(tx, numbers)}
            faults = [tuple(_faults(tx, number, found.get(number))) for number in numbers]
        for number, of_one in zip(numbers, faults, strict=True):
            yield Finding("tickets", number, whole, of_one)


def _last(tx: Transaction) -> int:
    """The highest number that was given, whether or not its ticket is there."""
    highest: int = tx.scalar(select(func.coalesce(func.max(schema.tickets.c.number), 0)))
    return max(highest, tickets.next_number(tx) - 1)


def _faults(tx: Transaction, number: int, stored: Ticket | None) -> Iterator[Fault]:
    if stored is None:
        yield Fault("ticket_missing", f"#{number}", "its number was given, it is gone", _MEND)
        return
    j = schema.journal.c
    events, last = tx.rows(
        select(func.count(), func.coalesce(func.max(j.seq), 0)).where(j.ticket == number)
    )[0]
    if events != last:
        text = f"its journal has {events} entries and counts to {last}"
        yield Fault("journal_broken", f"#{number}", text, _MEND, at=stored.opened_at)
    elif (different := _different(tx, number, stored)) is not None:
        text = f"its journal tells another ticket: {different}"
        yield Fault("ticket_differs", f"#{number}", text, _MEND, at=stored.opened_at)


def _different(tx: Transaction, number: int, stored: Ticket) -> str | None:
    """The names of what differs between the ticket and its journal; None where nothing does."""
    try:
        told = journal.replay(tx, number)
    except (KeyError, TypeError, ValueError) as error:  # what no journal of ours holds
        return f"an entry cannot be read ({type(error).__name__})"
    if told is None:
        return "it does not begin with an opening"
    stored = replace(stored, messages=(), version=0)
    names = [
        name for name in Ticket.__dataclass_fields__ if getattr(told, name) != getattr(stored, name)
    ]
    return ", ".join(names) or None
