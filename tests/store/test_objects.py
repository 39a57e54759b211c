"""Mails outside of the database, in a folder or a bucket: first the object, then its row."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from store import evidence, inbox
from store.database import Database
from store.errors import EvidenceAltered, EvidenceMissing, EvidenceUnavailable, StoreRefused
from store.objects import MARK, Objects, open_objects
from tests.servers.s3 import S3Bucket
from tests.store.examples import arrival

BODY = bytes(range(256)) * 10
NAME = evidence.digest(BODY)


@pytest.fixture(params=["file", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """What `[store] evidence` names: a folder, then a bucket."""
    if request.param == "file":
        return f"file://{tmp_path}/mails%20here"
    bucket: S3Bucket = request.getfixturevalue("bucket")
    return bucket.url


@pytest.fixture
def objects(place: str) -> Objects:
    opened = open_objects(place)
    assert opened is not None
    return opened


OpenStore = Callable[[Objects | None], Database]


@pytest.fixture
def open_store(store_url: str) -> Iterator[OpenStore]:
    """Opens the store of the test, on each database, with a place for its mails."""
    opened: list[Database] = []

    def open_it(objects: Objects | None) -> Database:
        opened.append(Database(store_url, objects))
        return opened[-1]

    yield open_it
    for database in opened:
        database.dispose()


@pytest.fixture
def outside(open_store: OpenStore, objects: Objects) -> Database:
    """A store that keeps its mails in a folder or a bucket."""
    database = open_store(objects)
    evidence.begin(database)
    return database


# --- the place ---------------------------------------------------------------------------------


def test_bytes_come_back_as_they_were(objects: Objects) -> None:
    """Every byte, none at all too; and each is listed once."""
    objects.claim("me")
    objects.put_all([(NAME, BODY), (evidence.digest(b""), b"")])
    assert objects.get(NAME) == BODY
    assert objects.get(evidence.digest(b"")) == b""
    assert sorted(objects.names()) == sorted([NAME, evidence.digest(b"")])


def test_whoever_comes_second_finds_it_there(objects: Objects) -> None:
    """Of many that put the same at once, one does and none fails."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: objects.put(NAME, BODY), range(8)))
    assert objects.get(NAME) == BODY
    assert list(objects.names()) == [NAME]


def test_nothing_is_overwritten(objects: Objects) -> None:
    """Bytes that are not what their name says are neither replaced nor relied on."""
    objects.put(NAME, b"something else")
    with pytest.raises(EvidenceUnavailable, match="move it away"):
        objects.put(NAME, BODY)
    with pytest.raises(EvidenceAltered):
        objects.get(NAME)


def test_a_place_is_of_one_installation(objects: Objects) -> None:
    """It says whose it is; another's is refused before anything is put there."""
    assert objects.owner() is None
    objects.claim("me")
    objects.claim("me")
    assert objects.owner() == "me"
    with pytest.raises(EvidenceUnavailable, match="another installation"):
        objects.claim("somebody else")


def test_what_is_missing_is_not_what_is_away(objects: Objects) -> None:
    """Without its mark a place is away, such as a disk that is not mounted; with it a mail that is
    not there is lost."""
    with pytest.raises(EvidenceUnavailable):
        objects.get(NAME)
    objects.claim("me")
    with pytest.raises(EvidenceMissing):
        objects.get(NAME)


