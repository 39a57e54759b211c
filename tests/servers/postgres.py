"""A real PostgreSQL: one small cluster per test process, a new database for each test.

    def test_it(fresh_database: str): ...           # an empty PostgreSQL database
    def test_it(database_url: str): ...             # runs twice: SQLite and PostgreSQL
    def test_it(start_postgres: StartPostgres): ... # a cluster of its own, to kill and start again

fsync stays on: what a test says about durability is about the real thing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.servers.running import (
    ENVIRONMENT,
    START_SECONDS,
    Daemon,
    as_user,
    eventually,
    free_port,
    program,
    unavailable,
)

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "32MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "100",
    "jit": "off",
    "timezone": "UTC",
}


class Postgres:
    """One cluster. `start`, `stop`, `kill` (a power cut) may follow each other; the data stay."""

    def __init__(self, folder: Path, binaries: Path, user: str | None) -> None:
        self.port = free_port()
        self._folder = folder
        self._made = 0
        self._server = Daemon(
            [
                str(binaries / "postgres"),
                *("-D", str(folder / "data"), "-p", str(self.port)),
                *(part for pair in SETTINGS.items() for part in ("-c", "=".join(pair))),
            ],
            log=folder / "postgres.log",
            user=user,
            end="INT",  # fast shutdown
        )

    def start(self) -> None:
        self._server.start(self.port)
        eventually(self._answers, "PostgreSQL has recovered", START_SECONDS)

    def stop(self) -> None:
        self._server.stop()

    def kill(self) -> None:
        self._server.kill()

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def create_database(self, template: str = "template0") -> str:
        """Make a copy of `template` (template0: empty) and return its name."""
        self._made += 1
        name = f"test_{self._made}"
        self.administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, ending whoever is still connected to it."""
        self.administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def administer(self, statement: str) -> None:
        """Run one statement as superuser, outside a transaction."""
        where = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(statement.encode())

    def _answers(self) -> bool:
        try:
            self.administer("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


StartPostgres = Callable[[], Postgres]


def new_cluster() -> Postgres:
    """Make and start a cluster; `remove_cluster` ends it. Root runs it as the user postgres."""
    binaries = _binaries()
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="deskpost-postgres-"))
    if user:
        shutil.chown(folder, user, user)
    initdb = [str(binaries / "initdb"), "--pgdata", str(folder / "data"), "--no-sync"]
    how = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
    subprocess.run(
        [*as_user(user), *initdb, *how],
        check=True,
        env=ENVIRONMENT,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        timeout=60,
    )
    cluster = Postgres(folder, binaries, user)
    cluster.start()
    return cluster


def remove_cluster(cluster: Postgres) -> None:
    """End a cluster and delete its data."""
    cluster.stop()
    shutil.rmtree(cluster._folder)


def _binaries() -> Path:
    """Where the newest installed server's programs are; Debian keeps them out of PATH."""
    installed = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    newest = max(installed, key=lambda path: float(path.parts[-3]), default=None)
    if newest is not None:
        return newest.parent
    if shutil.which("initdb") is None:
        unavailable("PostgreSQL", "postgresql")
    return Path(program("postgres", "postgresql")).parent


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The cluster that all tests of this process share."""
    cluster = new_cluster()
    yield cluster
    remove_cluster(cluster)


@pytest.fixture
def fresh_database(postgres: Postgres) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of the test's own."""
    name = postgres.create_database()
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database: a SQLite file in `tmp_path`, then a PostgreSQL database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'gateway.db'}"
    url: str = request.getfixturevalue("fresh_database")
    return url


@pytest.fixture
def start_postgres() -> Iterator[StartPostgres]:
    """Starts clusters that belong to the test alone, for tests that kill them."""
    clusters: list[Postgres] = []

    def start() -> Postgres:
        clusters.append(new_cluster())
        return clusters[-1]

    yield start
    for cluster in clusters:
        remove_cluster(cluster)
