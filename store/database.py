"""Opening the store and its transactions, on SQLite and on PostgreSQL alike.

    with database.transaction() as tx:   # all or nothing: an exception rolls back
    with database.read() as tx:          # one snapshot; writing is refused

Whatever the driver raises leaves as a `store.errors.StoreError`. After the database was away the
next transaction connects anew by itself.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, CursorResult, Engine, Executable, Row, Table, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.elements import ColumnElement

from store.driver_errors import translated
from store.errors import StoreRefused, StoreUnavailable
from store.objects import Objects

WAIT_SECONDS = 10
"""How long to wait for a lock or a connection before the store counts as unavailable."""

Values = Mapping[str, Any]
Found = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction of the store; ends with the `with` that began it."""

    connection: Connection
    objects: Objects | None = None
    """Where mails are that are kept outside of the database."""

    @property
    def is_sqlite(self) -> bool:
        return self.connection.dialect.name == "sqlite"

    def execute(
        self, statement: Executable, values: Sequence[Values] | Values | None = None
    ) -> CursorResult[Any]:
        """As SQLAlchemy does. Statements that run for each mail are built once, with parameters:
        building one costs more than running it."""
        return self.connection.execute(statement, values)

    def rows(self, statement: Executable, values: Values | None = None) -> Sequence[Found]:
        return self.connection.execute(statement, values).all()

    def row(self, statement: Executable, values: Values | None = None) -> Found | None:
        return self.connection.execute(statement, values).first()

    def scalar(self, statement: Executable, values: Values | None = None) -> Any:
        return self.connection.execute(statement, values).scalar()

    def stream(self, statement: Executable, at_once: int) -> Iterator[Found]:
        """The rows one by one, read from the database so many at once."""
        options = {"yield_per": at_once}
        yield from self.connection.execute(statement, execution_options=options)

    def insert_new(
        self, table: Table, rows: Sequence[Values], *returning: ColumnElement[Any]
    ) -> Sequence[Found]:
        """Insert the rows that break no unique key, many at once; the others are left out.

        Gives back `returning` of those inserted. A row that another transaction is inserting is
        waited for, and left out if that one commits.
        """
        if not rows:
            return ()
        statement = _insert_new(table, returning, self.is_sqlite)
        done = self.connection.execute(statement, rows)
        return done.all() if returning else ()


class Database:
    """A store by its URL. Thread-safe; keeps its connections until `dispose`.

    Args:
        objects: where mails are kept; None for the database itself.
    """

    def __init__(self, url: str | URL, objects: Objects | None = None) -> None:
        self.url = make_url(url)
        self.objects = objects
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        # SQLite lets one write at a time and has the others poll; threads of a process queue here.
        self._writing = threading.Lock() if self.is_sqlite else None
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _server_engine(self.url)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Commits at the end of the block, rolls back if it raises.

        Raises Conflict, StoreUnavailable, OutcomeUnknown (lost while committing), StoreRefused.
        """
        with (
            self._turn(),
            self._connection(writes=True) as connection,
            self._begun(connection) as tx,
        ):
            yield tx

    @contextmanager
    def migration(self) -> Iterator[Transaction]:
        """As `transaction`, for changing tables; foreign keys are checked at its end."""
        with self._turn(), self._connection(writes=True, migrates=True) as connection:
            try:
                with self._begun(connection) as tx:
                    if not tx.is_sqlite:
                        tx.execute(text("SET LOCAL lock_timeout = 0"))
                    yield tx
                    if tx.is_sqlite and tx.rows(text("PRAGMA foreign_key_check")):
                        raise StoreRefused("the migration would break references between rows")
            finally:
                connection.invalidate()  # its settings were those of a migration

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """All that the block reads is of one moment. Raises StoreUnavailable, StoreRefused."""
        with self._connection(writes=False) as connection, translated():
            connection.begin()
            try:
                yield Transaction(connection, self.objects)
            finally:
                _roll_back(connection)

    def dispose(self) -> None:
        """Close the connections that are not in use."""
        self.engine.dispose()

    @contextmanager
    def _connection(self, *, writes: bool, migrates: bool = False) -> Iterator[Connection]:
        with translated():
            connection = self.engine.connect()
        options = self._options(writes)
        try:
            yield connection.execution_options(migrates=migrates, **options)
        finally:
            connection.close()

    @contextmanager
    def _begun(self, connection: Connection) -> Iterator[Transaction]:
        with translated():
            begun = connection.begin()
            try:
                yield Transaction(connection, self.objects)
            except BaseException:
                _roll_back(connection)
                raise
            with translated(committing=True):
                begun.commit()

    def _options(self, writes: bool) -> dict[str, Any]:
        if self.is_sqlite:
            return {"writes": writes}
        if writes:
            return {"isolation_level": "READ COMMITTED", "postgresql_readonly": False}
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._writing is None:
            yield
            return
        if not self._writing.acquire(timeout=WAIT_SECONDS):
            raise StoreUnavailable(f"another thread has been writing for {WAIT_SECONDS} s")
        try:
            yield
        finally:
            self._writing.release()


def is_made(url: str) -> bool:
    """False for a SQLite store whose file is not there yet."""
    file = make_url(url).database if url.startswith("sqlite:") else None
    return file is None or Path(file).exists()


@cache
def _insert_new(
    table: Table, returning: tuple[ColumnElement[Any], ...], is_sqlite: bool
) -> Executable:
    insert = sqlite.insert if is_sqlite else postgresql.insert
    statement = insert(table).on_conflict_do_nothing()
    return statement.returning(*returning) if returning else statement


# --- engines -----------------------------------------------------------------------------------


_SERVER_DEFAULTS = {
    "application_name": "deskpost",
    "connect_timeout": WAIT_SECONDS,
    # A server that vanished without a word is noticed within a minute, not after two hours.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,  # milliseconds
}


def _server_engine(url: URL) -> Engine:
    engine = sqlalchemy.create_engine(
        url,
        pool_size=10,
        max_overflow=20,
        pool_timeout=WAIT_SECONDS,
        pool_pre_ping=True,
        connect_args={k: v for k, v in _SERVER_DEFAULTS.items() if k not in url.query},
    )
    event.listen(engine, "connect", _prepare_server)
    return engine


def _prepare_server(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = '{WAIT_SECONDS}s'")
    cursor.close()
    connection.commit()


def _sqlite_engine(url: URL) -> Engine:
    engine = sqlalchemy.create_engine(
        url,
        module=sqlite_module(),
        pool_size=10,
        max_overflow=20,
        pool_timeout=WAIT_SECONDS,
        connect_args={"timeout": WAIT_SECONDS},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def sqlite_module() -> ModuleType:
    """pysqlite3 where it is installed: SQLite up to 3.51.2 has a rare WAL corruption."""
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        return sqlite3
    return dbapi2  # type: ignore[no-any-return]


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None  # BEGIN is ours, below
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # NORMAL may lose acknowledged mail
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA cache_size = -16000")  # kB
    cursor.execute("PRAGMA journal_size_limit = 67108864")  # bytes; a large import leaves no more
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A plain BEGIN that writes later fails beside other writers instead of waiting for them."""
    options = connection.get_execution_options()
    writes = options["writes"]
    if options.get("migrates"):
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")  # tables are made anew and renamed
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _roll_back(connection: Connection) -> None:
    """A connection that was lost says no more here than what lost it."""
    with suppress(DBAPIError):
        connection.rollback()
