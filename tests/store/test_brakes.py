"""What the gateway says by itself is counted, and what it tells once it tells once."""

from __future__ import annotations

from store import brakes
from store.database import Database
from tests.store.examples import JAN, MARIE, NOW, after, together


def test_answers_are_counted_by_whom_and_what_about(database: Database) -> None:
    """Those after a moment: to an address, about a ticket, to the known and to strangers."""
    with database.transaction() as tx:
        brakes.record(tx, JAN, NOW, ticket=1, known=True)
        brakes.record(tx, JAN, after(60), ticket=2, known=True)
        brakes.record(tx, MARIE, after(60), ticket=1, known=True)
        brakes.record(tx, "x@x.example", after(120), ticket=None, known=False)
        assert brakes.count_since(tx, after(-1)) == 4
        assert brakes.count_since(tx, NOW) == 3, "the moment itself is past"
        assert brakes.count_since(tx, after(-1), address=JAN) == 2
        assert brakes.count_since(tx, after(-1), address=JAN, ticket=2) == 1
        assert brakes.count_since(tx, after(-1), ticket=1) == 2
        assert brakes.count_since(tx, after(-1), known=False) == 1
        assert brakes.count_since(tx, after(120)) == 0


def test_old_answers_are_forgotten(database: Database) -> None:
    """What is older than any brake looks back."""
    with database.transaction() as tx:
        for second in range(3):
            brakes.record(tx, JAN, after(second), ticket=None, known=True)
        assert brakes.prune(tx, after(2)) == 2
        assert brakes.count_since(tx, after(-1)) == 1


def test_something_is_told_once(database: Database) -> None:
    """Of several at the same time by one, and again only after it was over."""
    told = together(database, *[lambda tx: brakes.tell_once(tx, "disk", NOW)] * 4)
    assert sorted(told) == [False, False, False, True]
    with database.transaction() as tx:
        assert brakes.tell_once(tx, "secret ends", NOW)
        assert not brakes.tell_once(tx, "disk", after(9999))
        brakes.untell(tx, "disk")
        assert brakes.tell_once(tx, "disk", after(9999))


def test_what_is_dated_ahead_counts_as_of_now(database: Database) -> None:
    """A clock that was set back by a day would keep the gateway silent for a day; what another
    machine's clock may have dated is left alone."""
    day = 86_400
    with database.transaction() as tx:
        brakes.record(tx, JAN, after(day), ticket=1, known=True)
        brakes.record(tx, JAN, after(30), ticket=2, known=True)
        brakes.tell_once(tx, "closed way", after(day))
        assert brakes.bring_back(tx, NOW) == 2
        assert brakes.count_since(tx, after(3600)) == 0
        assert brakes.count_since(tx, after(-1)) == 2, "a loop is braked as before"
        assert brakes.tell_again(tx, "closed way", after(3601), after(3600))
