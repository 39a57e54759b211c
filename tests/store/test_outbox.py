"""Mails go out in order to each recipient, by one sender at a time, and nobody holds up others."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from store import messages, outbox
from store.database import Database, Transaction
from store.errors import Conflict, LeaseLost
from tests.store.examples import LEASE, MARIE, NOW, after, outgoing, queued, saved


def _claim(database: Database, owner: str = "me", seconds: float = 0, limit: int = 9) -> list[int]:
    with database.transaction() as tx:
        return [i.id for i in outbox.claim(tx, owner, after(seconds), LEASE, limit)]


def _copy(tx: Transaction, number: int, key: str) -> tuple[int, int]:
    """A copy on its ticket and in the outbox: the rows of the message and of the outbox."""
    message = outgoing(tx, number, key)
    mail = queued(tx, key, ticket=number, message=message.id)
    return message.id, outbox.add(tx, [mail])[0]


def _delivery(tx: Transaction, message: int) -> str | None:
    found = messages.get(tx, message)
    assert found is not None
    return found.delivery


def test_a_queued_mail_comes_back_as_it_was(database: Database) -> None:
    """Every field, and it waits for its time."""
    with database.transaction() as tx:
        number = saved(tx).number
        message = outgoing(tx, number)
        mail = queued(tx, "out", ticket=number, message=message.id, envelope_from="")
        [row] = outbox.add(tx, [mail])
        item = outbox.get(tx, row)
        assert item is not None
        for name in ("recipient", "raw", "message_id", "created_at", "due_at", "give_up_at"):
            assert getattr(item, name) == getattr(mail, name)
        assert (item.ticket, item.message, item.envelope_from) == (number, message.id, "")
        assert (item.state, item.attempts, item.interruptions) == ("queued", 0, 0)
        assert outbox.get(tx, 0) is None
        assert outbox.add(tx, []) == []


def test_mails_are_claimed_when_they_are_due(database: Database) -> None:
    """The longest due first, none before its time, each by one owner."""
    with database.transaction() as tx:
        rows = outbox.add(
            tx,
            [
                queued(tx, "late", due_at=after(60)),
                queued(tx, "second", due_at=after(2)),
                queued(tx, "first", due_at=after(1)),
            ],
        )
        assert outbox.next_due(tx) == after(1)
    assert _claim(database, seconds=0) == []
    assert _claim(database, "one", 9, limit=1) == [rows[2]]
    assert _claim(database, "two", 9) == [rows[1]]
    assert _claim(database, "three", 60) == [rows[2], rows[1], rows[0]], "leases ran out"


def test_the_same_copy_is_queued_once(database: Database) -> None:
    """The Message-ID and the recipient name it."""
    with pytest.raises(Conflict), database.transaction() as tx:
        outbox.add(tx, [queued(tx, "a"), queued(tx, "a")])


def test_a_later_mail_waits_for_the_earlier(database: Database) -> None:
    """To the same recipient about the same ticket, also while that one is postponed; others do
    not wait."""
    with database.transaction() as tx:
        number, other = saved(tx).number, saved(tx).number
        first, second, elsewhere, somebody = outbox.add(
            tx,
            [
                queued(tx, "first", ticket=number),
                queued(tx, "second", ticket=number),
                queued(tx, "elsewhere", ticket=other),
                queued(tx, "somebody", ticket=number, recipient=MARIE),
            ],
        )
    assert _claim(database) == [first, elsewhere, somebody]
    with database.transaction() as tx:
        outbox.postpone(tx, first, "me", after(600), "4.2.2", "mailbox full")
    assert _claim(database, seconds=29) == []
    with database.transaction() as tx:
        [item] = [i for i in outbox.claim(tx, "me", after(600), LEASE, 9) if i.id == first]
        assert (item.last_status, item.last_error) == ("4.2.2", "mailbox full")
        assert (item.attempts, item.interruptions) == (2, 0)
        outbox.sent(tx, first, "me", after(601))
    assert second in _claim(database, seconds=601)


def test_a_failed_mail_holds_up_nobody(database: Database) -> None:
    """What was given up does not keep the next from its recipient."""
    with database.transaction() as tx:
        number = saved(tx).number
        first, second = outbox.add(
            tx, [queued(tx, "first", ticket=number), queued(tx, "second", ticket=number)]
        )
        outbox.claim(tx, "me", NOW, LEASE, 9)
        outbox.fail(tx, first, "me", NOW, "5.1.1", "no such user")
    assert _claim(database) == [second]


def test_notices_without_ticket_wait_for_nobody(database: Database) -> None:
    """Several to one operator go at once."""
    with database.transaction() as tx:
        rows = outbox.add(tx, [queued(tx, "a"), queued(tx, "b")])
    assert _claim(database) == rows


def test_the_message_says_how_its_copy_stands(database: Database) -> None:
    """Queued, sent, failed, and queued again."""
    with database.transaction() as tx:
        number = saved(tx).number
        (good, _), (bad, row) = _copy(tx, number, "good"), _copy(tx, number, "bad")
        [item] = outbox.claim(tx, "me", NOW, LEASE, 9)
        outbox.sent(tx, item.id, "me", after(1), "2.1.5")
        assert (_delivery(tx, good), _delivery(tx, bad)) == ("sent", "queued")
        outbox.claim(tx, "me", NOW, LEASE, 9)
        outbox.fail(tx, row, "me", after(2), "5.1.1", "no such user")
        assert _delivery(tx, bad) == "failed"
        done = outbox.get(tx, row)
        assert done is not None
        assert (done.state, done.done_at, done.last_status) == ("failed", after(2), "5.1.1")
        assert outbox.retry(tx, row, after(3), after(99))
        assert _delivery(tx, bad) == "queued"


def test_who_lost_the_lease_settles_nothing(database: Database) -> None:
    """The heir knows that it may have left already; the one before changes nothing any more."""
    with database.transaction() as tx:
        [row] = outbox.add(tx, [queued(tx, "a")])
        outbox.claim(tx, "vanished", NOW, LEASE, 9)
        [item] = outbox.claim(tx, "heir", NOW + LEASE, LEASE, 9)
        assert (item.id, item.attempts, item.interruptions) == (row, 2, 1)
    late: list[Callable[[Transaction], None]] = [
        lambda tx: outbox.sent(tx, row, "vanished", NOW),
        lambda tx: outbox.fail(tx, row, "vanished", NOW, "5.0.0", "x"),
        lambda tx: outbox.postpone(tx, row, "vanished", NOW, "4.0.0", "x"),
    ]
    for act in late:
        with pytest.raises(LeaseLost), database.transaction() as tx:
            act(tx)
    with database.transaction() as tx:
        outbox.sent(tx, row, "heir", NOW)


def test_leases_are_renewed_and_handed_back(database: Database) -> None:
    """A long delivery keeps its lease; a sender that ends leaves the rest as it was."""
    with database.transaction() as tx:
        [row] = outbox.add(tx, [queued(tx, "a")])
        outbox.claim(tx, "me", NOW, LEASE, 9)
        assert outbox.renew(tx, "me", after(300)) == 1
        assert outbox.claim(tx, "heir", after(299), LEASE, 9) == []
        assert outbox.hand_back(tx, "me") == 1
        [item] = outbox.claim(tx, "heir", NOW, LEASE, 9)
        assert (item.id, item.attempts) == (row, 1)


def test_senders_at_the_same_time_never_get_the_same(database: Database) -> None:
    """Four of them send forty mails of eight conversations, each once and in order."""
    with database.transaction() as tx:
        numbers = [saved(tx).number for _ in range(8)]
        for turn in range(5):
            outbox.add(tx, [queued(tx, f"{n}-{turn}", ticket=n) for n in numbers])

    done: list[tuple[int | None, str]] = []

    def send(owner: str) -> None:
        while True:
            with database.transaction() as tx:
                items = outbox.claim(tx, owner, NOW, LEASE, 3)
            if not items:
                return
            for item in items:
                with database.transaction() as tx:
                    outbox.sent(tx, item.id, owner, NOW)
                    done.append((item.ticket, item.message_id))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, "abcd"))
    send("last")  # who saw nothing ready while the others still worked went home
    assert len(done) == len(set(done)) == 40
    for number in numbers:
        turns = [message_id for ticket, message_id in done if ticket == number]
        assert turns == [f"<{number}-{turn}@accel.example>" for turn in range(5)]


# --- what a person decides ---------------------------------------------------------------------


def test_a_person_retries_what_waits_or_failed(database: Database) -> None:
    """At once and with new patience; not what is in work or was sent."""
    with database.transaction() as tx:
        [row] = outbox.add(tx, [queued(tx, "a", due_at=after(600))])
        assert outbox.retry(tx, row, NOW, after(9))
        outbox.claim(tx, "me", NOW, LEASE, 9)
        assert not outbox.retry(tx, row, NOW, after(9))
        outbox.fail(tx, row, "me", NOW, "5.0.0", "x")
        assert outbox.retry(tx, row, NOW, after(9))
        [item] = outbox.claim(tx, "me", NOW, LEASE, 9)
        assert (item.id, item.give_up_at, item.done_at) == (row, after(9), None)
        outbox.sent(tx, row, "me", NOW)
        assert not outbox.retry(tx, row, NOW, after(9))


def test_a_person_drops_what_waits(database: Database) -> None:
    """It counts as given up; what is in work is not stopped half way."""
    with database.transaction() as tx:
        number = saved(tx).number
        message, row = _copy(tx, number, "a")
        outbox.claim(tx, "me", NOW, LEASE, 9)
        assert not outbox.drop(tx, row, NOW)
        outbox.hand_back(tx, "me")
        assert outbox.drop(tx, row, after(1))
        assert _delivery(tx, message) == "failed"
        assert [(i.id, i.last_error) for i in outbox.failed(tx, 9)] == [(row, "dropped")]


def test_the_outbox_is_listed_and_counted(database: Database) -> None:
    """Due is what is due now or in work, whatever waits for later apart."""
    with database.transaction() as tx:
        sent, failed, working, waits, later = outbox.add(
            tx,
            [queued(tx, key, due_at=after(n)) for n, key in enumerate("abcd")]
            + [queued(tx, "e", due_at=after(3600))],
        )
        outbox.claim(tx, "me", after(2), timedelta(hours=9), 9)
        outbox.sent(tx, sent, "me", NOW)
        outbox.fail(tx, failed, "me", NOW, "5.0.0", "x")
        assert [i.id for i in outbox.undelivered(tx, 9)] == [working, waits, later]
        assert [i.id for i in outbox.undelivered(tx, 1, 1)] == [waits]
        assert [i.id for i in outbox.failed(tx, 9)] == [failed]
        assert outbox.failed(tx, 9, after=failed) == []
        assert [outbox.due(tx, after(n)) for n in (0, 3, 3600)] == [1, 2, 3]
        assert outbox.next_due(tx) == after(3)