def test_a_server_that_is_away_is_temporary(bucket: S3Bucket, env: Callable[..., None]) -> None:
    """As are a bucket that is not there and credentials that are wrong: a person may mend it."""
    absent = open_objects("s3://there-is-no-such-bucket/x")
    assert absent is not None
    for call in (lambda: absent.put(NAME, BODY), lambda: absent.get(NAME), absent.owner):
        with pytest.raises(EvidenceUnavailable, match="there-is-no-such-bucket"):
            call()
    env("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    away = open_objects(bucket.url)
    assert away is not None
    with pytest.raises(EvidenceUnavailable):
        away.put(NAME, BODY)


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    return monkeypatch.setenv


def test_a_folder_that_cannot_be_written_is_temporary(tmp_path: Path) -> None:
    """Its parent is not made, since that may be where a disk belongs."""
    away = open_objects(f"file://{tmp_path}/not/mounted")
    assert away is not None
    with pytest.raises(EvidenceUnavailable, match="not/mounted"):
        away.put(NAME, BODY)


def test_a_file_has_its_name_once_it_is_whole(tmp_path: Path) -> None:
    """What a crash left half-written is no object, and is in nobody's way."""
    folder = tmp_path / "mails" / NAME[:2]
    folder.mkdir(parents=True)
    (folder / ".new-x").write_bytes(BODY[:10])
    opened = open_objects(f"file://{tmp_path}/mails")
    assert opened is not None
    assert list(opened.names()) == []
    opened.put(NAME, BODY)
    assert [path.stat().st_mode & 0o777 for path in folder.glob("[!.]*")] == [0o600]


# --- with the database -------------------------------------------------------------------------


def test_a_mail_is_outside_before_its_row_is(
    outside: Database, objects: Objects, open_store: OpenStore
) -> None:
    """It arrives by name alone, and is read as if it were inside."""
    mail = arrival("one", body=BODY)
    assert evidence.keep_outside(outside, [BODY]) == {NAME}
    assert objects.get(NAME) == BODY
    with outside.transaction() as tx:
        [receipt] = inbox.arrive(tx, [replace(mail, outside=True)])
        item = inbox.get(tx, receipt.id)
        assert item is not None
        assert evidence.get(tx, item.raw) == BODY
        assert evidence.size(tx, item.raw) == len(BODY)
    with open_store(None).read() as tx, pytest.raises(EvidenceMissing):
        evidence.get(tx, NAME)


def test_what_transactions_write_is_moved_out_afterwards(
    outside: Database, objects: Objects, open_store: OpenStore
) -> None:
    """Also what was there before the place was named; altered bytes stay where they are."""
    bodies = [b"%d" % number for number in range(250)]
    with outside.transaction() as tx:
        names = evidence.put_all(tx, bodies)
    after, passes = evidence.move_out(outside, ""), 1
    while after:
        after, passes = evidence.move_out(outside, after), passes + 1
    assert passes == 4, "a hundred at a time, and a look at the end"
    assert set(objects.names()) == set(names)
    with outside.read() as tx:
        assert [evidence.get(tx, name) for name in names] == bodies
    with open_store(None).read() as tx, pytest.raises(EvidenceMissing):
        evidence.get(tx, names[0])
    with outside.transaction() as tx:
        assert evidence.put(tx, b"7") == evidence.digest(b"7")  # known, and so not put in again
        assert evidence.get(tx, evidence.digest(b"7")) == b"7"


def test_several_move_out_at_once(outside: Database, objects: Objects) -> None:
    """Nothing is lost, and nothing fails."""
    with outside.transaction() as tx:
        names = evidence.put_all(tx, [b"%d" % number for number in range(40)])
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: evidence.move_out(outside, ""), range(3)))
    assert set(objects.names()) == set(names)


def test_an_installation_knows_its_place(
    outside: Database, open_store: OpenStore, bucket: S3Bucket
) -> None:
    """A start with another place, or with none, is refused before a mail goes astray."""
    evidence.begin(outside)
    with pytest.raises(StoreRefused, match="outside of the database"):
        evidence.begin(open_store(None))
    with pytest.raises(EvidenceUnavailable, match="is not where the mails"):
        evidence.begin(open_store(open_objects(bucket.url + "/other")))


def test_a_disk_that_is_not_mounted_is_away(open_store: OpenStore, tmp_path: Path) -> None:
    """Its empty mount point has no mark: nothing counts as lost, and nothing is written there."""
    database = open_store(open_objects(f"file://{tmp_path}/mails"))
    evidence.begin(database)
    evidence.keep_outside(database, [BODY])
    with database.transaction() as tx:
        evidence.put_all(tx, [BODY], {NAME})
    shutil.rmtree(tmp_path / "mails")
    (tmp_path / "mails").mkdir()
    with database.read() as tx, pytest.raises(EvidenceUnavailable):
        evidence.get(tx, NAME)
    with pytest.raises(EvidenceUnavailable):
        evidence.begin(database)


def test_several_begin_at_once(open_store: OpenStore, place: str) -> None:
    """They agree whose place it is."""
    stores = [open_store(open_objects(place)) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(evidence.begin, stores))
    first = stores[0].objects
    assert first is not None
    assert first.owner()
    assert MARK not in first.names()


def test_a_process_that_died_between_object_and_row(outside: Database, objects: Objects) -> None:
    """Its object is nobody's and does no harm: the mail, which was not acknowledged, comes again
    and finds it."""
    evidence.keep_outside(outside, [BODY])
    with outside.read() as tx:
        assert set(objects.names()) - set(evidence.names(tx, 10)) == {NAME}
    evidence.keep_outside(outside, [BODY])
    with outside.transaction() as tx:
        inbox.arrive(tx, [arrival("again", body=BODY, outside=True)])
        assert evidence.get(tx, NAME) == BODY
        assert set(objects.names()) == set(evidence.names(tx, 10))
