"""A database that forgets what it has committed is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from store.database import Database
from store.durability import weakness


@pytest.fixture
def opened(fresh_database: str) -> Iterator[Database]:
    database = Database(fresh_database)
    yield database
    database.dispose()


def test_what_is_kept_as_shipped(database: Database) -> None:
    """SQLite as the store opens it, PostgreSQL as Debian sets it up."""
    assert weakness(database) == ""


def test_commits_that_do_not_wait_for_the_disk(opened: Database) -> None:
    """Switched off for one database, which no file of the server's shows."""
    name = opened.url.database
    with opened.transaction() as tx:
        tx.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
    opened.engine.dispose()
    assert "synchronous_commit = off" in weakness(opened)
