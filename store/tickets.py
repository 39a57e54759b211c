"""Tickets as they stand: snapshots of `rules.model` out of their tables, and back by difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, insert, select, update

from rules.model import Ticket
from store import messages, schema
from store.database import Transaction
from store.errors import Conflict
from store.ticket_rows import LISTS, TicketList, ticket_of, ticket_row

_tickets = schema.tickets


def new_number(tx: Transaction) -> int:
    """The next of 1, 2, 3 …; a rollback gives it back, so that none is left out.

    Ask late: on PostgreSQL whoever else opens a ticket waits until this transaction ends.
    """
    counters = schema.counters
    following = (
        update(counters)
        .where(counters.c.name == "ticket")
        .values(value=counters.c.value + 1)
        .returning(counters.c.value)
    )
    number: int | None = tx.scalar(following)
    if number is None:
        tx.insert_new(counters, [{"name": "ticket", "value": 0}])
        number = tx.scalar(following)
    assert number is not None, "the counter of tickets is a row by now"
    return number


def load(tx: Transaction, number: int, *, lock: bool = False) -> Ticket | None:
    """The ticket with all its lists. `lock`: others wait to lock or change it until `tx` ends."""
    found = load_all(tx, (number,), lock=lock)
    return found[0] if found else None


def load_all(tx: Transaction, numbers: Sequence[int], *, lock: bool = False) -> list[Ticket]:
    """Tickets in the order of `numbers`, those that there are; as many queries as for one."""
    query = select(_tickets).where(_tickets.c.number.in_(numbers)).order_by(_tickets.c.number)
    rows = {row.number: row for row in tx.rows(query.with_for_update() if lock else query)}
    if not rows:
        return []
    lists = {kind.attribute: _members(tx, kind, rows) for kind in LISTS}
    lists["messages"] = messages.facts(tx, rows)
    return [
        ticket_of(rows[number], {name: tuple(of[number]) for name, of in lists.items()})
        for number in numbers
        if number in rows
    ]


def save(tx: Transaction, before: Ticket | None, after: Ticket) -> Ticket:
    """Write what differs from `before`, None for a new ticket; the ticket with its new version.

    Messages are not written here. Raises Conflict when the stored ticket is not `before` any more.
    """
    saved = replace(after, version=before.version + 1 if before else 1)
    if before is None:
        tx.execute(insert(_tickets), _whole(saved))
    elif not _update(tx, before, saved):
        return before
    for kind in LISTS:
        old = getattr(before, kind.attribute) if before else ()
        _save_members(tx, kind, after.number, old, getattr(after, kind.attribute))
    return saved


# --- one row, one list -------------------------------------------------------------------------


def _whole(ticket: Ticket) -> dict[str, Any]:
    return {"number": ticket.number, "version": ticket.version, **ticket_row(ticket)}


def _update(tx: Transaction, before: Ticket, after: Ticket) -> bool:
    """False where nothing differs."""
    same = ("version", "messages")
    if replace(after, **{name: getattr(before, name) for name in same}) == before:
        return False
    old = ticket_row(before)
    changed = {name: value for name, value in ticket_row(after).items() if value != old[name]}
    done = tx.execute(
        update(_tickets)
        .where(_tickets.c.number == before.number, _tickets.c.version == before.version)
        .values(version=after.version, **changed)
    )
    if done.rowcount != 1:
        raise Conflict(f"ticket {before.number} has changed since version {before.version}")
    return True


def _members(
    tx: Transaction, kind: TicketList, numbers: Iterable[int]
) -> defaultdict[int, list[Any]]:
    table = kind.table
    query = select(table).where(table.c.ticket.in_(list(numbers)))
    members: defaultdict[int, list[Any]] = defaultdict(list)
    for row in tx.rows(query.order_by(table.c.ticket, table.c.position)):
        members[row.ticket].append(kind.member(row))
    return members


def _save_members(
    tx: Transaction,
    kind: TicketList,
    number: int,
    before: Sequence[Any],
    after: Sequence[Any],
) -> None:
    changed = [i for i, member in enumerate(after) if i >= len(before) or before[i] != member]
    gone = [*(i for i in changed if i < len(before)), *range(len(after), len(before))]
    table = kind.table
    if gone:
        # All leave before any comes, so that a member may change places.
        tx.execute(delete(table).where(table.c.ticket == number, table.c.position.in_(gone)))
    if changed:
        tx.execute(insert(table), [kind.row(number, i, after[i]) for i in changed])
