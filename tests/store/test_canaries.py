"""Canaries are sent once for each slot, come back once, and are missed once."""

from __future__ import annotations

from itertools import count

from store import canaries, inbox
from store.canaries import Flights
from store.database import Database, Transaction
from store.lengths import lengths
from tests.store.examples import DESK, NOW, after, arrival, together


def code(number: int) -> str:
    return f"{number:026d}"


def test_one_process_sends_the_canary_of_a_slot(database: Database) -> None:
    """Whoever comes first; for each desk its own, and for the next slot the next."""
    with database.transaction() as tx:
        assert canaries.send(tx, DESK, NOW, code(1), NOW)
        assert not canaries.send(tx, DESK, NOW, code(2), NOW)
        assert canaries.send(tx, "sales@accel.example", NOW, code(3), NOW)
        assert canaries.send(tx, DESK, after(60), code(4), after(60))


def test_of_many_at_once_one_sends(database: Database) -> None:
    """Any number of processes; none of them fails."""

    numbers = count()

    def sends(tx: Transaction) -> bool:
        return canaries.send(tx, DESK, NOW, code(next(numbers)), NOW)

    assert together(database, *[sends] * 6).count(True) == 1


def test_what_comes_back_is_not_missed(database: Database) -> None:
    """By its code alone; what does not come back is missed once, and the next return ends that."""
    with database.transaction() as tx:
        for number in range(3):
            canaries.send(tx, DESK, after(60 * number), code(number), after(60 * number))
        assert canaries.returned(tx, code(0), after(5)) == DESK
        assert canaries.returned(tx, code(9), after(5)) is None
        assert canaries.flights(tx) == {DESK: Flights(after(120), after(5), 0)}
        assert canaries.miss(tx, after(100), after(700)) == {DESK: after(60)}
        assert canaries.miss(tx, after(100), after(701)) == {}
        assert canaries.flights(tx)[DESK].missing == 1
        assert canaries.returned(tx, code(2), after(702)) == DESK
        assert canaries.flights(tx) == {DESK: Flights(after(120), after(702), 0)}
        assert canaries.returned(tx, code(2), after(800)) == DESK
        assert canaries.flights(tx)[DESK].returned_at == after(702), "when it came first"
        assert canaries.prune(tx, after(61)) == 2
        assert canaries.returned(tx, code(0), after(900)) is None


def test_the_oldest_of_each_queue(database: Database) -> None:
    """Since when mail waits; nothing where nothing does."""
    with database.transaction() as tx:
        empty = lengths(tx, NOW)
        assert (empty.oldest_arrival, empty.oldest_undelivered, empty.latest) == (None, None, None)
        assert (empty.undelivered, empty.late) == (0, 0)
        inbox.arrive(tx, [arrival("one", received_at=after(-30)), arrival("two")])
        assert lengths(tx, NOW).oldest_arrival == after(-30)
