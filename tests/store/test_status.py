"""The numbers of an installation add up at any moment."""

from __future__ import annotations

from store import claims, inbox, outbox
from store.database import Database
from store.inbox import Disposition
from store.status import status
from tests.store.examples import LEASE, NOW, after, arrival, queued, saved

_NOTHING = {
    "received": 0,
    "on_tickets": 0,
    "set_aside": 0,
    "duplicates": 0,
    "quarantined": 0,
    "inbox": 0,
    "outbox": 0,
    "failed": 0,
    "tickets": 0,
}


def test_an_empty_store_counts_nothing(database: Database) -> None:
    """Every number is there, in the order of the contract."""
    with database.read() as tx:
        assert list(status(tx, NOW).items()) == list(_NOTHING.items())


def test_every_mail_counts_once(database: Database) -> None:
    """On a ticket, set aside, quarantined, a duplicate, waiting or in work; what is due to go out,
    and what was given up."""
    with database.transaction() as tx:
        number = saved(tx).number
        inbox.arrive(tx, [arrival(key) for key in ("a", "b", "c", "d", "e", "a", "b")])
        items = claims.claim(tx, "me", NOW, LEASE, 4)
        for item, disposition in zip(items, list(Disposition)[:3], strict=False):
            ticket = number if disposition is Disposition.TICKET else None
            claims.settle(tx, item.id, "me", NOW, disposition, "x", ticket)
        rows = outbox.add(tx, [queued(tx, key, due_at=after(n)) for n, key in enumerate("abc")])
        outbox.claim(tx, "me", NOW, LEASE, 1)
        outbox.fail(tx, rows[0], "me", NOW, "5.0.0", "x")
    with database.read() as tx:
        assert status(tx, after(1)) == {
            "received": 7,
            "on_tickets": 1,
            "set_aside": 1,
            "duplicates": 2,
            "quarantined": 1,
            "inbox": 2,
            "outbox": 1,
            "failed": 1,
            "tickets": 1,
        }
