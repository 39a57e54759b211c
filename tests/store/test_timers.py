"""What falls due is found once, in order, and without waiting for tickets that others have."""

from __future__ import annotations

from dataclasses import replace

from rules.effects import CancelTimer, PauseTimer, StartTimer
from rules.evolve import evolve
from rules.model import Timer
from store import tickets, timers
from store.database import Database
from tests.store.examples import NOW, after, saved

CLOSE, REMIND = Timer("close", after(60)), Timer("remind", after(30))


def test_timers_are_due_in_order(database: Database) -> None:
    """Not before their time, the earliest first, as many as asked for."""
    with database.transaction() as tx:
        saved(tx, timers=(CLOSE, REMIND))
        saved(tx, timers=(Timer("close", after(45)),))
        saved(tx)
        assert timers.next_due(tx) == after(30)
        assert timers.claim_due(tx, after(29), 9) == []
        assert timers.claim_due(tx, after(30), 9) == [(1, REMIND)]
        assert timers.claim_due(tx, after(99), 2) == [(1, REMIND), (2, Timer("close", after(45)))]
        assert len(timers.claim_due(tx, after(99), 9)) == 3


def test_a_timer_that_was_acted_on_is_gone(database: Database) -> None:
    """By saving its ticket without it; one that is set anew is due at its new time."""
    with database.transaction() as tx:
        before = saved(tx, timers=(CLOSE, REMIND))
        between = tickets.save(tx, before, evolve(before, CancelTimer("remind")))
        tickets.save(tx, between, evolve(between, StartTimer("close", after(600))))
        assert timers.claim_due(tx, after(99), 9) == []
        assert timers.next_due(tx) == after(600)


def test_a_clock_that_stands_still_is_never_due(database: Database) -> None:
    """It keeps what is left, and is due again once it goes on."""
    with database.transaction() as tx:
        before = saved(tx, timers=(CLOSE, REMIND))
        still = tickets.save(tx, before, evolve(before, PauseTimer("close", 90)))
        assert tickets.load(tx, 1) == still
        assert still.timers == (REMIND, Timer("close", None, 90))
        assert timers.claim_due(tx, after(10**6), 9) == [(1, REMIND)]
        alone = tickets.save(tx, still, evolve(still, CancelTimer("remind")))
        assert timers.next_due(tx) is None
        tickets.save(tx, alone, evolve(alone, StartTimer("close", after(7))))
        assert timers.next_due(tx) == after(7)


def test_a_rolled_back_timer_is_due_again(database: Database) -> None:
    """Whoever claimed it and failed leaves it to the next."""
    with database.transaction() as tx:
        saved(tx, timers=(REMIND,))
    for _ in range(2):
        try:
            with database.transaction() as tx:
                assert timers.claim_due(tx, after(30), 9) == [(1, REMIND)]
                raise OSError
        except OSError:
            continue


def test_a_timer_that_cannot_be_acted_on_is_postponed(database: Database) -> None:
    """It keeps its due time on the ticket, counts its failures, and holds up no other."""
    with database.transaction() as tx:
        kept = saved(tx, timers=(REMIND,))
        assert timers.postpone(tx, 1, "remind", after(300), "template broken") == 1
        assert timers.postpone(tx, 1, "remind", after(300), "template broken") == 2
        assert timers.postpone(tx, 1, "never", after(300), "x") == 0
        assert timers.claim_due(tx, after(299), 9) == []
        assert timers.claim_due(tx, after(300), 9) == [(1, REMIND)]
        assert tickets.load(tx, 1) == kept
        changed = tickets.save(tx, kept, replace(kept, status="open"))
        assert timers.claim_due(tx, after(299), 9) == [], "another change does not hurry it"
        assert changed.timers == (REMIND,)


def test_on_a_server_a_locked_ticket_is_left_for_later(server_url: str) -> None:
    """Timers of others are found, nobody waits, and an ended timer is not acted on."""
    database = Database(server_url)
    with database.transaction() as tx:
        saved(tx, timers=(REMIND,))
        saved(tx, timers=(CLOSE,))
    with database.transaction() as busy:
        before = tickets.load(busy, 1, lock=True)
        assert before is not None
        with database.transaction() as tx:
            assert timers.claim_due(tx, after(99), 9) == [(2, CLOSE)]
        tickets.save(busy, before, evolve(before, CancelTimer("remind")))
    with database.transaction() as tx:
        assert timers.claim_due(tx, after(99), 9) == [(2, CLOSE)]
        with database.transaction() as other:
            assert timers.claim_due(other, after(99), 9) == []
    database.dispose()


def test_no_timer_is_never_due(database: Database) -> None:
    """An empty store has nothing to wait for."""
    with database.read() as tx:
        assert timers.next_due(tx) is None
    with database.transaction() as tx:
        assert timers.claim_due(tx, NOW, 9) == []
