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
    func,
    insert,
    or_,
    select,
    text,
    true,
    tuple_,
    update,
)

from store import evidence, leases, schema
from store.database import Found, Transaction, Values
from store.types import storable

_inbox = schema.inbox
_UNFINISHED = text("inbox.state <> 'done'")  # as the partial index says it


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
    names = evidence.put_all(tx, [arrival.body for arrival in arrivals])
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
    query = select(_inbox.c.desk, _inbox.c.content_key, _inbox.c.id).where(
        tuple_(_inbox.c.desk, _inbox.c.content_key).in_(keys),
        _inbox.c.duplicate_of.is_(None),
    )
    return {(desk, key): number for desk, key, number in tx.rows(query)}


def _insert_in_order(tx: Transaction, rows: Sequence[Values]) -> list[int]:
    if not rows:
        return []
    statement = insert(_inbox).returning(_inbox.c.id, sort_by_parameter_order=True)
    return list(tx.execute(statement, rows).scalars())


# --- working -----------------------------------------------------------------------------------


def claim(
    tx: Transaction, owner: str, now: datetime, lease: timedelta, limit: int
) -> list[InboxItem]:
    """Up to `limit` mails that wait or whose lease ran out, in order of arrival, now `owner`'s.

    Several processes never get the same; on PostgreSQL they do not wait for each other either.
    """
    ready = or_(
        and_(_inbox.c.state == "waiting", _inbox.c.next_try_at <= now),
        and_(_inbox.c.state == "working", _inbox.c.lease_until <= now),
    )
    candidates = (
        select(_inbox.c.id)
        .where(_UNFINISHED, ready)
        .order_by(_inbox.c.received_at, _inbox.c.id)
        .limit(limit)
    )
    taken = leases.take(tx, _inbox, candidates, owner, now + lease)
    return sorted(map(_item, taken), key=lambda item: (item.received_at, item.id))


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


# --- what waits for a person -------------------------------------------------------------------


def release(tx: Transaction, item: int, now: datetime) -> bool:
    """Out of quarantine, not to be put there again for the same reason; False: it was not there."""
    found = get(tx, item, lock=True)
    if found is None or found.disposition is not Disposition.QUARANTINED:
        return False
    released = sorted(found.released | {found.reason or ""})
    return _again(tx, item, now, _QUARANTINED, released=released)


def retry(tx: Transaction, item: int, now: datetime) -> bool:
    """Look at it again now, out of quarantine or before its time; False: it is neither."""
    return _again(tx, item, now, or_(_QUARANTINED, _inbox.c.state == "waiting"))


def drop(tx: Transaction, item: int, now: datetime) -> bool:
    """Out of quarantine, set aside for good (its bytes stay); False: it was not there."""
    values = {"disposition": Disposition.SET_ASIDE.value, "reason": "dropped", "done_at": now}
    return _change(tx, item, _QUARANTINED, values)


def get(tx: Transaction, item: int, *, lock: bool = False) -> InboxItem | None:
    query = select(_inbox).where(_inbox.c.id == item)
    row = tx.row(query.with_for_update() if lock else query)
    return _item(row) if row is not None else None


def quarantined(tx: Transaction, limit: int, after: int = 0) -> list[InboxItem]:
    """By id, the ones above `after`."""
    return _page(tx, _QUARANTINED, limit, after)


def unfinished(tx: Transaction, limit: int, offset: int = 0) -> list[InboxItem]:
    """What waits or is in work, in order of arrival."""
    query = select(_inbox).where(_UNFINISHED).order_by(_inbox.c.received_at, _inbox.c.id)
    return [_item(row) for row in tx.rows(query.limit(limit).offset(offset))]


def everything(tx: Transaction, limit: int, after: int = 0) -> list[InboxItem]:
    """By id, the ones above `after`: for audits, page by page."""
    return _page(tx, true(), limit, after)


def counts(tx: Transaction) -> dict[str, int]:
    """Rows by disposition; "inbox" for those that have none yet."""
    query = select(_inbox.c.disposition, func.count()).group_by(_inbox.c.disposition)
    found = {disposition or "inbox": count for disposition, count in tx.rows(query)}
    return {name: found.get(name, 0) for name in (*Disposition, "inbox")}


_QUARANTINED = _inbox.c.disposition == "quarantined"


def _again(
    tx: Transaction, item: int, now: datetime, only: ColumnElement[bool], **values: Any
) -> bool:
    fresh: dict[str, Any] = {"disposition": None, "reason": None, "ticket": None, "done_at": None}
    fresh |= {"state": "waiting", "next_try_at": now, "attempts": 0, "interruptions": 0}
    return _change(tx, item, only, fresh | values)


def _change(tx: Transaction, item: int, only: ColumnElement[bool], values: Values) -> bool:
    return tx.execute(update(_inbox).where(_inbox.c.id == item, only).values(values)).rowcount == 1


def _page(tx: Transaction, only: ColumnElement[bool], limit: int, after: int) -> list[InboxItem]:
    query = select(_inbox).where(only, _inbox.c.id > after).order_by(_inbox.c.id).limit(limit)
    return [_item(row) for row in tx.rows(query)]


def _item(row: Found) -> InboxItem:
    values = dict(row._mapping)
    disposition = values["disposition"]
    values["disposition"] = Disposition(disposition) if disposition else None
    values["recipients"] = tuple(values["recipients"])
    values["released"] = frozenset(values["released"])
    return InboxItem(**values)
