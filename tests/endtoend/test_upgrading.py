"""A new version starts on the store of an older one and goes on where that one left off."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email import message_from_bytes

import pytest
from sqlalchemy import delete, select, update

from store import evidence, inbox, messages, outbox, schema, tickets
from store.audit import audit
from store.database import Database, Transaction
from store.migrate import check_schema, revision
from tests.servers.gateway import Gateway, StartGateway
from tests.servers.running import eventually
from tests.servers.swaks import swaks
from tests.store.releases.stored import RELEASED, fill

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.long]

JAN = "jan@acme.example"


@pytest.mark.parametrize("name", RELEASED)
def test_two_start_at_once_on_a_store_of_an_older_version(
    make_gateway: StartGateway, database_url: str, name: str
) -> None:
    """One of them migrates, both serve. What was left to do is done, and an answer to a mail that
    the older version sent finds its ticket."""
    fill(database_url, name)
    database = Database(database_url)
    assert revision(database) == name
    _close_what_fits_no_process(database)
    known, address, came = _known(database)
    gateways = [make_gateway(store=database_url) for _ in range(2)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(Gateway.start, gateways))
    check_schema(database)
    for gateway in gateways:
        text = f"It still smokes, says {gateway.port}."
        done = swaks(gateway.port, sender=JAN, recipients=[address], subject="Scherm", body=text)
        assert "250 2.0.0" in done.text
    eventually(lambda: _rests(database), f"all is done:\n{gateways[0].log[-3000:]}", 30)
    with database.read() as tx:
        assert _came(tx) == came + len(gateways)
        assert tickets.numbers(tx, 100) == [*known, known[-1] + 1], "and the mail that waited"
        assert not inbox.unfinished(tx, 1)
    faults = [fault for row in audit(database, datetime.now(UTC)) for fault in row.faults]
    assert {fault.id for fault in faults} <= {f"#{known[-1]}"}, "put in without a history"
    assert all(gateway.alive for gateway in gateways)
    database.dispose()


def _close_what_fits_no_process(database: Database) -> None:
    """The last ticket has a value in each field, also those of other processes, and no journal; it
    would have to be seen to before `serve` starts with these files."""
    timers, rows = schema.timers, schema.tickets
    with database.transaction() as tx:
        last = tickets.numbers(tx, 100)[-1]
        tx.execute(delete(timers).where(timers.c.ticket == last))
        over = update(rows).where(rows.c.number == last)
        tx.execute(over.values(status="closed", closed_at=datetime.now(UTC)))


def _known(database: Database) -> tuple[list[int], str, int]:
    """The tickets, the address that answers to the latest mail about the first one go to, and how
    many mails of people it has."""
    copies = schema.outbox.c
    query = select(copies.raw).where(copies.ticket == 1, copies.recipient == JAN)
    with database.read() as tx:
        *_, last = tx.rows(query.order_by(copies.id))
        mail = message_from_bytes(evidence.get(tx, last.raw))
        return tickets.numbers(tx, 100), str(mail["Reply-To"]), _came(tx)


def _came(tx: Transaction) -> int:
    return sum(mail.direction == "in" for mail in messages.of_ticket(tx, 1))


def _rests(database: Database) -> bool:
    with database.read() as tx:
        return not inbox.unfinished(tx, 1) and not outbox.undelivered(tx, 1)
