"""Brakes hold over processes and databases, and two machines that say nothing of themselves do not
keep each other busy through us."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from gateway.configuration.settings import Limits
from gateway.handle.brakes import may_answer, may_ask, may_notify, too_busy
from gateway.house import House
from rules.decide.facts import Actor
from rules.effects import Hold
from rules.model import ActClass, People, Person, Proof
from store.database import Database, Transaction
from store.holds import add as add_hold
from store.inbox import arrive
from store.migrate import migrate
from tests.store.examples import arrival, saved

LIMITS = Limits()
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
DAY, AFTER = timedelta(days=1), timedelta(seconds=1)


@pytest.mark.parametrize(
    ("seconds", "let_through"), [(1, 30), (30, 100), (3600, 500)], ids=["fast", "slow", "person"]
)
def test_who_writes_like_a_machine_is_told_from_people(
    tmp_path: Path, seconds: int, let_through: int
) -> None:
    """30 mails in ten minutes or 100 in a day on one ticket; a mail an hour goes on for ever."""
    with_store = Database(f"sqlite:///{tmp_path / 'gateway.db'}")
    migrate(with_store)
    with with_store.transaction() as tx:
        busy = [
            too_busy(
                tx, LIMITS, "a@a.example", Proof.DOMAIN, 1, NOW + timedelta(seconds=seconds * n)
            )
            for n in range(500)
        ]
        later = NOW + timedelta(seconds=seconds * 500)
        others = [
            too_busy(tx, LIMITS, "b@a.example", Proof.DOMAIN, 1, later),
            too_busy(tx, LIMITS, "a@a.example", Proof.DOMAIN, 2, later),
            too_busy(tx, LIMITS, "a@a.example", Proof.BOTH, 1, later),
        ]
    with_store.dispose()
    assert busy.count(False) == let_through
    assert not any(others), "another address, ticket or proof has room of its own"


@pytest.fixture
def processes(database_url: str) -> Iterator[tuple[Database, Database]]:
    """Two processes on one store."""
    both = Database(database_url), Database(database_url)
    migrate(both[0])
    yield both
    for one in both:
        one.dispose()


def house() -> House:
    """As much of one as brakes look at."""
    settings = SimpleNamespace(limits=LIMITS)
    return cast(House, SimpleNamespace(configuration=settings, people=People()))


def let_through(
    processes: tuple[Database, Database], brake: Callable[[Transaction, int], bool], tries: int
) -> int:
    """How many of so many tries are let through, by one process and the other in turn."""
    passed = 0
    for number in range(tries):
        with processes[number % 2].transaction() as tx:
            passed += brake(tx, number)
    return passed


def test_what_is_answered_by_two_processes(processes: tuple[Database, Database]) -> None:
    """Three for an address and ticket, twelve for an address and day; ten times as many for who is
    proven. Whichever process answers, and whichever database keeps it."""

    def answers(who: str, ticket: str, *, trusted: bool = False) -> int:
        def brake(tx: Transaction, number: int) -> bool:
            on = {"one": tickets[0], "each": tickets[number % 5], "none": None}[ticket]
            return may_answer(
                tx, house(), who.format(number=number), on, NOW + AFTER * number, trusted=trusted
            )

        return let_through(processes, brake, 35 if trusted else 15)

    with processes[0].transaction() as tx:
        tickets = [saved(tx).number for _ in range(5)]
    assert answers("one@a.example", "one") == 3
    assert answers("each@a.example", "each") == 12
    assert answers("proven@a.example", "one", trusted=True) == 30
    later = let_through(
        processes,
        lambda tx, n: may_answer(tx, house(), "one@a.example", None, NOW + DAY, trusted=False),
        20,
    )
    assert later == 3, "a day later there is room again"


def test_all_strangers_together(processes: tuple[Database, Database]) -> None:
    """Sixty answers in ten minutes, however many addresses a flood has."""

    def brake(tx: Transaction, number: int) -> bool:
        return may_answer(tx, house(), f"{number}@x.example", None, NOW, trusted=False)

    assert let_through(processes, brake, 70) == 60


def test_what_is_asked_by_two_processes(processes: tuple[Database, Database]) -> None:
    """One question for each address and ticket, in class 5 one for each different thing, and six
    in an hour to one address; notices 30 in an hour to a desk."""
    with processes[0].transaction() as tx:
        on_file = saved(tx).number
        [receipt] = arrive(tx, [arrival("held")])

    def asks(who: str, act_class: ActClass, words: str, ticket: int | None = on_file) -> int:
        def brake(tx: Transaction, number: int) -> bool:
            asked = Hold(who, words.format(number=number), {}, act_class)
            actor = Actor(Person(who))
            if not may_ask(tx, house(), actor, asked, ticket, NOW):
                return False
            add_hold(
                tx,
                ticket=ticket,
                inbox=receipt.id,
                address=who,
                commands=asked.commands,
                shows={"class": int(act_class)},
                created_at=NOW,
                expires_at=NOW + DAY,
            )
            return True

        return let_through(processes, brake, 9)

    assert asks("same@a.example", ActClass.WORK, "#close") == 1
    assert asks("work@a.example", ActClass.WORK, "#close {number}") == 1
    assert asks("again@a.example", ActClass.BIND, "#approve") == 1
    assert asks("bind@a.example", ActClass.BIND, "#quote {number}") == 6
    assert asks("bind@a.example", ActClass.BIND, "#other {number}", None) == 0
    told = let_through(
        processes, lambda tx, _: may_notify(tx, house(), "desk@a.example", None, NOW), 40
    )
    assert told == 30
