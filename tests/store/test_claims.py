"""One owner at a time works on a mail, each sender's in turn, whatever the clock does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from store import claims, inbox
from store.database import Database
from store.errors import LeaseLost
from store.inbox import Disposition
from tests.store.examples import JAN, LEASE, NOW, after, arrival, saved


def _arrive(database: Database, *keys: str) -> list[inbox.Receipt]:
    with database.transaction() as tx:
        return inbox.arrive(tx, [arrival(k, mail_from=f"{k}@acme.example") for k in keys])


def _claim(database: Database, owner: str = "me", seconds: float = 0, limit: int = 9) -> list[int]:
    with database.transaction() as tx:
        return [i.id for i in claims.claim(tx, owner, after(seconds), LEASE, limit)]


# --- working -----------------------------------------------------------------------------------


def test_mails_are_claimed_in_order_of_arrival(database: Database) -> None:
    """As they came, though the clock was set back between them and for whoever claims them; as
    many as are asked for; each by one owner."""
    with database.transaction() as tx:
        first, second = inbox.arrive(
            tx,
            [
                arrival("first", received_at=after(7200), mail_from="anna@acme.example"),
                arrival("second", received_at=NOW),
            ],
        )
    assert _claim(database, "one", 9, limit=1) == [first.id]
    assert _claim(database, "two", 9) == [second.id]
    assert _claim(database, "three", 9) == []


def test_a_claimed_mail_says_so(database: Database) -> None:
    """Owner, end of the lease, and that this is the first attempt."""
    _arrive(database, "k")
    with database.transaction() as tx:
        [item] = claims.claim(tx, "me", NOW, LEASE, 1)
    assert (item.state, item.lease_owner, item.lease_until) == ("working", "me", NOW + LEASE)
    assert (item.attempts, item.interruptions) == (1, 0)


def test_a_lease_that_ran_out_is_taken_over(database: Database) -> None:
    """Not before; whoever vanished is counted, and can settle nothing any more."""
    [receipt] = _arrive(database, "k")
    _claim(database, "vanished")
    assert _claim(database, "heir", 29) == []
    with database.transaction() as tx:
        [item] = claims.claim(tx, "heir", after(30), LEASE, 1)
        assert (item.attempts, item.interruptions) == (2, 1)
    for late in ("vanished", "nobody"):
        with pytest.raises(LeaseLost), database.transaction() as tx:
            claims.settle(tx, receipt.id, late, NOW, Disposition.SET_ASIDE, "x")
        with pytest.raises(LeaseLost), database.transaction() as tx:
            claims.postpone(tx, receipt.id, late, NOW, "x")
    with database.transaction() as tx:
        claims.settle(tx, receipt.id, "heir", NOW, Disposition.SET_ASIDE, "x")


def test_a_settled_mail_is_done(database: Database) -> None:
    """It has its disposition and reason, and nobody gets it again."""
    [receipt] = _arrive(database, "k")
    _claim(database)
    with database.transaction() as tx:
        number = saved(tx).number
        claims.settle(tx, receipt.id, "me", after(1), Disposition.TICKET, "opened", number)
        item = inbox.get(tx, receipt.id)
        assert item is not None
        assert (item.state, item.disposition, item.reason) == ("done", "ticket", "opened")
        assert (item.ticket, item.done_at, item.lease_owner) == (number, after(1), None)
    assert _claim(database, seconds=999) == []
    with pytest.raises(LeaseLost), database.transaction() as tx:
        claims.settle(tx, receipt.id, "me", NOW, Disposition.SET_ASIDE, "again")


def test_a_postponed_mail_waits_for_its_time(database: Database) -> None:
    """It keeps what went wrong, and its attempts."""
    [receipt] = _arrive(database, "k")
    _claim(database)
    with database.transaction() as tx:
        claims.postpone(tx, receipt.id, "me", after(60), "no resolver")
    assert _claim(database, seconds=59) == []
    with database.transaction() as tx:
        [item] = claims.claim(tx, "me", after(60), LEASE, 1)
    assert (item.last_error, item.attempts, item.interruptions) == ("no resolver", 2, 0)


def test_a_senders_later_mails_wait_for_one_that_is_put_off(database: Database) -> None:
    """Through its first tries, for they may answer what it is about to open; then no longer. The
    mails of others go on, however many of that sender wait."""
    with database.transaction() as tx:
        first, *_ = inbox.arrive(tx, [arrival(f"{n}") for n in range(5)])
        [other] = inbox.arrive(tx, [arrival("other", mail_from="anna@acme.example")])
    for attempt in range(claims.PATIENT):
        assert _claim(database, seconds=attempt, limit=1) == [first.id]
        with database.transaction() as tx:
            claims.postpone(tx, first.id, "me", after(attempt + 1), "no resolver")
        taken = _claim(database, "two", seconds=attempt, limit=3)
        assert taken == ([] if attempt else [other.id])
    assert _claim(database, seconds=9, limit=1) == [first.id]
    with database.transaction() as tx:
        claims.postpone(tx, first.id, "me", after(99), "no resolver")
    assert len(_claim(database, seconds=9)) == 4


def test_leases_are_renewed_and_handed_back(database: Database) -> None:
    """A living owner keeps what it has; one that ends leaves it as if never claimed."""
    [a, b] = _arrive(database, "a", "b")
    _claim(database, "me", limit=1)
    _claim(database, "other", limit=1)
    with database.transaction() as tx:
        assert claims.renew(tx, "me", after(300)) == 1
    assert _claim(database, "heir", 200) == [b.id]
    with database.transaction() as tx:
        assert claims.hand_back(tx, "me") == 1
        assert claims.hand_back(tx, "me") == 0
        [item] = claims.claim(tx, "heir", NOW, LEASE, 9)
    assert (item.id, item.attempts, item.interruptions) == (a.id, 1, 0)


def test_two_claimers_never_get_the_same(database: Database) -> None:
    """Four owners take forty mails between them; each mail has one owner."""
    _arrive(database, *(f"{n:02}" for n in range(40)))

    def take(owner: str) -> list[int]:
        mine = []
        while ids := _claim(database, owner, limit=3):
            mine += ids
        return mine

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(take, ["a", "b", "c", "d"]))
    everything = [item for mine in taken for item in mine]
    assert len(everything) == len(set(everything)) == 40


def test_on_a_server_a_claim_waits_for_nobody(server_url: str) -> None:
    """What another transaction is claiming is skipped, not waited for."""
    database = Database(server_url)
    [a, b] = _arrive(database, "a", "b")
    with database.transaction() as tx:
        assert [i.id for i in claims.claim(tx, "one", NOW, LEASE, 1)] == [a.id]
        assert _claim(database, "two") == [b.id]
    database.dispose()


def test_one_senders_mails_are_worked_on_in_turn(database: Database) -> None:
    """The second may answer what the first is about to open: it waits while that one is in other
    hands, also after a crash; other senders, and the null sender, do not."""
    senders = {"a": JAN, "b": JAN, "c": "anna@acme.example", "d": "", "e": ""}
    with database.transaction() as tx:
        arrivals = [arrival(key, mail_from=sender) for key, sender in senders.items()]
        [a, b, c, d, e] = [receipt.id for receipt in inbox.arrive(tx, arrivals)]
    assert _claim(database, "one", limit=1) == [a]
    assert _claim(database, "two") == [c, d, e]
    with database.transaction() as tx:
        claims.settle(tx, a, "one", NOW, Disposition.SET_ASIDE, "test")
    assert _claim(database, "two") == [b]


def test_on_a_server_a_mail_waits_for_one_that_is_just_being_claimed(server_url: str) -> None:
    """Though the claim of the one before it is not committed yet."""
    database = Database(server_url)
    with database.transaction() as tx:
        first, second = inbox.arrive(tx, [arrival("a"), arrival("b")])
    with database.transaction() as tx:
        assert [i.id for i in claims.claim(tx, "one", NOW, LEASE, 1)] == [first.id]
        assert _claim(database, "two") == []
    assert _claim(database, "two", 60) == [first.id]
    assert second.id not in _claim(database, "three", 61)
    database.dispose()


def test_what_a_process_ended_over_is_taken_alone(database: Database) -> None:
    """Else all mails of the group would be blamed with the one that did it, crash after crash."""
    [a, b, c] = _arrive(database, "a", "b", "c")
    assert _claim(database, "gone") == [a.id, b.id, c.id]
    for seconds, expected in ((60, a), (61, b), (62, c)):
        assert _claim(database, "heir", seconds) == [expected.id]
    with database.transaction() as tx:
        [again] = claims.claim(tx, "heir", after(91), LEASE, 9)
        found = [inbox.get(tx, item.id) for item in (a, b, c)]
    assert again.id == a.id
    assert [item.interruptions for item in found if item] == [2, 1, 1]


# --- after a crash or a change of the clock ---------------------------------------------------


def test_the_leases_of_an_owner_who_is_gone_are_ended(database: Database) -> None:
    """What it had may be taken over at once, and counts as interrupted."""
    [a, b] = _arrive(database, "a", "b")
    _claim(database, "gone", limit=1)
    _claim(database, "alive")
    with database.transaction() as tx:
        assert sorted(claims.owners(tx)) == ["alive", "gone"]
        assert claims.end_leases(tx, "gone", NOW) == 1
        [item] = claims.claim(tx, "heir", NOW, LEASE, 9)
    assert (item.id, item.interruptions) == (a.id, 1)
    assert b.id != a.id


def test_what_processes_ended_over_twice_waits_for_its_lease(database: Database) -> None:
    """The others go first: a mail that ends processes must not be the first work of each."""
    [a, b] = _arrive(database, "a", "b")
    for owner in ("first", "second"):
        _claim(database, owner)
        with database.transaction() as tx:
            claims.end_leases(tx, owner, NOW)
    assert _claim(database, "heir") == [b.id]
    with database.transaction() as tx:
        [again] = claims.claim(tx, "heir", after(31), LEASE, 9)
    assert (again.id, again.interruptions) == (a.id, claims.SUSPECT)


def test_a_clock_that_was_set_back_keeps_nothing_waiting(database: Database) -> None:
    """By a year: new mails are due as ever; those put off and those in dead hands are due now; a
    lease that may well be alive and a mail put off by a little are left alone."""
    year = -365 * 86_400
    [a, b] = _arrive(database, "put off", "leased")
    with database.transaction() as tx:
        claims.claim(tx, "gone", NOW, LEASE, 9)
        claims.postpone(tx, a.id, "gone", after(600), "later")
        [c] = inbox.arrive(tx, [arrival("fresh", mail_from="")])
    assert _claim(database, seconds=year) == [c.id]
    with database.transaction() as tx:
        assert claims.bring_back(tx, after(1)) == 0
        assert claims.bring_back(tx, after(year)) == 2
    taken = [item for _ in range(2) for item in _claim(database, seconds=year)]
    assert sorted(taken) == sorted([a.id, b.id])
