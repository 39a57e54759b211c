"""The tables are made once, whoever comes first, and are what `store.schema` says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from store.database import Database
from store.errors import StoreOutdated, StoreRefused, StoreTooNew, StoreUnavailable
from store.migrate import check_schema, migrate, revision
from store.schema import metadata

ROOT = Path(__file__).parents[2]


@pytest.fixture
def empty(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.dispose()


def test_a_new_store_has_to_be_migrated_once(empty: Database) -> None:
    """Before, its schema is refused; afterwards it is right, and a second time changes nothing."""
    with pytest.raises(StoreOutdated):
        check_schema(empty)
    migrate(empty)
    check_schema(empty)
    before = revision(empty)
    migrate(empty)
    assert revision(empty) == before is not None


def test_the_migrations_make_what_the_schema_says(empty: Database) -> None:
    """Alembic finds nothing to add, to drop or to alter."""
    migrate(empty)
    with empty.read() as tx:
        context = MigrationContext.configure(
            tx.connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_the_migrations_make_every_constraint(empty: Database) -> None:
    """Checks too, which Alembic does not compare, and the conditions of indexes."""
    migrate(empty)
    with empty.transaction() as tx:
        made = inspect(tx.connection)
        for table in metadata.tables.values():
            checks = {check["name"] for check in made.get_check_constraints(table.name)}
            said = {c.name for c in table.constraints if str(c.name).startswith("ck_")}
            assert checks == said
            partial = {
                str(index["name"]): " ".join(str(where).split())
                for index in made.get_indexes(table.name)
                if (where := _condition(index)) is not None
            }
            assert set(partial) == {
                index.name
                for index in table.indexes
                if index.dialect_options["sqlite"]["where"] is not None
            }


def _condition(index: object) -> object:
    assert isinstance(index, dict)
    options = index.get("dialect_options", {})
    return next((options[key] for key in options if key.endswith("_where")), None)


def test_a_store_of_a_newer_version_is_left_alone(empty: Database) -> None:
    """It is neither used nor migrated by this version, which does not know it."""
    migrate(empty)
    with empty.transaction() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for refused in (check_schema, migrate):
        with pytest.raises(StoreTooNew, match="9999"):
            refused(empty)
    assert revision(empty) == "9999"


_MIGRATES = """
import sys
from store.database import Database
from store.migrate import check_schema, migrate
sys.stdin.readline()
database = Database(sys.argv[1])
migrate(database)
check_schema(database)
"""


@pytest.mark.slow
def test_several_processes_may_start_at_once(database_url: str) -> None:
    """On an empty store all of them find it migrated, whoever of them did it."""
    children = [
        subprocess.Popen(
            [sys.executable, "-c", _MIGRATES, database_url],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(3)
    ]
    outcomes = [child.communicate("go\n", timeout=60) for child in children]
    assert [child.returncode for child in children] == [0] * 3, outcomes


def test_a_migration_that_fails_leaves_nothing(empty: Database) -> None:
    """All or nothing, tables included, on both databases."""
    with pytest.raises(StoreRefused), empty.migration() as tx:
        tx.execute(text("CREATE TABLE half (id INTEGER)"))
        tx.execute(text("nonsense"))
    with empty.read() as tx:
        assert inspect(tx.connection).get_table_names() == []


def test_a_migration_may_not_break_references(sqlite_url: str) -> None:
    """SQLite's foreign keys rest while tables are made anew, and are checked at the end."""
    database = Database(sqlite_url)
    orphan = text("INSERT INTO participants (ticket, position, address) VALUES (9, 0, 'a')")
    with pytest.raises(StoreRefused, match="references"), database.migration() as tx:
        tx.execute(orphan)
    with pytest.raises(StoreRefused, match="FOREIGN KEY"), database.transaction() as tx:
        tx.execute(orphan)
    database.dispose()


def test_an_unreachable_store_is_not_migrated() -> None:
    """It is unavailable, as everywhere else."""
    with pytest.raises(StoreUnavailable):
        migrate(Database("postgresql+psycopg://postgres@127.0.0.1:1/absent"))
