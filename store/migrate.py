"""Bringing the tables to what this version needs; several processes may start at once."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from store.database import Database
from store.errors import Conflict, StoreOutdated, StoreTooNew

_TRIES = 20


def migrate(database: Database) -> None:
    """Create or upgrade the tables, all or nothing; whoever comes second waits and finds it done.

    Raises StoreTooNew where a newer version has been here, StoreUnavailable.
    """
    for tried in range(_TRIES):
        try:
            if revision(database) != _newest():
                _upgrade(database)
            return
        except Conflict:
            if tried == _TRIES - 1:
                raise


def check_schema(database: Database) -> None:
    """Raises StoreTooNew or StoreOutdated unless the tables are those of this version."""
    found = revision(database)
    _refuse_newer(found)
    if found != _newest():
        raise StoreOutdated("the database has to be migrated: start `serve`")


def revision(database: Database) -> str | None:
    """Which migration the tables are at; None for an empty database."""
    with database.read() as tx:
        return _found(tx.connection)


def _upgrade(database: Database) -> None:
    """At the first migration of all, whoever comes second is refused the table of versions."""
    with database.migration() as tx:
        if inspect(tx.connection).has_table("alembic_version"):
            tx.execute(text("UPDATE alembic_version SET version_num = version_num"))  # locks it
        _refuse_newer(_found(tx.connection))
        command.upgrade(_config(tx.connection), "head")


def _refuse_newer(found: str | None) -> None:
    if found is not None and found not in _known():
        raise StoreTooNew(f"the database is of a newer version of Deskpost (revision {found})")


def _found(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _newest() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _known() -> set[str]:
    return {found.revision for found in ScriptDirectory.from_config(_config()).walk_revisions()}
