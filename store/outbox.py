"""Final mails on their way out: the same bytes each time they are tried.

A mail waits while an earlier one of its ticket to the same recipient is undelivered; a recipient
who is stuck holds nobody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from store import leases, schema
from store.database import Found, Transaction

_outbox = schema.outbox
_earlier = _outbox.alias("earlier")
# As the partial indexes say them.
_UNDELIVERED = text("outbox.state IN ('queued', 'working')")
_EARLIER_UNDELIVERED = text("earlier.state IN ('queued', 'working')")
_FAILED = text("outbox.state = 'failed'")
_INSERT = insert(_outbox).returning(_outbox.c.id, sort_by_parameter_order=True)
_CANDIDATES = (
    select(_outbox.c.id)
    .where(
        _UNDELIVERED,
        or_(
            and_(_outbox.c.state == "queued", _outbox.c.due_at <= bindparam("now")),
            and_(_outbox.c.state == "working", _outbox.c.lease_until <= bindparam("now")),
        ),
        ~exists().where(
            _EARLIER_UNDELIVERED,
            _earlier.c.ticket == _outbox.c.ticket,
            _earlier.c.recipient == _outbox.c.recipient,
            _earlier.c.id < _outbox.c.id,
        ),
    )
    .order_by(_outbox.c.due_at, _outbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_NOTE_DELIVERY = (
    update(schema.messages)
    .where(
        schema.messages.c.id
        == select(_outbox.c.message).where(_outbox.c.id == bindparam("its_id")).scalar_subquery()
    )
    .values(delivery=bindparam("delivery"))
)

FARTHEST = timedelta(hours=3)
"""No delivery is put off for so long."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One copy to be sent. `ticket` and `message` (its row) are None for a notice that belongs to
    no ticket; `envelope_from` is "" for the null sender; `raw` names its bytes in the evidence;
    after `give_up_at` it is not tried again; `arrived_at` is when the mail came that it answers."""

    recipient: str
    envelope_from: str
    raw: str
    message_id: str
    created_at: datetime
    due_at: datetime
    give_up_at: datetime
    ticket: int | None = None
    message: int | None = None
    arrived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """A copy as it stands: state queued, working, sent or failed. `attempts` counts the present
    one; `interruptions` how often whoever sent it vanished, so that it may have left already;
    `last_status` is an enhanced status code (RFC 3463)."""

    id: int
    ticket: int | None
    message: int | None
    recipient: str
    envelope_from: str
    raw: str
    message_id: str
    created_at: datetime
    due_at: datetime
    give_up_at: datetime
    state: str
    attempts: int
    interruptions: int
    last_status: str | None
    last_error: str | None
    lease_owner: str | None
    lease_until: datetime | None
    done_at: datetime | None
    arrived_at: datetime | None = None


def add(tx: Transaction, mails: Sequence[Outgoing]) -> list[int]:
    """Queue copies; their ids in the order given."""
    if not mails:
        return []
    names = [field.name for field in fields(Outgoing)]
    rows = [{"state": "queued"} | {n: getattr(mail, n) for n in names} for mail in mails]
    return list(tx.execute(_INSERT, rows).scalars())


def claim(
    tx: Transaction, owner: str, now: datetime, lease: timedelta, limit: int
) -> list[OutboxItem]:
    """Up to `limit` copies that are due or whose lease ran out, oldest due first; `owner`'s now."""
    ready = {"now": now, "most": limit}
    ids = [row.id for row in tx.rows(_CANDIDATES, ready)]
    taken = leases.take(tx, _outbox, ids, owner, now + lease)
    return sorted(map(_item, taken), key=lambda item: (item.due_at, item.id))


def sent(tx: Transaction, item: int, owner: str, now: datetime, status: str = "2.0.0") -> None:
    """It was taken by the next server; raises LeaseLost where another owner has taken it over."""
    leases.end(
        tx, _outbox, item, owner, state="sent", done_at=now, last_status=status, last_error=None
    )
    _note_delivery(tx, item, "sent")


def postpone(
    tx: Transaction, item: int, owner: str, until: datetime, status: str, error: str
) -> None:
    """A temporary failure; raises LeaseLost."""
    leases.end(
        tx, _outbox, item, owner, state="queued", due_at=until, last_status=status, last_error=error
    )


