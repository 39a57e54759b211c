"""Timers that are due. They belong to tickets: `tickets.save` starts and ends them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from rules.model import Timer
from store import schema
from store.database import Transaction

_timers = schema.timers

FARTHEST = timedelta(hours=1)
"""No timer that is due is put off for so long."""


def claim_due(tx: Transaction, now: datetime, limit: int) -> list[tuple[int, Timer]]:
    """Timers that are due, with the numbers of their tickets, in order of when they fell due.

    One whose clock stands still is never due. The tickets stay locked until `tx` ends; tickets that
    somebody else has locked are left for the next time. A timer stays due until its ticket is saved
    without it.
    """
    tickets = schema.tickets
    due = _timers.c.try_at <= now
    locked = tx.rows(
        select(tickets.c.number, _timers.c.name)
        .join(_timers, _timers.c.ticket == tickets.c.number)
        .where(due)
        .order_by(_timers.c.try_at, tickets.c.number)
        .limit(limit)
        .with_for_update(of=tickets, skip_locked=True)
    )
    if not locked:
        return []
    # Read again now that they are locked: the timer may have been ended just before.
    query = select(_timers.c.ticket, _timers.c.name, _timers.c.due_at).where(
        _timers.c.ticket.in_({row.number for row in locked}), due
    )
    found = tx.rows(query.order_by(_timers.c.due_at, _timers.c.ticket).limit(limit))
    return [(ticket, Timer(name, due_at)) for ticket, name, due_at in found]


def postpone(tx: Transaction, ticket: int, name: str, until: datetime, error: str) -> int:
    """What the timer is for could not be done; how often that was so by now (0: it is gone)."""
    changed = tx.scalar(
        update(_timers)
        .where(_timers.c.ticket == ticket, _timers.c.name == name)
        .values(try_at=until, attempts=_timers.c.attempts + 1, last_error=error)
        .returning(_timers.c.attempts)
    )
    return changed or 0


def bring_back(tx: Transaction, now: datetime) -> int:
    """Timers that are due and would be looked at much later, since the clock was set back after
    they had been put off, are looked at now; how many."""
    put_off = (_timers.c.try_at > now + FARTHEST, _timers.c.due_at <= now)
    return tx.execute(update(_timers).where(*put_off).values(try_at=now)).rowcount


def next_due(tx: Transaction) -> datetime | None:
    """When the next timer is to be looked at."""
    moment: datetime | None = tx.scalar(select(func.min(_timers.c.try_at)))
    return moment
