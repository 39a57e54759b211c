"""An installation goes into one file while it runs, and comes out whole, on either database."""

from __future__ import annotations

import json
import os
import sqlite3
import tarfile
import threading
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest

from gateway.backup import archive
from gateway.backup.archive import Unfit
from gateway.backup.making import Made, make
from gateway.backup.restoring import restore
from gateway.configuration.loading import load_configuration
from gateway.configuration.opening import open_store
from gateway.configuration.settings import Configuration
from store import copying, evidence, inbox, outbox, tickets
from store.database import Database
from store.errors import StoreRefused, StoreTooNew
from store.migrate import migrate
from store.status import status
from tests.servers.gateway import PEOPLE
from tests.store.examples import after, arrival
from tests.store.releases.stored import fill

NOW = after(0)
CONFIGURATION = """\
[store]
url = "{url}"
evidence = "{evidence}"
[[desk]]
address = "helpdesk@accel.example"
process = "helpdesk"
"""


def quiet(_what: str, _done: int, _whole: int) -> None:
    """Nobody watches."""


def write_home(home: Path, url: str, mails: str = "database") -> Path:
    home.mkdir()
    (home / "gateway.toml").write_text(CONFIGURATION.format(url=url, evidence=mails))
    return home


def opened(home: Path) -> tuple[Configuration, Database]:
    configuration = load_configuration(home)
    assert isinstance(configuration, Configuration), configuration
    return configuration, open_store(configuration.store, os.environ)


def back_up(home: Path, file: Path) -> Made:
    configuration, database = opened(home)
    try:
        return make(home, configuration, database, file, NOW, quiet)
    finally:
        database.dispose()


@pytest.fixture
def running(database_url: str, tmp_path: Path) -> Path:
    """The home of an installation with rows in every table, on SQLite and on PostgreSQL."""
    return furnished(tmp_path / "home", database_url)


def furnished(home: Path, url: str) -> Path:
    write_home(home, url)
    (home / "people.yaml").write_text(PEOPLE)
    (home / "rules" / "processes").mkdir(parents=True)
    (home / "rules" / "processes" / "own.yaml").write_text("# ours\n")
    fill(url, "0001")
    database = Database(url)
    migrate(database)
    database.dispose()
    return home


def told(home: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Rows by table, and the numbers of `status`."""
    _, database = opened(home)
    with database.read() as tx:
        found = copying.count(tx), status(tx, NOW)
    database.dispose()
    return found


# --- there and back ----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("into", ["sqlite", pytest.param("server", marks=pytest.mark.real)])
def test_nothing_is_lost_on_the_way(
    running: Path, tmp_path: Path, into: str, request: pytest.FixtureRequest
) -> None:
    """From each database into each: every row, every byte, and work goes on with new numbers."""
    made = back_up(running, tmp_path / "backup")
    home = tmp_path / "restored"
    if into == "server":
        postgres = request.getfixturevalue("postgres")
        write_home(home, postgres.url(postgres.create_database()))
    else:
        write_home(home, "sqlite:///gateway.db")
    done = restore(home, made.file, NOW, quiet)
    assert told(home) == told(running) == (done.rows, done.status)
    assert (home / "people.yaml").read_text() == PEOPLE
    assert (home / "rules" / "processes" / "own.yaml").exists()
    assert done.kept == ("gateway.toml",)
    _, database = opened(home)
    with database.transaction() as tx:
        for name in evidence.names(tx, 1000):
            assert evidence.digest(evidence.get(tx, name)) == name
        known = [item.id for item in inbox.everything(tx, 1000)]
        [receipt] = inbox.arrive(tx, [arrival("after it")])
        assert receipt.id == known[-1] + 1
        assert tickets.new_number(tx) == tickets.numbers(tx, 100)[-1] + 1
        assert outbox.undelivered(tx, 10)
    database.dispose()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The same on SQLite alone."""
    return furnished(tmp_path / "home", f"sqlite:///{tmp_path / 'home' / 'gateway.db'}")


def test_an_empty_home_becomes_the_same(small: Path, tmp_path: Path) -> None:
    """Its files too; and the backup is readable by its owner alone, as are they."""
    (small / "gateway.toml").write_text(
        CONFIGURATION.format(url="sqlite:///gateway.db", evidence="database")
    )
    made = back_up(small, tmp_path / "backup")
    assert made.file.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"home", "backup"}
    home = tmp_path / "restored"
    done = restore(home, made.file, NOW, quiet)
    assert (done.kept, done.aside) == ((), ())
    assert told(home) == told(small)
    assert {path.name for path in home.iterdir()} == {
        "gateway.toml",
        "people.yaml",
        "rules",
        "gateway.db",
    }
    assert (home / "gateway.db").stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
def test_it_runs_on_meanwhile(small: Path, tmp_path: Path) -> None:
    """Somebody writes all the time: the copy is of one moment, and its writer waits for nothing."""
    _, database = opened(small)
    stop = threading.Event()
    written: list[int] = []

    def write() -> None:
        while not stop.is_set():
            body = os.urandom(20_000)
            with database.transaction() as tx:
                mail = arrival(evidence.digest(body), body=body)
                written.append(inbox.arrive(tx, [mail])[0].id)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = back_up(small, tmp_path / "backup")
    finally:
        stop.set()
        writer.join()
        database.dispose()
    assert 0 < made.manifest.rows["inbox"] <= told(small)[0]["inbox"]
    assert written


