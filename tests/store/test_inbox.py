"""Every arrival is a row, one of its like is the first, and one owner at a time works on it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, update

from store import claims, evidence, inbox, schema
from store.database import Database
from store.errors import StoreRefused
from store.inbox import Accepted, Disposition
from tests.store.examples import DESK, LEASE, NOW, after, arrival, incoming, saved

STORED, DUPLICATE = Accepted.STORED, Accepted.DUPLICATE


def _arrive(database: Database, *keys: str) -> list[inbox.Receipt]:
    with database.transaction() as tx:
        return inbox.arrive(tx, [arrival(k, mail_from=f"{k}@acme.example") for k in keys])


def _claim(database: Database, owner: str = "me", seconds: float = 0, limit: int = 9) -> list[int]:
    with database.transaction() as tx:
        return [i.id for i in claims.claim(tx, owner, after(seconds), LEASE, limit)]


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


# --- looking -----------------------------------------------------------------------------------


def test_counts_add_up(database: Database) -> None:
    """Each row counts once: by disposition, or as not yet done."""
    _arrive(database, "a", "b", "c", "a")
    [first, *_] = _claim(database, limit=2)
    with database.transaction() as tx:
        claims.settle(tx, first, "me", NOW, Disposition.QUARANTINED, "spam")
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
        claims.claim(tx, "me", NOW, LEASE, 2)
        claims.settle(tx, aside.id, "me", NOW, Disposition.SET_ASIDE, "held")
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
        for item, mail in zip(claims.claim(tx, "me", NOW, LEASE, 9), mails, strict=True):
            ticket = other.number if mail is mails[3] else spam.number
            claims.settle(tx, item.id, "me", NOW, Disposition.TICKET, "x", ticket)
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
        for item in claims.claim(tx, "me", NOW, LEASE, 9):
            ticket = here if item.desk == DESK else there
            claims.settle(tx, item.id, "me", NOW, Disposition.TICKET, "x", ticket)
        assert inbox.tickets_at(tx, "k", [DESK, other]) == (here, there)
        assert inbox.tickets_at(tx, "k", [other]) == (there,)
        assert inbox.tickets_at(tx, "never", [DESK]) == ()
