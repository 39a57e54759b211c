"""Mailboxes: one reader at a time, each mail by its key, nothing written without the lease."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from store import inbox, mailboxes
from store.database import Database
from store.errors import LeaseLost
from store.inbox import Arrival
from store.mailboxes import Entry, Mailbox

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SOON = NOW + timedelta(seconds=20)
NAME = "desk@imap.example:993/INBOX"


def leased(database: Database, owner: str = "a", now: datetime = NOW) -> Mailbox | None:
    with database.transaction() as tx:
        return mailboxes.lease(tx, NAME, owner, now, now + timedelta(seconds=20))


def taken(database: Database) -> int:
    box = leased(database)
    assert box is not None
    with database.transaction() as tx:
        mailboxes.begin(tx, box.id, "a", 7)
    return box.id


def arrived(database: Database, key: str) -> int:
    arrival = Arrival(key, "d@x.example", "imap", "", ("d@x.example",), NOW, key.encode())
    with database.transaction() as tx:
        return inbox.arrive(tx, [arrival])[0].id


def test_one_reader_at_a_time(database: Database) -> None:
    """A second one waits until the lease runs out or is given back; the first then writes
    nothing."""
    first = leased(database)
    assert first is not None
    assert first.uidvalidity is None
    assert first.floor == 0
    assert leased(database, "b") is None
    assert leased(database, "a", NOW + timedelta(seconds=5)) is not None
    late = NOW + timedelta(seconds=26)
    assert leased(database, "b", late) is not None
    with pytest.raises(LeaseLost), database.transaction() as tx:
        mailboxes.hold(tx, first.id, "a", late)
    with database.transaction() as tx:
        mailboxes.release(tx, first.id, "a")
        mailboxes.release(tx, first.id, "b")
    assert leased(database, "a", late) is not None


def test_a_clock_that_was_set_back_keeps_nobody_waiting(database: Database) -> None:
    """Nor does an owner that is no more."""
    assert leased(database, "a", NOW + timedelta(days=1)) is not None
    assert leased(database, "b") is not None
    with database.transaction() as tx:
        assert mailboxes.owners(tx) == ["b"]
        assert mailboxes.end_leases(tx, "b", NOW) == 1
    assert leased(database, "c") is not None


def test_a_mail_is_known_by_uidvalidity_and_uid(database: Database) -> None:
    """What was recorded is known; the same UID of another UIDVALIDITY is another mail."""
    box = taken(database)
    row = arrived(database, "one")
    with database.transaction() as tx:
        found = [Entry(7, 5, 100, row), Entry(7, 6, 9_000, None, "too_large")]
        mailboxes.record(tx, box, found, NOW)
    with database.read() as tx:
        assert mailboxes.known(tx, box, 7, 0) == {5, 6}
        assert mailboxes.known(tx, box, 7, 5) == {6}
        assert mailboxes.known(tx, box, 8, 0) == set()
        assert mailboxes.name_of(tx, row) == NAME
        assert mailboxes.name_of(tx, 999) is None
        assert mailboxes.unfiled(tx, box, 7) == found
    with database.transaction() as tx:
        mailboxes.filed(tx, box, 7, [5], NOW)
    with database.read() as tx:
        assert [entry.uid for entry in mailboxes.unfiled(tx, box, 7)] == [6]
        assert [(e.uid, e.filed) for e in mailboxes.entries(tx, box)] == [(5, True), (6, False)]


def test_counting_anew_forgets_that_uidvalidity_alone(database: Database) -> None:
    """What was found under another one stays on record."""
    box = taken(database)
    row = arrived(database, "one")
    with database.transaction() as tx:
        mailboxes.record(tx, box, [Entry(7, 5, 100, row)], NOW)
        mailboxes.caught_up(tx, box, "a", 5, NOW)
        mailboxes.begin(tx, box, "a", 8)
        mailboxes.record(tx, box, [Entry(8, 1, 100, row)], NOW)
        mailboxes.begin(tx, box, "a", 8)
    with database.read() as tx:
        assert [(e.uidvalidity, e.uid) for e in mailboxes.entries(tx, box)] == [(7, 5)]
        (found,) = mailboxes.everything(tx)
    assert (found.uidvalidity, found.floor) == (8, 0)


def test_failing_since_the_first_failure(database: Database) -> None:
    """Until everything in it is dealt with again."""
    box = taken(database)
    with database.transaction() as tx:
        mailboxes.failed(tx, box, "a", "refused", NOW)
        mailboxes.failed(tx, box, "a", "host unknown", SOON)
    with database.read() as tx:
        (found,) = mailboxes.everything(tx)
    assert (found.failing_since, found.last_error) == (NOW, "host unknown")
    with database.transaction() as tx:
        mailboxes.caught_up(tx, box, "a", 0, SOON)
    with database.read() as tx:
        (found,) = mailboxes.everything(tx)
    assert (found.failing_since, found.last_error, found.read_at) == (None, None, SOON)
    with pytest.raises(LeaseLost), database.transaction() as tx:
        mailboxes.failed(tx, box, "b", "refused", NOW)
