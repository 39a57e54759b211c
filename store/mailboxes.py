"""Mailboxes that are read, and what was found in each, by the key that the server gives a mail.

UIDVALIDITY and UID name a mail of a mailbox for good (RFC 9051, 2.3.1.1). One owner at a time
reads a mailbox; whoever writes without still holding its lease gets LeaseLost, and nothing is
written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, func, insert, or_, select, update

from store import schema
from store.database import Found, Transaction
from store.errors import LeaseLost

_boxes = schema.mailboxes
_mails = schema.mailbox_mails
_AT_ONCE = 500
"""UIDs in one condition."""
_FARTHEST = timedelta(hours=1)
"""No lease is that long: the clock was set back since."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox as it stands. `floor`: of `uidvalidity`, no mail up to this UID is new."""

    id: int
    name: str
    uidvalidity: int | None
    floor: int
    lease_owner: str | None
    lease_until: datetime | None
    read_at: datetime | None
    """When all that was in it had been dealt with."""
    failing_since: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One mail of a mailbox: the row of the inbox that it became, or why it stays on the server."""

    uidvalidity: int
    uid: int
    size: int
    inbox: int | None
    reason: str | None = None
    filed: bool = False
    """Whether the server was told."""


# --- who reads it -----------------------------------------------------------------------------


def lease(tx: Transaction, name: str, owner: str, now: datetime, until: datetime) -> Mailbox | None:
    """The mailbox, now the owner's until then; None where somebody else is reading it."""
    tx.insert_new(_boxes, [{"name": name}])
    free = or_(
        _boxes.c.lease_owner.is_(None),
        _boxes.c.lease_owner == owner,
        _boxes.c.lease_until <= now,
        _boxes.c.lease_until > now + _FARTHEST,
    )
    row = tx.row(
        update(_boxes)
        .where(_boxes.c.name == name, free)
        .values(lease_owner=owner, lease_until=until)
        .returning(_boxes)
    )
    return _mailbox(row) if row is not None else None


def release(tx: Transaction, mailbox: int, owner: str) -> None:
    """Leave it to others at once; nothing where it is no longer the owner's."""
    held = and_(_boxes.c.id == mailbox, _boxes.c.lease_owner == owner)
    tx.execute(update(_boxes).where(held).values(lease_owner=None, lease_until=None))


def owners(tx: Transaction) -> list[str]:
    """Who reads mailboxes now, or did when they vanished."""
    query = select(_boxes.c.lease_owner).where(_boxes.c.lease_owner.is_not(None)).distinct()
    return [row.lease_owner for row in tx.rows(query)]


def end_leases(tx: Transaction, owner: str, now: datetime) -> int:
    """Others may read what this owner read, from now on; how many mailboxes."""
    held = and_(_boxes.c.lease_owner == owner, _boxes.c.lease_until > now)
    return tx.execute(update(_boxes).where(held).values(lease_until=now)).rowcount


def hold(tx: Transaction, mailbox: int, owner: str, until: datetime) -> None:
    """Prolongs the lease. Raises LeaseLost: then the transaction must write nothing."""
    _change(tx, mailbox, owner, lease_until=until)


def _change(tx: Transaction, mailbox: int, owner: str, **values: Any) -> None:
    held = and_(_boxes.c.id == mailbox, _boxes.c.lease_owner == owner)
    if tx.execute(update(_boxes).where(held).values(values)).rowcount != 1:
        raise LeaseLost(f"mailbox {mailbox} is no longer read by {owner}")


# --- how far ----------------------------------------------------------------------------------


def begin(tx: Transaction, mailbox: int, owner: str, uidvalidity: int) -> None:
    """Its UIDs are counted anew: none of this UIDVALIDITY is known any more. Raises LeaseLost.

    That is so after a change of UIDVALIDITY, and where a server came back from a copy and gives
    the same UIDs to other mails.
    """
    _change(tx, mailbox, owner, uidvalidity=uidvalidity, floor=0)
    tx.execute(
        delete(_mails).where(_mails.c.mailbox == mailbox, _mails.c.uidvalidity == uidvalidity)
    )


