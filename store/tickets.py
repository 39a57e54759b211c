"""Tickets as they stand: snapshots of `rules.model` out of their tables, and back by difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from rules.model import Ticket
from store import messages, schema
from store.database import Transaction
from store.errors import Conflict
from store.ticket_rows import LISTS, TicketList, ticket_of, ticket_row

_tickets = schema.tickets

_ROWS = (
    select(_tickets)
    .where(_tickets.c.number.in_(bindparam("numbers", expanding=True)))
    .order_by(_tickets.c.number)
)
_LOCKED_ROWS = _ROWS.with_for_update()
_UPDATE = update(_tickets).where(
    _tickets.c.number == bindparam("its_number"), _tickets.c.version == bindparam("its_version")
)
_MEMBERS = {
    kind.attribute: select(kind.table)
    .where(kind.table.c.ticket.in_(bindparam("numbers", expanding=True)))
    .order_by(kind.table.c.ticket, kind.table.c.position)
    for kind in LISTS
}
_REMOVE = {
    kind.attribute: delete(kind.table).where(
        kind.table.c.ticket == bindparam("its_number"),
        kind.table.c.position.in_(bindparam("positions", expanding=True)),
    )
    for kind in LISTS
}
_ADD = {kind.attribute: insert(kind.table) for kind in LISTS}
_NEXT_NUMBER = (
    update(schema.counters)
    .where(schema.counters.c.name == "ticket")
    .values(value=schema.counters.c.value + 1)
    .returning(schema.counters.c.value)
)


def new_number(tx: Transaction) -> int:
    """The next of 1, 2, 3 …; a rollback gives it back, so that none is left out.

    Ask late: on PostgreSQL whoever else opens a ticket waits until this transaction ends.
    """
    number: int | None = tx.scalar(_NEXT_NUMBER)
    if number is None:
        tx.insert_new(schema.counters, [{"name": "ticket", "value": 0}])
        number = tx.scalar(_NEXT_NUMBER)
    assert number is not None, "the counter of tickets is a row by now"
    return number


def next_number(tx: Transaction) -> int:
    """What `new_number` would give now; somebody else may take it before."""
    counters = schema.counters
    query = select(counters.c.value).where(counters.c.name == "ticket")
    return int(tx.scalar(query) or 0) + 1


def load(tx: Transaction, number: int, *, lock: bool = False) -> Ticket | None:
    """The ticket with all its lists. `lock`: others wait to lock or change it until `tx` ends."""
    found = load_all(tx, (number,), lock=lock)
    return found[0] if found else None


def load_all(tx: Transaction, numbers: Sequence[int], *, lock: bool = False) -> list[Ticket]:
    """Tickets in the order of `numbers`, those that there are; as many queries as for one."""
    found = tx.rows(_LOCKED_ROWS if lock else _ROWS, {"numbers": list(numbers)})
    rows = {row.number: row for row in found}
    if not rows:
        return []
    lists = {kind.attribute: _members(tx, kind, rows) for kind in LISTS}
    lists["messages"] = messages.facts(tx, rows)
    return [
        ticket_of(rows[number], {name: tuple(of[number]) for name, of in lists.items()})
        for number in numbers
        if number in rows
    ]


def numbers(tx: Transaction, limit: int, after: int = 0) -> list[int]:
    """The tickets that there are, in order, those above `after`: for audits, page by page."""
    number = _tickets.c.number
    rows = tx.rows(select(number).where(number > after).order_by(number).limit(limit))
    return [row.number for row in rows]


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
        _UPDATE,
        {
            "its_number": before.number,
            "its_version": before.version,
            "version": after.version,
            **changed,
        },
    )
    if done.rowcount != 1:
        raise Conflict(f"ticket {before.number} has changed since version {before.version}")
    return True


def _members(
    tx: Transaction, kind: TicketList, numbers: Iterable[int]
) -> defaultdict[int, list[Any]]:
    members: defaultdict[int, list[Any]] = defaultdict(list)
    for row in tx.rows(_MEMBERS[kind.attribute], {"numbers": list(numbers)}):
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
    if gone:
        # All leave before any comes, so that a member may change places.
        tx.execute(_REMOVE[kind.attribute], {"its_number": number, "positions": gone})
    if changed:
        tx.execute(_ADD[kind.attribute], [kind.row(number, i, after[i]) for i in changed])
