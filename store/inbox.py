"""What arrived, one row for each mail and desk, from before its 250 until it is accounted for.

A row is waiting, working (leased) or done, and has a disposition exactly when it is done. Nothing
is ever deleted here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    text,
    tuple_,
    update,
)

from store import evidence, leases, schema
from store.database import Found, Transaction, Values
from store.types import storable

_inbox = schema.inbox
_UNFINISHED = text("inbox.state <> 'done'")  # as the partial index says it
_INSERT = insert(_inbox).returning(_inbox.c.id, sort_by_parameter_order=True)
_FIRSTS = select(_inbox.c.desk, _inbox.c.content_key, _inbox.c.id).where(
    tuple_(_inbox.c.desk, _inbox.c.content_key).in_(bindparam("keys", expanding=True)),
    _inbox.c.duplicate_of.is_(None),
)
_CANDIDATES = (
    select(
        _inbox.c.id,
        _inbox.c.mail_from,
        _inbox.c.received_at,
        _inbox.c.state,
        _inbox.c.interruptions,
    )
    .where(
        _UNFINISHED,
        or_(
            and_(_inbox.c.state == "waiting", _inbox.c.next_try_at <= bindparam("now")),
            and_(_inbox.c.state == "working", _inbox.c.lease_until <= bindparam("now")),
        ),
    )
    .order_by(_inbox.c.received_at, _inbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_AHEAD = select(_inbox.c.id, _inbox.c.mail_from, _inbox.c.received_at).where(
    _UNFINISHED,
    _inbox.c.received_at <= bindparam("last"),
    or_(_inbox.c.state == "working", _inbox.c.next_try_at <= bindparam("now")),
)
"""What is in hand, or is just being taken by somebody else, and came no later than this."""

FARTHEST = timedelta(hours=3)
"""No mail is put off for so long."""
SUSPECT = 2
"""Over so many processes a mail was in hand when they ended: once among others, then alone."""


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


# --- working -----------------------------------------------------------------------------------


def claim(
    tx: Transaction, owner: str, now: datetime, lease: timedelta, limit: int
) -> list[InboxItem]:
    """Up to `limit` mails that wait or whose lease ran out, in order of arrival, now `owner`'s.

    Several processes never get the same; on PostgreSQL they do not wait for each other either.
    A mail waits while one of the same sender that came before it is in other hands: it may answer
    what that one is about to open. What a process ended over is taken alone, so that it alone is
    blamed if that happens again.
    """
    candidates = _alone(tx.rows(_CANDIDATES, {"now": now, "most": limit}))
    ids = _in_turn(tx, candidates, now) if candidates else []
    taken = leases.take(tx, _inbox, ids, owner, now + lease)
    return sorted(map(item_of, taken), key=lambda item: (item.received_at, item.id))


def _alone(candidates: Sequence[Found]) -> Sequence[Found]:
    """Those before the first that a process ended over; that one where it comes first."""
    for place, row in enumerate(candidates):
        if row.state == "working" or row.interruptions:
            return candidates[: max(place, 1)]
    return candidates


def _in_turn(tx: Transaction, candidates: Sequence[Found], now: datetime) -> list[int]:
    """Those whose sender has nothing before them in other hands."""
    ours = {row.id for row in candidates}
    first: dict[str, tuple[datetime, int]] = {}
    for row in tx.rows(_AHEAD, {"now": now, "last": candidates[-1].received_at}):
        if row.id not in ours and row.mail_from:
            place = (row.received_at, row.id)
            first[row.mail_from] = min(place, first.get(row.mail_from, place))
    return [
        row.id
        for row in candidates
        if row.mail_from not in first or (row.received_at, row.id) < first[row.mail_from]
    ]


def settle(
    tx: Transaction,
    item: int,
    owner: str,
    now: datetime,
    disposition: Disposition,
    reason: str,
    ticket: int | None = None,
) -> None:
    """The mail is accounted for; raises LeaseLost where another owner has taken it over.

    `reason` is a machine constant; `ticket` is needed for Disposition.TICKET.
    """
    leases.end(
        tx,
        _inbox,
        item,
        owner,
        state="done",
        disposition=disposition.value,
        reason=reason,
        ticket=ticket,
        done_at=now,
        last_error=None,
    )


def postpone(tx: Transaction, item: int, owner: str, until: datetime, error: str) -> None:
    """Try again later; raises LeaseLost."""
    leases.end(tx, _inbox, item, owner, state="waiting", next_try_at=until, last_error=error)


def renew(tx: Transaction, owner: str, until: datetime) -> int:
    """Prolong all leases of an owner that still works; how many it has."""
    return leases.renew(tx, _inbox, owner, until)


def hand_back(tx: Transaction, owner: str) -> int:
    """An owner that ends cleanly leaves its mails to others, as if it had not claimed them."""
    return leases.hand_back(tx, _inbox, owner, "waiting")


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


# --- after a crash or a change of the clock ---------------------------------------------------


def owners(tx: Transaction) -> list[str]:
    """Who has mails in hand, or had when they ended."""
    return leases.owners(tx, _inbox)


def end_leases(tx: Transaction, owner: str, now: datetime) -> int:
    """What an owner who is no more had in hand may be taken over at once; how many mails.

    Not what somebody before it vanished over too: that waits for the end of its lease, so that a
    mail which ends processes lets the others go first.
    """
    return leases.end_all(tx, _inbox, owner, now, _inbox.c.interruptions < SUSPECT - 1)


def bring_back(tx: Transaction, now: datetime) -> int:
    """What a clock that was set back since would keep waiting is due now; how many mails."""
    fresh = and_(_inbox.c.attempts == 0, _inbox.c.next_try_at > now)
    waiting = and_(
        _UNFINISHED, _inbox.c.state == "waiting", or_(fresh, _inbox.c.next_try_at > now + FARTHEST)
    )
    brought = tx.execute(update(_inbox).where(waiting).values(next_try_at=now)).rowcount
    return brought + leases.bring_back(tx, _inbox, now)


# --- looking -----------------------------------------------------------------------------------


def get(tx: Transaction, item: int, *, lock: bool = False) -> InboxItem | None:
    query = select(_inbox).where(_inbox.c.id == item)
    row = tx.row(query.with_for_update() if lock else query)
    return item_of(row) if row is not None else None


def unfinished(tx: Transaction, limit: int, offset: int = 0) -> list[InboxItem]:
    """What waits or is in work, in order of arrival."""
    query = select(_inbox).where(_UNFINISHED).order_by(_inbox.c.received_at, _inbox.c.id)
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
