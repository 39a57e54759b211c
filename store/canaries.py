"""Mails that a desk sends to itself through the outside world, and whether they came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, delete, func, select, update

from store import schema
from store.database import Transaction

_canaries = schema.canaries


@dataclass(frozen=True, slots=True)
class Flights:
    """A desk's canaries: when the last one was sent and the last one came back, and how many did
    not come back since then."""

    sent_at: datetime
    returned_at: datetime | None
    missing: int


def send(tx: Transaction, desk: str, slot: datetime, code: str, now: datetime) -> bool:
    """True for the one process that is to send the canary of this slot."""
    row = {"desk": desk, "slot": slot, "code": code, "sent_at": now}
    return bool(tx.insert_new(_canaries, [row], _canaries.c.code))


def returned(tx: Transaction, code: str, now: datetime) -> str | None:
    """The desk whose canary this is, which has come back now; None: there is none of this code.

    One that comes back twice came back when it did first."""
    first = func.coalesce(_canaries.c.returned_at, now)
    desk: str | None = tx.scalar(
        update(_canaries)
        .where(_canaries.c.code == code)
        .values(returned_at=first)
        .returning(_canaries.c.desk)
    )
    return desk


def miss(tx: Transaction, sent_before: datetime, now: datetime) -> Mapping[str, datetime]:
    """Those that should be back by now, each said once: the desk, and when the oldest was sent."""
    late = (
        update(_canaries)
        .where(
            _canaries.c.returned_at.is_(None),
            _canaries.c.missed_at.is_(None),
            _canaries.c.sent_at <= sent_before,
        )
        .values(missed_at=now)
        .returning(_canaries.c.desk, _canaries.c.sent_at)
    )
    oldest: dict[str, datetime] = {}
    for desk, sent_at in tx.rows(late):
        oldest[desk] = min(oldest.get(desk, sent_at), sent_at)
    return oldest


def flights(tx: Transaction) -> dict[str, Flights]:
    """How the canaries of each desk fare."""
    back = (
        select(_canaries.c.desk, func.max(_canaries.c.sent_at).label("sent_at"))
        .where(_canaries.c.returned_at.is_not(None))
        .group_by(_canaries.c.desk)
        .subquery()
    )
    since_then = back.c.sent_at.is_(None) | (_canaries.c.sent_at > back.c.sent_at)
    missing = case((_canaries.c.missed_at.is_not(None) & since_then, 1), else_=0)
    query = (
        select(
            _canaries.c.desk,
            func.max(_canaries.c.sent_at),
            func.max(_canaries.c.returned_at),
            func.sum(missing),
        )
        .outerjoin(back, back.c.desk == _canaries.c.desk)
        .group_by(_canaries.c.desk)
    )
    return {desk: Flights(sent, home, int(gone)) for desk, sent, home, gone in tx.rows(query)}


def prune(tx: Transaction, before: datetime) -> int:
    """Forget what was sent before; how many."""
    return tx.execute(delete(_canaries).where(_canaries.c.sent_at < before)).rowcount
