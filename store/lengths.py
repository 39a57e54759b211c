"""How much waits, and for how long: what a monitoring system asks every few seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text

from store import schema
from store.database import Transaction

_UNFINISHED = text("inbox.state <> 'done'")
_UNDELIVERED = text("outbox.state IN ('queued', 'working')")


@dataclass(frozen=True, slots=True)
class Lengths:
    """The oldest of each queue, None where it is empty; `undelivered` counts what waits for its
    next try too, `late` the timers that are due and not done."""

    oldest_arrival: datetime | None
    undelivered: int
    oldest_undelivered: datetime | None
    late: int
    latest: datetime | None


def lengths(tx: Transaction, now: datetime) -> Lengths:
    """By partial indexes: no more work for all that was ever done."""
    inbox, outbox, timers = schema.inbox, schema.outbox, schema.timers
    arrival = tx.scalar(select(func.min(inbox.c.received_at)).where(_UNFINISHED))
    leaving = select(func.count(outbox.c.id), func.min(outbox.c.created_at)).where(_UNDELIVERED)
    late = select(func.count(), func.min(timers.c.due_at)).where(timers.c.due_at <= now)
    undelivered, oldest = tx.rows(leaving)[0]
    number, latest = tx.rows(late)[0]
    return Lengths(arrival, undelivered, oldest, number, latest)
