"""Every arrival is a row, one of its like is the first, and one owner at a time works on it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, update

from store import evidence, inbox, schema
from store.database import Database
from store.errors import LeaseLost, StoreRefused
from store.inbox import Accepted, Disposition
from tests.store.examples import DESK, JAN, LEASE, NOW, after, arrival, incoming, saved

STORED, DUPLICATE = Accepted.STORED, Accepted.DUPLICATE


def _arrive(database: Database, *keys: str) -> list[inbox.Receipt]:
    with database.transaction() as tx:
        return inbox.arrive(tx, [arrival(k, mail_from=f"{k}@acme.example") for k in keys])


def _claim(database: Database, owner: str = "me", seconds: float = 0, limit: int = 9) -> list[int]:
    with database.transaction() as tx:
        return [i.id for i in inbox.claim(tx, owner, after(seconds), LEASE, limit)]


# --- arriving ----------------------------------------------------------------------------------


def test_an_arrival_is_kept_as_it_came(database: Database) -> None:
    """Bytes and envelope, to the last field, and it waits to be worked on."""
    mail = arrival(
        "k", mail_from="", recipients=("a@x.example", DESK), peer=None, helo="\x00\ud800"
    )
    with database.transaction() as tx:
        [receipt] = inbox.arrive(tx, [mail])
        item = inbox.get(tx, receipt.id)
        assert receipt == inbox.Receipt(STORED, receipt.id, receipt.id)
        assert item is not None
        assert evidence.get(tx, item.raw) == mail.body
        assert (item.mail_from, item.recipients) == ("", ("a@x.example", DESK))
        assert (item.peer, item.helo, item.channel) == (None, "\ufffd\ufffd", "smtp")
        assert (item.state, item.disposition, item.attempts) == ("waiting", None, 0)
        assert (item.received_at, item.next_try_at) == (NOW, NOW)
        assert inbox.get(tx, receipt.id + 1) is None


def test_the_same_mail_again_is_a_duplicate(database: Database) -> None:
    """It is a row of its own that names the first, done at once, its own bytes kept."""
    [first] = _arrive(database, "k")
    with database.transaction() as tx:
        [again] = inbox.arrive(tx, [arrival("k", body=b"by another way")])
        item = inbox.get(tx, again.id)
        assert (again.accepted, again.first) == (DUPLICATE, first.id)
        assert item is not None
        assert (item.disposition, item.duplicate_of) == (Disposition.DUPLICATE, first.id)
        assert evidence.get(tx, item.raw) == b"by another way"
    assert _claim(database) == [first.id]


def test_one_mail_to_two_desks_is_no_duplicate(database: Database) -> None:
    """Each desk has it, with the bytes kept once."""
    with database.transaction() as tx:
        receipts = inbox.arrive(tx, [arrival("k"), arrival("k", desk="other@accel.example")])
        assert [r.accepted for r in receipts] == [STORED, STORED]
        assert tx.scalar(select(func.count()).select_from(schema.evidence)) == 1


def test_receipts_come_in_the_order_of_the_mails(database: Database) -> None:
    """Whatever order they are written in, and however duplicates lie among them."""
    [known] = _arrive(database, "m")
    receipts = _arrive(database, "z", "m", "a", "z", "b", "z")
    assert [r.accepted for r in receipts] == [
        STORED,
        DUPLICATE,
        STORED,
        DUPLICATE,
        STORED,
        DUPLICATE,
    ]
    z = receipts[0].id
    assert [r.first for r in receipts] == [z, known.id, receipts[2].id, z, receipts[4].id, z]
    assert len({r.id for r in receipts} | {known.id}) == 7
    with database.read() as tx:
        keys = {i.id: i.content_key for i in inbox.everything(tx, 9)}
    assert [keys[r.id] for r in receipts] == ["z", "m", "a", "z", "b", "z"]
    assert _arrive(database) == []


def test_of_the_same_mail_at_once_one_is_the_first(database: Database) -> None:
    """Eight deliveries of five mails in any order: five firsts, and all others name them."""
    orders = [["a", "b", "c", "d", "e"], ["e", "d", "c", "b", "a"]] * 4
    gate = threading.Barrier(len(orders))

    def deliver(keys: list[str]) -> list[inbox.Receipt]:
        gate.wait(20)
        return _arrive(database, *keys)

    with ThreadPoolExecutor(len(orders)) as pool:
        receipts = [r for group in pool.map(deliver, orders) for r in group]
    firsts = [r for r in receipts if r.accepted is STORED]
    assert len(firsts) == 5
    assert {r.first for r in receipts} == {r.id for r in firsts}
    assert len({r.id for r in receipts}) == 40


def test_a_mail_that_was_rolled_back_never_arrived(database: Database) -> None:
    """When it comes again it is the first, not a duplicate of what is not there."""
    with pytest.raises(OSError), database.transaction() as tx:
        inbox.arrive(tx, [arrival("k")])
        raise OSError
    [receipt] = _arrive(database, "k")
    assert receipt.accepted is STORED


@pytest.mark.parametrize(
    "values",
    [
        {"state": "done"},
        {"disposition": "set_aside", "reason": "x"},
        {"state": "done", "disposition": "ticket", "reason": "x", "done_at": NOW},
        {"state": "done", "disposition": "lost", "reason": "x", "done_at": NOW},
        {"state": "done", "disposition": "set_aside", "done_at": NOW},
        {"state": "working"},
        {"state": "asleep"},
        {"ticket": 99},
        {"raw": "0" * 64},
    ],
)
def test_a_row_that_accounts_for_nothing_is_refused(
    database: Database, values: dict[str, object]
) -> None:
    """Done means one disposition with a reason, on a ticket means a ticket that there is, and the
    bytes are there: the tables themselves hold to it."""
    _arrive(database, "k")
    with pytest.raises(StoreRefused), database.transaction() as tx:
        tx.execute(update(schema.inbox).values(**values))


# --- working -----------------------------------------------------------------------------------


def test_mails_are_claimed_in_order_of_arrival(database: Database) -> None:
    """As they came, not as they were written; as many as are asked for; each by one owner."""
    with database.transaction() as tx:
        late, early = inbox.arrive(
            tx,
            [
                arrival("late", received_at=after(5), mail_from="anna@acme.example"),
                arrival("early", received_at=NOW),
            ],
        )
    assert _claim(database, "one", 9, limit=1) == [early.id]
    assert _claim(database, "two", 9) == [late.id]
    assert _claim(database, "three", 9) == []


def test_a_claimed_mail_says_so(database: Database) -> None:
    """Owner, end of the lease, and that this is the first attempt."""
    _arrive(database, "k")
    with database.transaction() as tx:
        [item] = inbox.claim(tx, "me", NOW, LEASE, 1)
    assert (item.state, item.lease_owner, item.lease_until) == ("working", "me", NOW + LEASE)
    assert (item.attempts, item.interruptions) == (1, 0)


def test_a_lease_that_ran_out_is_taken_over(database: Database) -> None:
    """Not before; whoever vanished is counted, and can settle nothing any more."""
    [receipt] = _arrive(database, "k")
    _claim(database, "vanished")
    assert _claim(database, "heir", 29) == []
    with database.transaction() as tx:
        [item] = inbox.claim(tx, "heir", after(30), LEASE, 1)
        assert (item.attempts, item.interruptions) == (2, 1)
    for late in ("vanished", "nobody"):
        with pytest.raises(LeaseLost), database.transaction() as tx:
            inbox.settle(tx, receipt.id, late, NOW, Disposition.SET_ASIDE, "x")
        with pytest.raises(LeaseLost), database.transaction() as tx:
            inbox.postpone(tx, receipt.id, late, NOW, "x")
    with database.transaction() as tx:
        inbox.settle(tx, receipt.id, "heir", NOW, Disposition.SET_ASIDE, "x")


def test_a_settled_mail_is_done(database: Database) -> None:
    """It has its disposition and reason, and nobody gets it again."""
    [receipt] = _arrive(database, "k")
    _claim(database)
    with database.transaction() as tx:
        number = saved(tx).number
        inbox.settle(tx, receipt.id, "me", after(1), Disposition.TICKET, "opened", number)
        item = inbox.get(tx, receipt.id)
        assert item is not None
        assert (item.state, item.disposition, item.reason) == ("done", "ticket", "opened")
        assert (item.ticket, item.done_at, item.lease_owner) == (number, after(1), None)
    assert _claim(database, seconds=999) == []
    with pytest.raises(LeaseLost), database.transaction() as tx:
        inbox.settle(tx, receipt.id, "me", NOW, Disposition.SET_ASIDE, "again")


def test_a_postponed_mail_waits_for_its_time(database: Database) -> None:
    """It keeps what went wrong, and its attempts."""
    [receipt] = _arrive(database, "k")
    _claim(database)
    with database.transaction() as tx:
        inbox.postpone(tx, receipt.id, "me", after(60), "no resolver")
    assert _claim(database, seconds=59) == []
    with database.transaction() as tx:
        [item] = inbox.claim(tx, "me", after(60), LEASE, 1)
    assert (item.last_error, item.attempts, item.interruptions) == ("no resolver", 2, 0)


def test_leases_are_renewed_and_handed_back(database: Database) -> None:
    """A living owner keeps what it has; one that ends leaves it as if never claimed."""
    [a, b] = _arrive(database, "a", "b")
    _claim(database, "me", limit=1)
    _claim(database, "other", limit=1)
    with database.transaction() as tx:
        assert inbox.renew(tx, "me", after(300)) == 1
    assert _claim(database, "heir", 200) == [b.id]
    with database.transaction() as tx:
        assert inbox.hand_back(tx, "me") == 1
        assert inbox.hand_back(tx, "me") == 0
        [item] = inbox.claim(tx, "heir", NOW, LEASE, 9)
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
        assert [i.id for i in inbox.claim(tx, "one", NOW, LEASE, 1)] == [a.id]
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
        inbox.settle(tx, a, "one", NOW, Disposition.SET_ASIDE, "test")
    assert _claim(database, "two") == [b]


def test_on_a_server_a_mail_waits_for_one_that_is_just_being_claimed(server_url: str) -> None:
    """Though the claim of the one before it is not committed yet."""
    database = Database(server_url)
    with database.transaction() as tx:
        first, second = inbox.arrive(tx, [arrival("a"), arrival("b")])
    with database.transaction() as tx:
        assert [i.id for i in inbox.claim(tx, "one", NOW, LEASE, 1)] == [first.id]
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
        [again] = inbox.claim(tx, "heir", after(91), LEASE, 9)
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
        assert sorted(inbox.owners(tx)) == ["alive", "gone"]
        assert inbox.end_leases(tx, "gone", NOW) == 1
        [item] = inbox.claim(tx, "heir", NOW, LEASE, 9)
    assert (item.id, item.interruptions) == (a.id, 1)
    assert b.id != a.id


def test_what_processes_ended_over_twice_waits_for_its_lease(database: Database) -> None:
    """The others go first: a mail that ends processes must not be the first work of each."""
    [a, b] = _arrive(database, "a", "b")
    for owner in ("first", "second"):
        _claim(database, owner)
        with database.transaction() as tx:
            inbox.end_leases(tx, owner, NOW)
    assert _claim(database, "heir") == [b.id]
    with database.transaction() as tx:
        [again] = inbox.claim(tx, "heir", after(31), LEASE, 9)
    assert (again.id, again.interruptions) == (a.id, inbox.SUSPECT)


def test_a_clock_that_was_set_back_keeps_nothing_waiting(database: Database) -> None:
    """By a year: new mails, those put off and those in dead hands are due now; a lease that may
    well be alive and a mail put off by a little are left alone."""
    year = -365 * 86_400
    [a, b] = _arrive(database, "put off", "leased")
    with database.transaction() as tx:
        inbox.claim(tx, "gone", NOW, LEASE, 9)
        inbox.postpone(tx, a.id, "gone", after(600), "later")
        [c] = inbox.arrive(tx, [arrival("fresh", mail_from="")])
    assert _claim(database, seconds=year) == []
    with database.transaction() as tx:
        assert inbox.bring_back(tx, after(1)) == 0
        assert inbox.bring_back(tx, after(year)) == 3
    taken = [item for _ in range(3) for item in _claim(database, seconds=year)]
    assert sorted(taken) == sorted([a.id, b.id, c.id])


# --- looking -----------------------------------------------------------------------------------


def test_counts_add_up(database: Database) -> None:
    """Each row counts once: by disposition, or as not yet done."""
    _arrive(database, "a", "b", "c", "a")
    [first, *_] = _claim(database, limit=2)
    with database.transaction() as tx:
        inbox.settle(tx, first, "me", NOW, Disposition.QUARANTINED, "spam")
        assert inbox.counts(tx) == {
            "ticket": 0,
            "set_aside": 0,
            "quarantined": 1,
            "duplicate": 1,
            "inbox": 2,
        }


def test_rows_are_listed_page_by_page(database: Database) -> None:
    """What is unfinished in order of arrival, and everything by id."""
    [a, b, c, d] = _arrive(database, "a", "b", "c", "a")
    _claim(database, limit=1)
    with database.read() as tx:
        assert {i.id for i in inbox.unfinished(tx, 9)} == {a.id, b.id, c.id}
        pages = [*inbox.unfinished(tx, 2), *inbox.unfinished(tx, 2, 2)]
        assert [i.id for i in pages] == [i.id for i in inbox.unfinished(tx, 9)]
        ids = sorted(r.id for r in (a, b, c, d))
        assert [i.id for i in inbox.everything(tx, 3)] == ids[:3]
        assert [i.id for i in inbox.everything(tx, 3, after=ids[2])] == ids[3:]


# --- where it belongs --------------------------------------------------------------------------


def test_a_mail_moves_to_another_ticket(database: Database) -> None:
    """Also one that was set aside until its sender confirmed it; not one that is still in work."""
    [aside, waits] = _arrive(database, "a", "b")
    with database.transaction() as tx:
        number = saved(tx).number
        inbox.claim(tx, "me", NOW, LEASE, 2)
        inbox.settle(tx, aside.id, "me", NOW, Disposition.SET_ASIDE, "held")
        for receipt in (aside, waits):
            inbox.move(tx, receipt.id, number)
        moved, unmoved = inbox.get(tx, aside.id), inbox.get(tx, waits.id)
    assert moved is not None
    assert (moved.disposition, moved.ticket) == (Disposition.TICKET, number)
    assert unmoved is not None
    assert (unmoved.disposition, unmoved.ticket) == (None, None)


def test_a_ticket_of_spam_is_quarantined_but_for_one_mail(database: Database) -> None:
    """The mails of that ticket alone, except the one that said so."""
    with database.transaction() as tx:
        spam, other = saved(tx), saved(tx)
        mails = [incoming(tx, spam.number, key) for key in ("one", "two", "said so")]
        mails.append(incoming(tx, other.number, "fine"))
        for item, mail in zip(inbox.claim(tx, "me", NOW, LEASE, 9), mails, strict=True):
            ticket = other.number if mail is mails[3] else spam.number
            inbox.settle(tx, item.id, "me", NOW, Disposition.TICKET, "x", ticket)
        said_so = mails[2].inbox
        assert said_so is not None
        assert inbox.quarantine_ticket(tx, spam.number, "spam", except_=said_so) == 2
        assert inbox.counts(tx)["quarantined"] == 2
        assert inbox.counts(tx)["ticket"] == 2


def test_one_mail_at_several_desks_finds_its_tickets(database: Database) -> None:
    """Those of the desks that are named, once each; not of another mail."""
    other = "other@accel.example"
    with database.transaction() as tx:
        here, there = saved(tx).number, saved(tx, desk=other).number
        inbox.arrive(tx, [arrival("k"), arrival("k", desk=other), arrival("k"), arrival("l")])
        for item in inbox.claim(tx, "me", NOW, LEASE, 9):
            ticket = here if item.desk == DESK else there
            inbox.settle(tx, item.id, "me", NOW, Disposition.TICKET, "x", ticket)
        assert inbox.tickets_at(tx, "k", [DESK, other]) == (here, there)
        assert inbox.tickets_at(tx, "k", [other]) == (there,)
        assert inbox.tickets_at(tx, "never", [DESK]) == ()