def raise_floor(tx: Transaction, mailbox: int, owner: str, floor: int) -> None:
    """All mails up to this UID are dealt with. Raises LeaseLost."""
    _change(tx, mailbox, owner, floor=floor)


def caught_up(tx: Transaction, mailbox: int, owner: str, floor: int, now: datetime) -> None:
    """So are all that there are, and nothing fails any more. Raises LeaseLost."""
    fine = {"failing_since": None, "last_error": None}
    _change(tx, mailbox, owner, floor=floor, read_at=now, **fine)


def failed(tx: Transaction, mailbox: int, owner: str, error: str, now: datetime) -> datetime:
    """It cannot be read; since when. Raises LeaseLost."""
    since = func.coalesce(_boxes.c.failing_since, now)
    _change(tx, mailbox, owner, failing_since=since, last_error=error)
    row = tx.row(select(_boxes.c.failing_since).where(_boxes.c.id == mailbox))
    return row.failing_since if row is not None else now


# --- what was found ---------------------------------------------------------------------------


def record(tx: Transaction, mailbox: int, entries: Sequence[Entry], now: datetime) -> None:
    """Where these mails are; in the transaction that made them durable."""
    rows = [
        {
            "mailbox": mailbox,
            "uidvalidity": entry.uidvalidity,
            "uid": entry.uid,
            "size": entry.size,
            "inbox": entry.inbox,
            "reason": entry.reason,
            "taken_at": now,
        }
        for entry in entries
    ]
    if rows:
        tx.execute(insert(_mails), rows)


def known(tx: Transaction, mailbox: int, uidvalidity: int, above: int) -> frozenset[int]:
    """The UIDs above this one that are recorded."""
    query = select(_mails.c.uid).where(
        _mails.c.mailbox == mailbox, _mails.c.uidvalidity == uidvalidity, _mails.c.uid > above
    )
    return frozenset(row.uid for row in tx.rows(query))


def unfiled(tx: Transaction, mailbox: int, uidvalidity: int) -> list[Entry]:
    """What is recorded and the server has not been told of, by UID."""
    query = (
        select(_mails)
        .where(
            _mails.c.mailbox == mailbox,
            _mails.c.uidvalidity == uidvalidity,
            _mails.c.filed_at.is_(None),
        )
        .order_by(_mails.c.uid)
    )
    return [_entry(row) for row in tx.rows(query)]


def filed(
    tx: Transaction, mailbox: int, uidvalidity: int, uids: Collection[int], now: datetime
) -> None:
    """The server was told of these."""
    ordered = sorted(uids)
    for start in range(0, len(ordered), _AT_ONCE):
        which = and_(
            _mails.c.mailbox == mailbox,
            _mails.c.uidvalidity == uidvalidity,
            _mails.c.uid.in_(ordered[start : start + _AT_ONCE]),
        )
        tx.execute(update(_mails).where(which).values(filed_at=now))


# --- looking ----------------------------------------------------------------------------------


def name_of(tx: Transaction, inbox: int) -> str | None:
    """The mailbox that the mail in this row of the inbox came from, by its name."""
    query = select(_boxes.c.name).join_from(_mails, _boxes).where(_mails.c.inbox == inbox)
    name: str | None = tx.scalar(query)
    return name


def everything(tx: Transaction) -> list[Mailbox]:
    """All mailboxes that were ever read, by name."""
    return [_mailbox(row) for row in tx.rows(select(_boxes).order_by(_boxes.c.name))]


def entries(tx: Transaction, mailbox: int) -> Iterator[Entry]:
    """All that was found in it, the oldest UIDVALIDITY and UID first: for audits."""
    query = select(_mails).where(_mails.c.mailbox == mailbox)
    for row in tx.rows(query.order_by(_mails.c.uidvalidity, _mails.c.uid)):
        yield _entry(row)


def _mailbox(row: Found) -> Mailbox:
    return Mailbox(**row._mapping)


def _entry(row: Found) -> Entry:
    return Entry(
        row.uidvalidity, row.uid, row.size, row.inbox, row.reason, row.filed_at is not None
    )
