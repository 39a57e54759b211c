"""Whether every mail is accounted for, proven from what is stored.

    for found in audit(database, now): ...      # one Progress for each row looked at

Each page of rows is read in a snapshot of its own, so that it runs beside `serve` and holds up
nobody; one mail's bytes are in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from store.audit.arrivals import arrivals
from store.audit.departures import departures
from store.audit.faults import Fault, Finding
from store.audit.histories import histories
from store.audit.originals import Expected, originals
from store.audit.strays import strays
from store.audit.sums import sums
from store.database import Database

__all__ = ["Expected", "Fault", "Finding", "audit", "strays"]


def audit(database: Database, now: datetime, expected: Expected | None = None) -> Iterator[Finding]:
    """What is found, row by row; `expected` loses the Message-IDs that arrived."""
    yield from sums(database, now)
    yield from arrivals(database)
    yield from departures(database)
    yield from histories(database)
    yield from originals(database, expected)
