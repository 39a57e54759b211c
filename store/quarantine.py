"""What waits for a person: looked at again, released or dropped."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update

from store import schema
from store.database import Transaction, Values
from store.inbox import Disposition, InboxItem, get, item_of

_inbox = schema.inbox
_QUARANTINED = _inbox.c.disposition == "quarantined"


def quarantined(tx: Transaction, limit: int, after: int = 0) -> list[InboxItem]:
    """By id, the ones above `after`."""
    query = select(_inbox).where(_QUARANTINED, _inbox.c.id > after).order_by(_inbox.c.id)
    return [item_of(row) for row in tx.rows(query.limit(limit))]


def release(tx: Transaction, item: int, now: datetime) -> bool:
    """Out of quarantine, not to be put there again for the same reason; False: it was not there.

    It is looked at again, or, where it was taken off a ticket, it is on that ticket again.
    """
    found = get(tx, item, lock=True)
    if found is None or found.disposition is not Disposition.QUARANTINED:
        return False
    released = {"released": sorted(found.released | {found.reason or ""})}
    return _change(tx, item, _QUARANTINED, _afresh(tx, item, now) | released)


def retry(tx: Transaction, item: int, now: datetime) -> bool:
    """As `release`, but it may be put there again; or look before its time at what waits."""
    only = or_(_QUARANTINED, _inbox.c.state == "waiting")
    return _change(tx, item, only, _afresh(tx, item, now))


def drop(tx: Transaction, item: int, now: datetime) -> bool:
    """Out of quarantine, set aside for good (its bytes stay); False: it was not there."""
    values = {"disposition": Disposition.SET_ASIDE.value, "reason": "dropped", "done_at": now}
    return _change(tx, item, _QUARANTINED, values)


def _afresh(tx: Transaction, item: int, now: datetime) -> dict[str, Any]:
    messages = schema.messages
    ticket = tx.scalar(select(messages.c.ticket).where(messages.c.inbox == item))
    if ticket is not None:
        return {"disposition": Disposition.TICKET.value, "reason": "released", "ticket": ticket}
    done: dict[str, Any] = {"disposition": None, "reason": None, "ticket": None, "done_at": None}
    counted = {"attempts": 0, "interruptions": 0}
    return done | counted | {"state": "waiting", "next_try_at": now}


def _change(tx: Transaction, item: int, only: ColumnElement[bool], values: Values) -> bool:
    return tx.execute(update(_inbox).where(_inbox.c.id == item, only).values(values)).rowcount == 1
