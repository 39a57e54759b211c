"""What is on record of a mailbox, without any server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from gateway.configuration.settings import MailboxEntry
from gateway.house import House
from gateway.intake.imap_reading import Taken, Unfiled
from gateway.mailboxes.ledger import StoreLedger
from store import inbox, outbox
from store.database import Database, Transaction
from store.errors import LeaseLost, StoreRefused
from tests.gateway.mailboxes.conftest import DESK, mail

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ENTRY = MailboxEntry.model_validate({"url": "imaps://desk@imap.example", "desk": DESK})


@dataclass
class Records:
    house: House
    now: datetime = NOW

    def ledger(self, owner: str = "a") -> StoreLedger:
        return StoreLedger(lambda: self.house, ENTRY, owner, lambda: None, lambda: 10**12)

    def taken(self) -> StoreLedger:
        ledger = self.ledger()
        assert ledger.take()
        return ledger

    def told(self) -> int:
        with self.house.database.read() as tx:
            return len(outbox.undelivered(tx, 50))


@pytest.fixture
def records(tmp_path: Path, house: House) -> Iterator[Records]:
    shutil.copy(house.configuration.home / "gateway.db", tmp_path)
    database = Database(f"sqlite:///{tmp_path / 'gateway.db'}")
    records = Records(replace(house, database=database))
    records.house = replace(records.house, clock=lambda: records.now)
    yield records
    database.dispose()


def one(uid: int, body: bytes | None = None) -> Taken:
    return Taken(uid, body or mail(uid), NOW)


def test_what_is_kept_is_known_and_waits_to_be_filed(records: Records) -> None:
    """Until the server was told."""
    ledger = records.taken()
    assert ledger.begin(7, 4) == 0
    ledger.keep([one(1), one(3)])
    assert ledger.new([1, 2, 3]) == [2]
    assert ledger.unfiled() == [Unfiled(1, True), Unfiled(3, True)]
    ledger.filed([1, 3])
    assert ledger.unfiled() == []
    ledger.caught_up(3, "")
    assert ledger.begin(7, 4) == 3


def test_a_server_that_came_back_from_a_copy_is_read_anew(records: Records) -> None:
    """UIDs that it gave before may be other mails now; what is the same is a duplicate."""
    ledger = records.taken()
    ledger.begin(7, 11)
    ledger.keep([one(uid) for uid in range(1, 11)])
    ledger.caught_up(10, "")
    assert ledger.begin(7, 9) == 0
    assert ledger.new([8]) == [8]
    ledger.keep([one(8, mail("another"))])
    with records.house.database.read() as tx:
        assert inbox.counts(tx)["inbox"] == 11


def test_who_lost_the_mailbox_keeps_nothing(records: Records) -> None:
    """The mail is the other's to take."""
    ledger = records.taken()
    ledger.begin(7, 2)
    records.now += timedelta(seconds=30)
    other = records.ledger("b")
    assert other.take()
    with pytest.raises(LeaseLost):
        ledger.keep([one(1)])
    with records.house.database.read() as tx:
        assert inbox.counts(tx)["inbox"] == 0
    assert not records.ledger("a").take()


def test_what_lasts_is_told_once(records: Records) -> None:
    """After a quarter of an hour; again where it begins anew."""
    ledger = records.taken()
    ledger.begin(7, 1)
    for _ in range(2):
        ledger.failed("refused")
        operators = len(records.house.configuration.operators)
        before = records.told()
        for _ in range(3):
            records.now += timedelta(minutes=16)
            assert records.ledger().take()
            ledger.take()
            ledger.failed("refused")
        assert records.told() == before + operators
        ledger.begin(7, 1)
        ledger.caught_up(0, "")


def test_what_the_store_refuses_stays_on_the_server(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That one mail alone; the operators are told."""
    ledger = records.taken()
    ledger.begin(7, 4)
    arrive = inbox.arrive

    def refusing(tx: Transaction, arrivals: list[inbox.Arrival]) -> list[inbox.Receipt]:
        if any(b"printer 2" in arrival.body for arrival in arrivals):
            raise StoreRefused("no")
        return arrive(tx, arrivals)

    monkeypatch.setattr(inbox, "arrive", refusing)
    ledger.keep([one(1), one(2), one(3)])
    assert ledger.unfiled() == [Unfiled(1, True), Unfiled(2, False), Unfiled(3, True)]
    assert records.told() == len(records.house.configuration.operators)


def test_room_is_a_mail_and_a_half(records: Records) -> None:
    """As for SMTP."""
    size = records.house.configuration.smtp.max_size
    for free, short in ((2 * size, False), (size, True)):
        room = partial(int, free)
        ledger = StoreLedger(lambda: records.house, ENTRY, "a", lambda: None, room)
        assert ledger.short_of_room() is short
