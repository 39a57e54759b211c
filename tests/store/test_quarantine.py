"""What waits for a person goes where the person says, and stays accounted for."""

from __future__ import annotations

from store import claims, inbox, quarantine
from store.database import Database, Transaction
from store.inbox import Disposition
from tests.store.examples import LEASE, NOW, after, arrival, incoming, saved


def _quarantined(tx: Transaction, key: str = "k", reason: str = "no_from") -> int:
    inbox.arrive(tx, [arrival(key)])
    [item] = claims.claim(tx, "me", NOW, LEASE, 1)
    claims.settle(tx, item.id, "me", NOW, Disposition.QUARANTINED, reason)
    return item.id


def test_a_released_mail_is_looked_at_again(database: Database) -> None:
    """From the beginning, and it says for which reasons it is not to be put there again."""
    with database.transaction() as tx:
        item = _quarantined(tx)
        assert quarantine.release(tx, item, after(60))
        assert not quarantine.release(tx, item, after(60))
        [again] = claims.claim(tx, "me", after(60), LEASE, 9)
        assert (again.id, again.attempts, again.released) == (item, 1, frozenset({"no_from"}))
        claims.settle(tx, item, "me", NOW, Disposition.QUARANTINED, "spam")
        assert quarantine.release(tx, item, NOW)
        released = inbox.get(tx, item)
        assert released is not None
        assert released.released == {"no_from", "spam"}


def test_a_retried_mail_may_be_put_there_again(database: Database) -> None:
    """The reason still counts; a mail that only waits is looked at before its time."""
    with database.transaction() as tx:
        item = _quarantined(tx)
        assert quarantine.retry(tx, item, NOW)
        [again] = claims.claim(tx, "me", NOW, LEASE, 9)
        assert again.released == frozenset()
        assert not quarantine.retry(tx, item, NOW), "it is in work"
        claims.postpone(tx, item, "me", after(3600), "no resolver")
        assert claims.claim(tx, "me", NOW, LEASE, 9) == []
        assert quarantine.retry(tx, item, NOW)
        assert [i.id for i in claims.claim(tx, "me", NOW, LEASE, 9)] == [item]


def test_a_dropped_mail_is_set_aside(database: Database) -> None:
    """It counts as set aside, dropped, and nobody looks at it again."""
    with database.transaction() as tx:
        item = _quarantined(tx)
        assert quarantine.drop(tx, item, after(9))
        assert not quarantine.drop(tx, item, after(9))
        dropped = inbox.get(tx, item)
        assert dropped is not None
        assert (dropped.disposition, dropped.reason) == (Disposition.SET_ASIDE, "dropped")
        assert not quarantine.retry(tx, item, NOW)
        assert not quarantine.release(tx, item + 1, NOW), "no such mail"


def test_a_mail_that_was_taken_off_a_ticket_goes_back_there(database: Database) -> None:
    """It is on the ticket again at once; deciding on it twice would put it there twice."""
    with database.transaction() as tx:
        ticket = saved(tx)
        mail = incoming(tx, ticket.number)
        [item] = claims.claim(tx, "me", NOW, LEASE, 1)
        claims.settle(tx, item.id, "me", NOW, Disposition.TICKET, "opened", ticket.number)
        inbox.quarantine_ticket(tx, ticket.number, "spam", except_=0)
        assert mail.inbox == item.id
        assert quarantine.release(tx, item.id, NOW)
        back = inbox.get(tx, item.id)
        assert back is not None
        assert (back.state, back.disposition, back.ticket) == ("done", "ticket", ticket.number)


def test_the_quarantine_is_listed_page_by_page(database: Database) -> None:
    """By id, and nothing else."""
    with database.transaction() as tx:
        items = [_quarantined(tx, key) for key in "abc"]
        inbox.arrive(tx, [arrival("d")])
        assert [i.id for i in quarantine.quarantined(tx, 2)] == items[:2]
        assert [i.id for i in quarantine.quarantined(tx, 2, after=items[1])] == items[2:]