def test_mails_outside_come_along(tmp_path: Path) -> None:
    """The file holds them all, and the home that it is restored into needs no place for them; one
    that was lost is named, and does not keep the others from being saved."""
    home = write_home(tmp_path / "home", "sqlite:///gateway.db", f"file://{tmp_path}/mails")
    _, database = opened(home)
    migrate(database)
    evidence.begin(database)
    names = evidence.keep_outside(database, [b"one", b"two"])
    with database.transaction() as tx:
        evidence.put_all(tx, [b"one", b"two"], names)
    database.dispose()
    lost = evidence.digest(b"two")
    (tmp_path / "mails" / lost[:2] / lost).unlink()
    made = back_up(home, tmp_path / "backup")
    assert made.manifest.lost == (lost,)
    restored = write_home(tmp_path / "restored", "sqlite:///gateway.db")
    restore(restored, made.file, NOW, quiet)
    _, database = opened(restored)
    with database.read() as tx:
        assert evidence.get(tx, evidence.digest(b"one")) == b"one"
    database.dispose()


# --- what is refused ---------------------------------------------------------------------------


def test_nothing_is_overwritten_by_a_backup(small: Path, tmp_path: Path) -> None:
    """A file of that name stays as it is."""
    (tmp_path / "backup").write_text("mine")
    with pytest.raises(FileExistsError, match="not overwritten"):
        back_up(small, tmp_path / "backup")
    assert (tmp_path / "backup").read_text() == "mine"


def test_a_store_is_set_aside_only_where_that_is_said(small: Path, tmp_path: Path) -> None:
    """Without --overwrite it is refused and untouched; with it the old one is beside the new one,
    unless somebody has it open."""
    made = back_up(small, tmp_path / "backup")
    (small / "people.yaml").write_text("staff: []\n")
    before = (small / "gateway.db").read_bytes()
    with pytest.raises(FileExistsError, match="--overwrite"):
        restore(small, made.file, NOW, quiet)
    assert (small / "gateway.db").read_bytes() == before
    _, database = opened(small)
    with database.read(), pytest.raises(OSError, match="stop `serve`"):
        restore(small, made.file, NOW, quiet, overwrite=True)
    database.dispose()
    (small / "people.yaml").write_text("staff: []\n")
    done = restore(small, made.file, NOW, quiet, overwrite=True)
    assert set(done.aside) == {
        "people.yaml.before-20261121T093015Z",
        "gateway.db.before-20261121T093015Z",
    }
    assert all((small / name).exists() for name in done.aside)
    assert (small / "people.yaml").read_text() == PEOPLE


@pytest.mark.real
def test_a_database_with_rows_is_refused(small: Path, fresh_database: str, tmp_path: Path) -> None:
    """Nothing is mixed: the rows that are there stay alone."""
    made = back_up(small, tmp_path / "backup")
    home = write_home(tmp_path / "other", fresh_database)
    _, database = opened(home)
    migrate(database)
    with database.transaction() as tx:
        inbox.arrive(tx, [arrival("here already")])
    with pytest.raises(StoreRefused, match=r"not empty.*inbox"):
        restore(home, made.file, NOW, quiet)
    with database.read() as tx:
        assert len(inbox.everything(tx, 10)) == 1
    database.dispose()


Damage = Callable[[Path], None]


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-2000])


def _scribble(file: Path) -> None:
    octets = bytearray(file.read_bytes())
    octets[len(octets) // 2] ^= 0xFF
    file.write_bytes(octets)


def _something_else(file: Path) -> None:
    file.write_bytes(b"PK\x03\x04 no tar at all")


def _climb(file: Path) -> None:
    said = {"../evil": {"size": 1, "sha256": "x"}}
    _packed(file, {"format": 1, "made_at": "", "revision": "0001", "rows": {}, "files": said})


def _newer(file: Path) -> None:
    _packed(file, {"format": 2})


def _packed(file: Path, manifest: dict[str, object]) -> None:
    with tarfile.open(file, "w:gz") as tar:
        for name, body in ((archive.MANIFEST, json.dumps(manifest).encode()), ("../evil", b"x")):
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            tar.addfile(entry, BytesIO(body))


@pytest.mark.parametrize("damage", [_cut, _scribble, _something_else, _climb, _newer])
def test_a_file_that_is_no_whole_backup_is_refused(
    small: Path, tmp_path: Path, damage: Damage
) -> None:
    """Cut off, altered, something else, one that would write elsewhere, one of a newer version."""
    made = back_up(small, tmp_path / "backup")
    damage(made.file)
    home = tmp_path / "restored"
    with pytest.raises(Unfit, match="backup"):
        restore(home, made.file, NOW, quiet)
    assert list(home.iterdir()) == []
    assert not (tmp_path / "evil").exists()


def test_a_backup_of_a_newer_version_is_refused(small: Path, tmp_path: Path) -> None:
    """Its tables are not known here."""
    made = back_up(small, tmp_path / "backup")
    with closing(sqlite3.connect(small / "gateway.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    newer = back_up(small, tmp_path / "newer")
    with pytest.raises(StoreTooNew, match="9999"):
        restore(tmp_path / "restored", newer.file, NOW, quiet)
    assert made.manifest.revision != newer.manifest.revision
