"""A store of each released version is brought to the newest with everything that is in it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import MetaData, func, select

from rules.model import Ticket
from store import claims, evidence, inbox, journal, messages, outbox, status, tickets
from store.audit import audit
from store.database import Database, Transaction
from store.migrate import check_schema, migrate, revision
from tests.store.examples import after
from tests.store.releases.stored import RELEASED, fill


@pytest.fixture(params=RELEASED)
def released(request: pytest.FixtureRequest, database_url: str) -> Iterator[Database]:
    """A store as that version left it, on SQLite and on PostgreSQL."""
    fill(database_url, request.param)
    database = Database(database_url)
    assert revision(database) == request.param
    yield database
    database.dispose()


def test_no_row_is_lost(released: Database) -> None:
    """Every table has at the end as many rows as at the beginning, and none of them was empty; the
    journals alone may tell of more."""
    before = _rows(released)
    migrate(released)
    check_schema(released)
    after_it = _rows(released)
    assert before.pop("journal") <= after_it["journal"]
    assert before.items() <= after_it.items()
    assert all(before.values())


def test_every_mail_is_accounted_for(released: Database) -> None:
    """The audit of this version finds nothing but the ticket that was put in without a history."""
    migrate(released)
    with released.read() as tx:
        put_in = f"#{tickets.numbers(tx, 100)[-1]}"
    faults = [fault for found in audit(released, after(0)) for fault in found.faults]
    assert {fault.id for fault in faults} <= {put_in}


def _rows(database: Database) -> dict[str, int]:
    found = MetaData()
    with database.read() as tx:
        found.reflect(tx.connection)
        return {
            name: int(tx.scalar(select(func.count()).select_from(table)))
            for name, table in found.tables.items()
        }


def test_everything_is_readable(released: Database) -> None:
    """Tickets are what their journals say, mails have their bytes, and the mails add up."""
    migrate(released)
    with released.read() as tx:
        loaded = [_ticket(tx, number) for number in tickets.numbers(tx, 100)]
        assert len(loaded) == status.status(tx, after(0))["tickets"] > 2
        played = [ticket for ticket in loaded if journal.of_ticket(tx, ticket.number)]
        assert len(played) == len(loaded) - 1, "one was put in as it stands, without a history"
        for ticket in played:
            assert journal.replay(tx, ticket.number) == replace(ticket, messages=(), version=0)
        for name in evidence.names(tx, 1000):
            assert evidence.digest(evidence.get(tx, name)) == name
        received = inbox.everything(tx, 1000)
        assert len(received) == status.status(tx, after(0))["received"]
        assert [item.state for item in received].count("waiting") == 1
        assert len(outbox.undelivered(tx, 100)) >= 1


def _ticket(tx: Transaction, number: int) -> Ticket:
    ticket = tickets.load(tx, number)
    assert ticket is not None
    for mail in messages.of_ticket(tx, number):
        assert evidence.size(tx, mail.raw) == mail.size
    return ticket


def test_it_is_written_to_as_before(released: Database) -> None:
    """New mails and tickets get the next numbers."""
    migrate(released)
    with released.transaction() as tx:
        known = tickets.numbers(tx, 100)
        assert tickets.new_number(tx) == known[-1] + 1
        last = inbox.everything(tx, 1000)[-1]
        items = claims.claim(tx, "me", after(10**8), after(1) - after(0), 5)
        assert [item.id for item in items] == [last.id]


def test_several_upgrade_at_once(released: Database) -> None:
    """Whoever comes first does it, the others wait and find it done."""
    before = _rows(released)
    stores = [Database(released.url) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(migrate, stores))
    for opened in stores:
        check_schema(opened)
        opened.dispose()
    after_it = _rows(released)
    assert before.pop("journal") <= after_it["journal"]
    assert before.items() <= after_it.items()
