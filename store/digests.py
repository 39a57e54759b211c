"""When each digest of a desk comes next, and what its readers were sent last.

One row for each; whoever has it locked sends it, and writes what was sent in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from store import schema
from store.database import Found, Transaction

_digests = schema.digests


@dataclass(frozen=True, slots=True)
class Digest:
    """`sent`: by address of the reader, the fingerprint of the list they were sent last."""

    desk: str
    name: str
    due_at: datetime
    sent: Mapping[str, str]


def add(tx: Transaction, desk: str, name: str, due_at: datetime) -> None:
    """A digest that is new; nothing where another process has added it already."""
    row = {"desk": desk, "name": name, "due_at": due_at, "sent": {}}
    tx.insert_new(_digests, [row])


def hurry(tx: Transaction, desk: str, name: str, due_at: datetime) -> None:
    """It comes then at the latest."""
    its = (_digests.c.desk == desk, _digests.c.name == name, _digests.c.due_at > due_at)
    tx.execute(update(_digests).where(*its).values(due_at=due_at))


def every(tx: Transaction) -> list[Digest]:
    """Those that there ever were; who asks knows which of them still are."""
    return [_digest(row) for row in tx.rows(select(_digests))]


def claim(tx: Transaction, desk: str, name: str, now: datetime) -> Digest | None:
    """The digest, locked until `tx` ends; None where it is not due, or another process has it."""
    query = select(_digests).where(
        _digests.c.desk == desk, _digests.c.name == name, _digests.c.due_at <= now
    )
    rows = tx.rows(query.with_for_update(skip_locked=True))
    return _digest(rows[0]) if rows else None


def save(tx: Transaction, digest: Digest) -> None:
    """When it comes next, and what was sent."""
    changed = update(_digests).where(_digests.c.desk == digest.desk, _digests.c.name == digest.name)
    tx.execute(changed.values(due_at=digest.due_at, sent=dict(digest.sent)))


def next_due(tx: Transaction) -> datetime | None:
    """When the next digest is to be looked at."""
    moment: datetime | None = tx.scalar(select(func.min(_digests.c.due_at)))
    return moment


def _digest(row: Found) -> Digest:
    return Digest(row.desk, row.name, row.due_at, row.sent)
