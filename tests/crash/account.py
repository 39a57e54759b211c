"""What must be true after every fault, asked of the database and of the server mails left to."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection

from sqlalchemy import func, select

from store import journal, schema, tickets
from store.database import Database, Transaction
from tests.crash.load import Written
from tests.gateway.delivery.sink import Sink, Taken
from tests.servers.gateway import Gateway
from tests.servers.running import eventually

STUCK = 90.0
"""Seconds in which something has to happen: three leases."""


def settle(gateway: Gateway, database: Database) -> None:
    """Waits until nothing is on its way any more; fails where nothing goes on."""
    counted = _left(database)
    while counted:
        before = counted

        def went_on() -> bool:
            nonlocal counted
            counted = _left(database)
            return counted != before  # noqa: B023 - called within this turn of the loop

        eventually(went_on, f"some of {before} is done:\n{gateway.log[-3000:]}", STUCK)


def _left(database: Database) -> int:
    """How many mails wait, in and out."""
    arrived, leaving = schema.inbox.c, schema.outbox.c
    with database.read() as tx:
        undone = tx.scalar(select(func.count()).where(arrived.state != "done"))
        unsent = tx.scalar(select(func.count()).where(leaving.state.in_(("queued", "working"))))
    return int(undone) + int(unsent)


def check(
    gateway: Gateway, database: Database, sink: Sink, acknowledged: Collection[Written]
) -> None:
    """Nothing is lost, nothing is done twice; for a gateway that has settled."""
    with database.read() as tx:
        check_arrivals(tx, acknowledged)
        check_tickets(tx)
        check_mails_out(tx, sink.mails)

    audited = gateway.run("audit", "--json")
    assert audited.returncode == 0, audited.stdout.decode() + audited.stderr.decode()
    assert json.loads(audited.stdout)["faults"] == []


def check_arrivals(tx: Transaction, acknowledged: Collection[Written]) -> None:
    """Each acknowledged mail is on a ticket once, a conversation's on one ticket."""
    inbox, messages = schema.inbox, schema.messages
    others = tx.rows(
        select(inbox.c.id, inbox.c.reason).where(
            inbox.c.duplicate_of.is_(None), inbox.c.disposition != "ticket"
        )
    )
    assert others == []
    rows = tx.rows(
        select(messages.c.message_id, inbox.c.ticket, inbox.c.disposition)
        .select_from(inbox.join(messages, messages.c.inbox == inbox.c.id))
        .where(inbox.c.duplicate_of.is_(None))
    )
    assert {row.disposition for row in rows} <= {"ticket"}
    times = Counter(row.message_id for row in rows)
    assert {name: n for name, n in times.items() if n > 1} == {}
    where = {row.message_id: row.ticket for row in rows}
    assert [mail for mail in acknowledged if mail.message_id not in where] == []
    apart = [m for m in acknowledged if m.answers and where[m.answers] != where[m.message_id]]
    assert apart == []


def check_tickets(tx: Transaction) -> None:
    """Numbers without a gap, each opened once, each as its journal tells it."""
    numbers = tickets.numbers(tx, 1_000_000)
    assert numbers == list(range(1, len(numbers) + 1))
    for number in numbers:
        happened = Counter(event.entry.what for event in journal.of_ticket(tx, number))
        assert happened["opened"] == 1, number


def check_mails_out(tx: Transaction, taken: Collection[Taken]) -> None:
    """Every mail of the outbox left; what left twice was the same mail; nothing else left; and one
    acknowledgement for each ticket."""
    rows = tx.rows(select(schema.outbox.c.message_id, schema.outbox.c.state))
    assert {row.state for row in rows} <= {"sent"}
    bodies = defaultdict(set)
    for mail in taken:
        bodies[message_id(mail)].add(mail.body)
    assert {name for name, different in bodies.items() if len(different) > 1} == set()
    assert set(bodies) == {row.message_id for row in rows}
    welcomes = tx.rows(
        select(schema.messages.c.ticket).where(schema.messages.c.template == "acknowledgement")
    )
    times = Counter(row.ticket for row in welcomes)
    assert {ticket: n for ticket, n in times.items() if n > 1} == {}


def message_id(mail: Taken) -> str:
    header = mail.body.partition(b"\r\n\r\n")[0].decode()
    (line,) = (at for at in header.split("\r\n") if at.lower().startswith("message-id:"))
    return line.partition(":")[2].strip()
