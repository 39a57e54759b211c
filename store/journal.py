"""What happened to each ticket, in order; only ever added to. Playing it gives the ticket."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select

from rules.effects import Effect, OpenTicket
from rules.evolve import evolve_all
from rules.model import Ticket
from store import schema
from store.coding import decode, encode
from store.database import Transaction

_journal = schema.journal
_INSERT = insert(_journal)
_LENGTHS = (
    select(_journal.c.ticket, func.max(_journal.c.seq).label("length"))
    .where(_journal.c.ticket.in_(bindparam("tickets", expanding=True)))
    .group_by(_journal.c.ticket)
)
_LAST = select(func.coalesce(func.max(_journal.c.seq), 0)).where(
    _journal.c.ticket == bindparam("its_ticket")
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One effect and who brought it about. `what` is a verb in the past; `message` the row of the
    mail that it came with; the statuses are filled when the status changed."""

    at: datetime
    actor: str
    what: str
    effect: Effect
    from_status: str | None = None
    to_status: str | None = None
    message: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """An entry in its place: `seq` counts 1, 2, 3 … for each ticket."""

    ticket: int
    seq: int
    entry: Entry


def append(tx: Transaction, ticket: int, entries: Sequence[Entry]) -> None:
    """Add entries to the ticket's journal, in this order.

    The ticket should be locked (`tickets.load`), else who comes second gets Conflict.
    """
    if not entries:
        return
    first: int = tx.scalar(_LAST, {"its_ticket": ticket}) + 1
    rows = [
        {
            "ticket": ticket,
            "seq": seq,
            "at": entry.at,
            "actor": entry.actor,
            "what": entry.what,
            "from_status": entry.from_status,
            "to_status": entry.to_status,
            "message": entry.message,
            "data": encode(entry.effect),
        }
        for seq, entry in enumerate(entries, first)
    ]
    tx.execute(_INSERT, rows)


def of_ticket(tx: Transaction, ticket: int) -> list[Event]:
    """All of it, oldest first."""
    j = _journal.c
    query = select(
        j.seq, j.at, j.actor, j.what, j.data, j.from_status, j.to_status, j.message
    ).where(j.ticket == ticket)
    return [
        Event(ticket, seq, Entry(at, actor, what, decode(data), *rest))
        for seq, at, actor, what, data, *rest in tx.rows(query.order_by(j.seq))
    ]


def lengths(tx: Transaction, tickets: Iterable[int]) -> dict[int, int]:
    """How many entries the journal of each of the tickets has by now."""
    rows = tx.rows(_LENGTHS, {"tickets": list(tickets)})
    return {row.ticket: row.length for row in rows}


def replay(tx: Transaction, ticket: int) -> Ticket | None:
    """The ticket as its journal tells it: equal to the stored one, but for `messages`, which are
    empty, and `version`, which is 0. None where its journal does not begin with its opening."""
    return played(ticket, of_ticket(tx, ticket))


def played(ticket: int, events: Iterable[Event]) -> Ticket | None:
    """As `replay`, from events at hand: all of them, or the first ones."""
    effects = [event.entry.effect for event in events]
    if not effects or not isinstance(effects[0], OpenTicket):
        return None
    opened = replace(effects[0].ticket, number=ticket, version=0, messages=())
    return evolve_all(opened, effects[1:])
