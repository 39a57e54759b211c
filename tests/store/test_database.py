"""Transactions hold or leave nothing, and what goes wrong says whether to come again."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from store import database as module
from store import settings, tickets
from store.database import Database, Transaction
from store.errors import (
    Conflict,
    OutcomeUnknown,
    StoreError,
    StoreRefused,
    StoreUnavailable,
)
from store.inbox import Accepted, arrive
from store.migrate import migrate
from tests.servers.postgres import StartPostgres
from tests.store.examples import arrival, saved, ticket

ROOT = Path(__file__).parents[2]


def _value(database: Database, name: str) -> object:
    with database.read() as tx:
        return settings.get(tx, name)


def _put(database: Database, name: str, value: object) -> None:
    with database.transaction() as tx:
        settings.put(tx, name, value)


def test_the_end_of_the_block_commits(database: Database) -> None:
    """What was written is there for the next transaction."""
    _put(database, "a", 1)
    assert _value(database, "a") == 1


def test_an_exception_leaves_nothing(database: Database) -> None:
    """Rolled back is the default, whatever was raised, and the exception is not changed."""
    with pytest.raises(KeyError), database.transaction() as tx:
        settings.put(tx, "a", 1)
        raise KeyError("a")
    assert _value(database, "a") is None


def test_reading_writes_nothing(database: Database) -> None:
    """A write inside `read` is refused, and writing works afterwards."""
    with pytest.raises(StoreError), database.read() as tx:
        settings.put(tx, "a", 1)
    _put(database, "a", 2)
    assert _value(database, "a") == 2


def test_reading_sees_one_moment(database: Database) -> None:
    """What others commit meanwhile is not seen until the next reading, nor waited for."""
    with database.read() as tx:
        before = settings.get(tx, "a")
        _put(database, "a", 1)
        assert settings.get(tx, "a") == before
    assert _value(database, "a") == 1


def test_writers_follow_each_other(database: Database) -> None:
    """Eight threads count to eighty together: no count is lost and nobody fails."""
    _put(database, "count", 0)

    def count() -> None:
        for _ in range(10):
            with database.transaction() as tx:
                tx.execute(text("UPDATE settings SET value = CAST(value AS integer) + 1"))

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _value(database, "count") == 80


_DIES = """
import os, signal, sys
from store.database import Database
from store import settings, tickets
with Database(sys.argv[1]).transaction() as tx:
    settings.put(tx, "a", "unfinished")
    print("written", flush=True)
    sys.stdin.read()
"""


def test_who_dies_leaves_nothing(database: Database, store_url: str) -> None:
    """A process killed in a transaction is rolled back, and its locks are free at once."""
    _put(database, "a", "before")
    with subprocess.Popen(
        [sys.executable, "-c", _DIES, store_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "written\n"
        os.kill(child.pid, signal.SIGKILL)
    assert _value(database, "a") == "before"
    _put(database, "a", "after")
    assert _value(database, "a") == "after"


# --- errors ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("INSERT INTO nowhere VALUES (1)", StoreRefused),
        ("INSERT INTO told (key) VALUES ('a')", StoreRefused),
        ("INSERT INTO participants (ticket, position, address) VALUES (9, 0, 'a')", StoreRefused),
        ("INSERT INTO counters (name, value) VALUES ('ticket', 1), ('ticket', 2)", Conflict),
        ("nonsense", StoreRefused),
    ],
)
def test_what_the_database_says_has_a_kind(
    database: Database, statement: str, kind: type[StoreError]
) -> None:
    """A missing table, a broken rule and a key that is taken are told apart, in one line."""
    with pytest.raises(kind) as raised, database.transaction() as tx:
        tx.execute(text(statement))
    assert type(raised.value) is kind
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("40001", Conflict),
        ("40P01", Conflict),
        ("40003", OutcomeUnknown),
        ("53100", StoreUnavailable),
        ("53300", StoreUnavailable),
        ("55P03", StoreUnavailable),
        ("57014", StoreUnavailable),
        ("25006", StoreUnavailable),
        ("58030", StoreUnavailable),
        ("22001", StoreRefused),
        ("42501", StoreRefused),
        ("XX001", StoreRefused),
    ],
)
def test_what_a_server_says_has_a_kind(server_url: str, state: str, kind: type[StoreError]) -> None:
    """By its SQLSTATE: again at once, later, never, or nobody knows."""
    database = Database(server_url)
    raises = f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$"
    with pytest.raises(kind) as raised, database.transaction() as tx:
        tx.execute(text(raises))
    assert type(raised.value) is kind
    database.dispose()


def test_a_store_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    """Neither a folder that does not exist nor a server that is off is a fault of the mail."""
    for url in (
        f"sqlite:///{tmp_path}/absent/gateway.db",
        "postgresql+psycopg://postgres@127.0.0.1:1/absent",
    ):
        with pytest.raises(StoreUnavailable), Database(url).transaction():
            pass


def test_a_lock_that_is_held_too_long_is_unavailable(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process that keeps writing makes the store unavailable, not us wait for ever."""
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.2)
    first, second = Database(store_url), Database(store_url)
    _put(first, "a", 1)
    with first.transaction() as tx:
        settings.put(tx, "a", 2)
        with pytest.raises(StoreUnavailable):
            _put(second, "a", 3)
    _put(second, "a", 4)
    assert _value(first, "a") == 4
    first.dispose()
    second.dispose()


