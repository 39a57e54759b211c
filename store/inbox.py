"""What arrived, one row for each mail and desk, from before its 250 until it is accounted for.

A row is waiting, working (leased) or done, and has a disposition exactly when it is done. Nothing
is ever deleted here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    func,
    insert,
    select,
    text,
    tuple_,
    update,
)

from store import evidence, schema
from store.database import Found, Transaction, Values
from store.types import storable

_inbox = schema.inbox
_UNFINISHED = text("inbox.state <> 'done'")  # as the partial index says it
_INSERT = insert(_inbox).returning(_inbox.c.id, sort_by_parameter_order=True)
_FIRSTS = select(_inbox.c.desk, _inbox.c.content_key, _inbox.c.id).where(
    tuple_(_inbox.c.desk, _inbox.c.content_key).in_(bindparam("keys", expanding=True)),
    _inbox.c.duplicate_of.is_(None),
)


class Disposition(StrEnum):
    """Where a mail ended; every mail has exactly one in the end."""

    TICKET = "ticket"
    SET_ASIDE = "set_aside"
    QUARANTINED = "quarantined"
    DUPLICATE = "duplicate"


class Accepted(StrEnum):
    STORED = "stored"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One mail for one desk. `content_key` (64 characters at most) recognises it when it comes
    again; `mail_from` is "" for the null sender."""

    content_key: str
    desk: str
    channel: str
    mail_from: str
    recipients: tuple[str, ...]
    received_at: datetime
    body: bytes
    peer: str | None = None
    helo: str | None = None
    quiet: bool = False
    """Nobody is written to because of it: a mail of the past that is imported."""
    outside: bool = False
    """The bytes are durable outside of the database already (`evidence.keep_outside`)."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """`id` is the row of this arrival, `first` that of the mail which it repeats, or the same."""

    accepted: Accepted
    id: int
    first: int


@dataclass(frozen=True, slots=True)
class InboxItem:
    """A row as it stands. `attempts` counts the present one; `interruptions` how often whoever
    worked on it vanished; `released` for which reasons it is not to be quarantined again."""

    id: int
    desk: str
    content_key: str
    raw: str
    channel: str
    mail_from: str
    recipients: tuple[str, ...]
    peer: str | None
    helo: str | None
    received_at: datetime
    state: str
    disposition: Disposition | None
    reason: str | None
    ticket: int | None
    duplicate_of: int | None
    quiet: bool
    released: frozenset[str]
    attempts: int
    interruptions: int
    next_try_at: datetime
    lease_owner: str | None
    lease_until: datetime | None
    last_error: str | None
    done_at: datetime | None


# --- arriving ----------------------------------------------------------------------------------


def arrive(tx: Transaction, arrivals: Sequence[Arrival]) -> list[Receipt]:
    """Keep the mails with their bytes; receipts in the order given.

    A mail whose content key is known at its desk becomes a row too, done as a duplicate. Of two
    at the same time, in one transaction or in two, exactly one is the first.
    """
    outside = {evidence.digest(arrival.body) for arrival in arrivals if arrival.outside}
    names = evidence.put_all(tx, [arrival.body for arrival in arrivals], outside)
    rows = [_row(arrival, name) for arrival, name in zip(arrivals, names, strict=True)]
    new = _insert_firsts(tx, rows)
    first = new | _firsts(tx, {_key(row) for row in rows} - new.keys())
    fresh = [new.pop(_key(row), None) for row in rows]
    repeated = [
        row | _repeats(row, first[_key(row)])
        for row, number in zip(rows, fresh, strict=True)
        if number is None
    ]
    duplicates = iter(_insert_in_order(tx, repeated))
    return [
        Receipt(Accepted.STORED, number, number)
        if number is not None
        else Receipt(Accepted.DUPLICATE, next(duplicates), first[_key(row)])
        for row, number in zip(rows, fresh, strict=True)
    ]


_Key = tuple[str, str]


def _key(row: Values) -> _Key:
    return row["desk"], row["content_key"]


def _row(arrival: Arrival, name: str) -> dict[str, Any]:
    return {
        "desk": storable(arrival.desk),
        "content_key": arrival.content_key,
        "raw": name,
        "channel": arrival.channel,
        "mail_from": arrival.mail_from,
        "recipients": list(arrival.recipients),
        "peer": arrival.peer,
        "helo": arrival.helo,
        "received_at": arrival.received_at,
        "state": "waiting",
        "quiet": arrival.quiet,
        "released": [],
        "next_try_at": arrival.received_at,
    }


def _repeats(row: Values, first: int) -> dict[str, Any]:
    return {
        "state": "done",
        "disposition": Disposition.DUPLICATE.value,
        "reason": "same_content",
        "duplicate_of": first,
        "done_at": row["received_at"],
    }


def _insert_firsts(tx: Transaction, rows: Sequence[dict[str, Any]]) -> dict[_Key, int]:
    firsts = {_key(row): row for row in reversed(rows)}
    # In the order of their keys, so that two transactions never wait for each other in a ring.
    ordered = [row for _, row in sorted(firsts.items(), key=itemgetter(0))]
    columns = (_inbox.c.desk, _inbox.c.content_key, _inbox.c.id)
    return {(desk, key): number for desk, key, number in tx.insert_new(_inbox, ordered, *columns)}


def _firsts(tx: Transaction, keys: Collection[_Key]) -> dict[_Key, int]:
    if not keys:
        return {}
    rows = tx.rows(_FIRSTS, {"keys": list(keys)})
    return {(desk, key): number for desk, key, number in rows}


def _insert_in_order(tx: Transaction, rows: Sequence[Values]) -> list[int]:
    if not rows:
        return []
    return list(tx.execute(_INSERT, rows).scalars())


# --- where they ended ------------------------------------------------------------------------


def tickets_at(tx: Transaction, content_key: str, desks: Collection[str]) -> tuple[int, ...]:
    """The tickets that the mail of this content is on at these desks."""
    query = select(_inbox.c.ticket).where(
        _inbox.c.desk.in_(list(desks)),
        _inbox.c.content_key == content_key,
        _inbox.c.duplicate_of.is_(None),
        _inbox.c.ticket.is_not(None),
    )
    return tuple(row.ticket for row in tx.rows(query.order_by(_inbox.c.ticket)))


def move(tx: Transaction, item: int, ticket: int) -> None:
    """A mail that is done is on this ticket from now on, wherever it was before."""
    _put(tx, _inbox.c.id == item, disposition=Disposition.TICKET.value, ticket=ticket)


def quarantine_ticket(tx: Transaction, ticket: int, reason: str, *, except_: int) -> int:
    """Every mail of the ticket but one; how many."""
    theirs = and_(_inbox.c.ticket == ticket, _inbox.c.id != except_)
    on_it = and_(theirs, _inbox.c.disposition == Disposition.TICKET.value)
    return _put(tx, on_it, disposition=Disposition.QUARANTINED.value, reason=reason)


def _put(tx: Transaction, which: ColumnElement[bool], **values: Any) -> int:
    return tx.execute(update(_inbox).where(which, _inbox.c.state == "done").values(values)).rowcount


# --- looking -----------------------------------------------------------------------------------


def get(tx: Transaction, item: int, *, lock: bool = False) -> InboxItem | None:
    query = select(_inbox).where(_inbox.c.id == item)
    row = tx.row(query.with_for_update() if lock else query)
    return item_of(row) if row is not None else None


def unfinished(tx: Transaction, limit: int, offset: int = 0) -> list[InboxItem]:
    """What waits or is in work, in order of arrival."""
    query = select(_inbox).where(_UNFINISHED).order_by(_inbox.c.id)
    return [item_of(row) for row in tx.rows(query.limit(limit).offset(offset))]


def everything(tx: Transaction, limit: int, after: int = 0) -> list[InboxItem]:
    """By id, the ones above `after`: for audits, page by page."""
    query = select(_inbox).where(_inbox.c.id > after).order_by(_inbox.c.id).limit(limit)
    return [item_of(row) for row in tx.rows(query)]


def counts(tx: Transaction) -> dict[str, int]:
    """Rows by disposition; "inbox" for those that have none yet."""
    query = select(_inbox.c.disposition, func.count()).group_by(_inbox.c.disposition)
    found = {disposition or "inbox": count for disposition, count in tx.rows(query)}
    return {name: found.get(name, 0) for name in (*Disposition, "inbox")}


def item_of(row: Found) -> InboxItem:
    """The item of a row of `inbox`."""
    values = dict(row._mapping)
    disposition = values["disposition"]
    values["disposition"] = Disposition(disposition) if disposition else None
    values["recipients"] = tuple(values["recipients"])
    values["released"] = frozenset(values["released"])
    return InboxItem(**values)
