"""Whether the numbers of `status` are those of the rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select

from store import schema
from store.audit.faults import Fault, Finding
from store.database import Database
from store.status import status

ADDED = ("on_tickets", "set_aside", "duplicates", "quarantined", "inbox")


def sums(database: Database, now: datetime) -> Iterator[Finding]:
    """Received is what is on tickets, set aside, duplicate, quarantined and waiting, and as many as
    there are rows; all of one moment."""
    with database.read() as tx:
        numbers = status(tx, now)
        rows: int = tx.scalar(select(func.count()).select_from(schema.inbox))
    added = sum(numbers[name] for name in ADDED)
    if numbers["received"] == added == rows:
        yield Finding("sums", 1, 1)
        return
    text = f"{rows} mails arrived, status accounts for {added} of {numbers['received']} received"
    yield Finding(
        "sums", 1, 1, (Fault("sum", "status", text, "see the mails that are named below"),)
    )