def test_a_thread_that_writes_too_long_makes_the_others_give_up(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's queue of writers within a process has an end as well."""
    database = Database(sqlite_url)
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.05)
    with (
        database.transaction(),
        pytest.raises(StoreUnavailable, match="another thread"),
        database.transaction(),
    ):
        pass
    database.dispose()


def test_a_full_disk_is_unavailable_until_there_is_room(sqlite_url: str) -> None:
    """Nothing of the transaction is kept, and the same one succeeds later."""
    database = Database(sqlite_url)
    with pytest.raises(StoreUnavailable, match="full"), database.transaction() as tx:
        settings.put(tx, "small", 1)
        pages = tx.scalar(text("PRAGMA page_count"))
        tx.execute(text(f"PRAGMA max_page_count = {pages}"))
        settings.put(tx, "large", "x" * 10_000_000)
    assert _value(database, "small") is None
    database.dispose()
    _put(database, "large", "x" * 10_000_000)
    assert _value(database, "large") is not None
    database.dispose()


def test_more_connections_than_there_are_is_unavailable(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes when all are in use is told so after a while."""
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.05)
    database = Database(sqlite_url)
    with ExitStack() as readers:
        for _ in range(30):
            readers.enter_context(database.read())
        with pytest.raises(StoreUnavailable, match="in use"):
            readers.enter_context(database.read())
    assert _value(database, "a") is None
    database.dispose()


def test_the_sqlite_of_python_does_as_well(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no wheel of pysqlite3: the same constraints, kinds of errors and answers."""
    monkeypatch.setitem(sys.modules, "pysqlite3", None)
    database = Database(sqlite_url)
    migrate(database)
    assert vars(database.engine.dialect)["dbapi"] is sqlite3
    with database.transaction() as tx:
        first, again = arrive(tx, [arrival("a"), arrival("a")])
        assert (first.accepted, again.accepted) == (Accepted.STORED, Accepted.DUPLICATE)
        assert saved(tx).number == 1
    with pytest.raises(Conflict), database.transaction() as tx:
        tickets.save(tx, None, ticket(1))
    with pytest.raises(StoreRefused), database.transaction() as tx:
        tx.execute(text("INSERT INTO participants (ticket, position, address) VALUES (9, 0, 'a')"))
    database.dispose()


def test_two_that_wait_for_each_other_are_a_conflict(server_url: str) -> None:
    """Of a deadlock one transaction goes through and the other is told to come again."""
    database = Database(server_url)
    _put(database, "a", 0)
    _put(database, "b", 0)
    both = threading.Barrier(2)

    def job(first: str, second: str, tx: Transaction) -> str:
        settings.put(tx, first, 1)
        both.wait(10)
        try:
            settings.put(tx, second, 1)
        except Exception as error:
            assert "deadlock" in str(error)
            raise
        return "went through"

    def run(first: str, second: str) -> str:
        try:
            with database.transaction() as tx:
                return job(first, second, tx)
        except Conflict:
            return "conflict"

    results: list[str] = []
    threads = [
        threading.Thread(target=lambda pair=pair: results.append(run(*pair)))
        for pair in (("a", "b"), ("b", "a"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["conflict", "went through"]
    database.dispose()


def test_it_recovers_when_the_server_comes_back(start_postgres: StartPostgres) -> None:
    """While the server is down all is unavailable; afterwards the next transaction works, and
    what was committed before the power went is there."""
    server = start_postgres()
    database = Database(server.url())
    migrate(database)
    _put(database, "a", 1)
    with pytest.raises(StoreUnavailable), database.transaction() as tx:
        settings.put(tx, "a", 2)
        server.kill()
        settings.put(tx, "b", 2)
    with pytest.raises(StoreUnavailable):
        _put(database, "a", 3)
    server.start()
    assert _value(database, "a") == 1
    _put(database, "a", 4)
    assert _value(database, "a") == 4
    database.dispose()


def test_a_commit_that_is_lost_is_of_unknown_outcome(start_postgres: StartPostgres) -> None:
    """The connection went while committing: it may have been kept, so it is looked up."""
    server = start_postgres()
    database = Database(server.url())
    migrate(database)
    with pytest.raises(OutcomeUnknown), database.transaction() as tx:
        settings.put(tx, "a", 1)
        server.kill()
    server.start()
    assert _value(database, "a") in (None, 1)
    database.dispose()