def fail(tx: Transaction, item: int, owner: str, now: datetime, status: str, error: str) -> None:
    """It is given up; raises LeaseLost."""
    leases.end(
        tx, _outbox, item, owner, state="failed", done_at=now, last_status=status, last_error=error
    )
    _note_delivery(tx, item, "failed")


def renew(tx: Transaction, owner: str, until: datetime) -> int:
    """Prolong all leases of an owner that still works; how many it has."""
    return leases.renew(tx, _outbox, owner, until)


def hand_back(tx: Transaction, owner: str) -> int:
    """An owner that ends cleanly leaves its mails to others, as if it had not claimed them."""
    return leases.hand_back(tx, _outbox, owner, "queued")


# --- after a crash or a change of the clock ---------------------------------------------------


def owners(tx: Transaction) -> list[str]:
    """Who has mails in hand, or had when they ended."""
    return leases.owners(tx, _outbox)


def end_leases(tx: Transaction, owner: str, now: datetime) -> int:
    """What an owner who is no more had in hand may be taken over at once; how many mails."""
    return leases.end_all(tx, _outbox, owner, now)


def bring_back(tx: Transaction, now: datetime) -> int:
    """What a clock that was set back since would keep waiting is due now; how many mails."""
    fresh = and_(_outbox.c.attempts == 0, _outbox.c.due_at > now)
    waiting = and_(
        _UNDELIVERED, _outbox.c.state == "queued", or_(fresh, _outbox.c.due_at > now + FARTHEST)
    )
    brought = tx.execute(update(_outbox).where(waiting).values(due_at=now)).rowcount
    return brought + leases.bring_back(tx, _outbox, now)


# --- what a person decides ---------------------------------------------------------------------


def retry(tx: Transaction, item: int, now: datetime, give_up_at: datetime) -> bool:
    """Try it now, though it waits for its time or was given up; False: neither is so."""
    changed = _change(
        tx,
        item,
        _outbox.c.state.in_(("queued", "failed")),
        state="queued",
        due_at=now,
        give_up_at=give_up_at,
        done_at=None,
    )
    if changed:
        _note_delivery(tx, item, "queued")
    return changed


def drop(tx: Transaction, item: int, now: datetime) -> bool:
    """Never send it: it counts as given up; False: it is not queued."""
    queued = _outbox.c.state == "queued"
    changed = _change(tx, item, queued, state="failed", done_at=now, last_error="dropped")
    if changed:
        _note_delivery(tx, item, "failed")
    return changed


def get(tx: Transaction, item: int) -> OutboxItem | None:
    row = tx.row(select(_outbox).where(_outbox.c.id == item))
    return _item(row) if row is not None else None


def undelivered(tx: Transaction, limit: int, offset: int = 0) -> list[OutboxItem]:
    """What is queued or in work, longest due first."""
    query = select(_outbox).where(_UNDELIVERED).order_by(_outbox.c.due_at, _outbox.c.id)
    return [_item(row) for row in tx.rows(query.limit(limit).offset(offset))]


def failed(tx: Transaction, limit: int, after: int = 0) -> list[OutboxItem]:
    """What was given up, by id, the ones above `after`."""
    query = select(_outbox).where(_FAILED, _outbox.c.id > after).order_by(_outbox.c.id)
    return [_item(row) for row in tx.rows(query.limit(limit))]


def due(tx: Transaction, now: datetime) -> int:
    """How many are due for delivery by now or in work."""
    in_time = or_(_outbox.c.state == "working", _outbox.c.due_at <= now)
    number: int = tx.scalar(select(func.count(_outbox.c.id)).where(_UNDELIVERED, in_time))
    return number


def next_due(tx: Transaction) -> datetime | None:
    """When the next one that is queued falls due."""
    query = select(func.min(_outbox.c.due_at)).where(_UNDELIVERED, _outbox.c.state == "queued")
    moment: datetime | None = tx.scalar(query)
    return moment


def _change(tx: Transaction, item: int, only: ColumnElement[bool], **values: Any) -> bool:
    changed = tx.execute(update(_outbox).where(_outbox.c.id == item, only).values(**values))
    return changed.rowcount == 1


def _note_delivery(tx: Transaction, item: int, delivery: str) -> None:
    """The message says how its copy stands, in the same transaction."""
    tx.execute(_NOTE_DELIVERY, {"its_id": item, "delivery": delivery})


def _item(row: Found) -> OutboxItem:
    return OutboxItem(**row._mapping)
