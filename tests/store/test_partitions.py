"""Tables that docs/partitions.sql cut into ranges are, to the store, what they were."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from store import claims, inbox, journal, tickets
from store.audit import Fault, audit
from store.database import Database
from store.migrate import migrate
from store.schema import metadata
from tests.store.examples import JAN, LEASE, NOW, arrival
from tests.store.test_audit import fill, on_ticket

SCRIPT = (Path(__file__).parents[2] / "docs" / "partitions.sql").read_text()
CUT = ("journal", "attachments", "decisions", "tokens")


@pytest.fixture
def database(fresh_database: str) -> Iterator[Database]:
    opened = Database(fresh_database)
    migrate(opened)
    yield opened
    opened.dispose()


def cut(database: Database, step: int = 1_000_000) -> None:
    with database.transaction() as tx:
        # Past SQLAlchemy, which takes a % for a placeholder.
        cursor = tx.connection.connection.cursor()
        cursor.execute(SCRIPT.replace("1000000", str(step)))


def rows_of(database: Database, table: str) -> int:
    with database.read() as tx:
        return int(tx.scalar(text(f"SELECT count(*) FROM {table}")))


def faults(database: Database) -> list[Fault]:
    return [fault for finding in audit(database, NOW) for fault in finding.faults]


def arrive(database: Database, *keys: str) -> None:
    """Mails that open tickets."""
    with database.transaction() as tx:
        inbox.arrive(tx, [arrival(key, body=key.encode()) for key in keys])
        for item in claims.claim(tx, "w", NOW, LEASE, len(keys)):
            on_ticket(tx, item)


def test_a_store_that_was_cut_is_the_same_store(database: Database) -> None:
    """What was there and what comes is read back, the audit finds nothing, and the schema is the
    one that the next migration expects: keys, foreign keys and indexes by their names."""
    fill(database)
    before = {table: rows_of(database, table) for table in CUT}
    cut(database)
    assert {table: rows_of(database, table) for table in CUT} == before
    arrive(database, "third", "fourth")
    with database.transaction() as tx:
        number = tickets.numbers(tx, 99)[-1]
        assert [event.entry.actor for event in journal.of_ticket(tx, number)] == [JAN]
        assert journal.replay(tx, number) is not None
        # The ranges are tables of their own, of which a migration knows nothing.
        known = {"include_name": lambda name, kind, _: kind != "table" or name in metadata.tables}
        context = MigrationContext.configure(tx.connection, opts=known)
        changed = compare_metadata(context, metadata)
    assert changed == []
    assert faults(database) == []


def test_ranges_are_added_as_the_keys_grow(database: Database) -> None:
    """Twice in one range changes nothing; keys that outgrew the ranges wait in the last one and
    are moved to theirs."""
    fill(database)
    cut(database, step=3)
    arrive(database, *(f"mail {n}" for n in range(12)))
    assert rows_of(database, "journal_rest") > 0
    total = rows_of(database, "journal")
    for _ in range(2):
        cut(database, step=3)
        assert rows_of(database, "journal_rest") == 0
        assert rows_of(database, "journal") == total
    assert rows_of(database, "journal_2") == 3
    assert faults(database) == []
