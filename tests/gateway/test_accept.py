"""The one way in: durable before it is answered, together where it comes together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.accept import GroupAcceptor
from gateway.intake.answers import Outcome
from gateway.values import Channel, Envelope, RawMail
from rules.model import Desk
from store import inbox, status
from store.database import Database, Transaction
from store.errors import StoreRefused, StoreUnavailable
from store.migrate import migrate

NOW = datetime(2026, 11, 21, tzinfo=UTC)
DESKS = {a: Desk(a, "Desk", "helpdesk") for a in ("a@accel.example", "b@accel.example")}


def mail(number: int, *recipients: str) -> RawMail:
    body = b"From: jan@acme.example\r\nDate: x\r\nSubject: %d\r\n\r\nHi\r\n" % number
    return RawMail(Envelope(Channel.SMTP, "jan@acme.example", recipients, NOW), body)


@pytest.fixture
def database(database_url: str) -> Database:
    opened = Database(database_url)
    migrate(opened)
    return opened


async def accepted(acceptor: GroupAcceptor, *mails: RawMail) -> list[list[Outcome]]:
    answers = await asyncio.gather(*(acceptor.accept(m) for m in mails))
    return [[answer.outcome for answer in group] for group in answers]


def test_what_comes_together_is_committed_together(database: Database) -> None:
    """Fifty conversations share far fewer commits, and each hears of its own mail."""
    commits: list[None] = []
    acceptor = GroupAcceptor(database, lambda: DESKS, lambda: commits.append(None))

    async def all_at_once() -> list[list[Outcome]]:
        waiting = asyncio.gather(*(acceptor.accept(mail(n, "a@accel.example")) for n in range(50)))
        await asyncio.sleep(0)  # all of them stand in the queue before the first is taken
        acceptor.start()
        return [[a.outcome for a in answers] for answers in await waiting]

    outcomes = asyncio.run(all_at_once())
    acceptor.stop()
    assert outcomes == [[Outcome.STORED]] * 50
    assert len(commits) <= 2
    with database.read() as tx:
        assert status.status(tx, NOW)["inbox"] == 50
    database.dispose()


def test_an_answer_for_each_recipient(database: Database) -> None:
    """Two desks, an address twice, one that is nobody's; the same mail again is a duplicate."""
    acceptor = GroupAcceptor(database, lambda: DESKS, lambda: None)
    acceptor.start()
    to = ("a@accel.example", "b@accel.example", "x@accel.example", "a+1.x@accel.example")
    first = asyncio.run(accepted(acceptor, mail(1, *to)))
    again = asyncio.run(accepted(acceptor, mail(1, "b@accel.example")))
    acceptor.stop()
    stored, refused = Outcome.STORED, Outcome.PERMANENT
    assert first == [[stored, stored, refused, stored]]
    assert again == [[Outcome.DUPLICATE]]
    with database.read() as tx:
        counts = status.status(tx, NOW)
    assert (counts["received"], counts["inbox"], counts["duplicates"]) == (3, 2, 1)
    database.dispose()


def test_a_store_that_is_away_is_said_and_comes_back(tmp_path: Path) -> None:
    """Nothing is answered as stored; the next mail is taken when the store is back."""
    database = Database(f"sqlite:///{tmp_path / 'there' / 'gateway.db'}")
    acceptor = GroupAcceptor(database, lambda: DESKS, lambda: None)
    acceptor.start()
    with pytest.raises(StoreUnavailable):
        asyncio.run(accepted(acceptor, mail(1, "a@accel.example")))
    (tmp_path / "there").mkdir()
    migrate(database)
    assert asyncio.run(accepted(acceptor, mail(1, "a@accel.example"))) == [[Outcome.STORED]]
    acceptor.stop()
    database.dispose()


def test_nobody_hears_of_a_mail_before_it_is_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a group of which the store refuses one, the others are tried alone: each is told only
    after its own commit, and one whose commit fails is told so."""
    database = Database(f"sqlite:///{tmp_path / 'gateway.db'}")
    migrate(database)
    acceptor = GroupAcceptor(database, lambda: DESKS, lambda: None)
    transaction = Database.transaction
    begun: list[int] = []

    @contextmanager
    def failing(self: Database) -> Iterator[Transaction]:
        begun.append(1)
        with transaction(self) as tx:
            yield tx
            if len(begun) in (1, 3):
                raise StoreRefused("not this one")

    async def all_at_once() -> list[object]:
        answers = [acceptor.accept(mail(n, "a@accel.example")) for n in range(3)]
        waiting = asyncio.gather(*answers, return_exceptions=True)
        await asyncio.sleep(0)
        monkeypatch.setattr(Database, "transaction", failing)
        acceptor.start()
        return list(await waiting)

    told = asyncio.run(all_at_once())
    acceptor.stop()
    assert [isinstance(answer, StoreRefused) for answer in told] == [False, True, False]
    with database.read() as tx:
        assert status.status(tx, NOW)["inbox"] == 2
    database.dispose()


def test_a_fault_of_ours_does_not_end_the_way_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is raised, the sender hears that it failed, and the next mail is stored."""
    database = Database(f"sqlite:///{tmp_path / 'gateway.db'}")
    migrate(database)
    acceptor = GroupAcceptor(database, lambda: DESKS, lambda: None)
    acceptor.start()
    with monkeypatch.context() as patched:
        patched.setattr(inbox, "arrive", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            asyncio.run(accepted(acceptor, mail(1, "a@accel.example")))
    assert asyncio.run(accepted(acceptor, mail(1, "a@accel.example"))) == [[Outcome.STORED]]
    acceptor.stop()
    database.dispose()
