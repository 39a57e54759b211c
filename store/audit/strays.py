"""Objects outside of the database that belong to no mail.

No fault: whoever puts an object there may die before its row is written. Its mail was never
acknowledged, and finds the object when it comes again (`store.objects`).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from sqlalchemy import select

from store import schema
from store.audit.faults import PAGE
from store.database import Database


def strays(database: Database) -> Iterator[str]:
    """Their names, in no order; one of a mail that arrives at this moment may be among them.

    Raises EvidenceUnavailable where the place is away.
    """
    if database.objects is None:
        return
    names = database.objects.names()
    known = schema.evidence.c.sha256
    # Rows are looked for after the objects were seen, since they are written after them.
    while page := list(islice(names, PAGE)):
        with database.read() as tx:
            found = {row.sha256 for row in tx.rows(select(known).where(known.in_(page)))}
        yield from (name for name in page if name not in found)
