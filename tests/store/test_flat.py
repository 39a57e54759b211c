"""What is done for each mail costs the same with a million mails: nothing reads a whole table."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import event

from store import (
    brakes,
    claims,
    evidence,
    holds,
    inbox,
    journal,
    messages,
    outbox,
    search,
    tickets,
    timers,
    tokens,
)
from store.database import Database, Transaction
from store.inbox import Disposition
from store.schema import metadata
from store.search import Filter
from tests.store.examples import (
    DESK,
    JAN,
    LEASE,
    NOW,
    arrival,
    full_ticket,
    incoming,
    outgoing,
    queued,
    saved,
)


def _mail(tx: Transaction) -> None:
    inbox.arrive(tx, [arrival("a"), arrival("b"), arrival("a")])
    first, second = claims.claim(tx, "me", NOW, LEASE, 9)
    claims.settle(tx, first.id, "me", NOW, Disposition.SET_ASIDE, "x")
    claims.postpone(tx, second.id, "me", NOW, "x")
    claims.renew(tx, "me", NOW)
    claims.hand_back(tx, "me")


def _ticket(tx: Transaction) -> None:
    before = tickets.save(tx, None, full_ticket(tickets.new_number(tx)))
    assert tickets.load(tx, before.number, lock=True) == before
    tickets.save(tx, before, replace(before, timers=(), status="open"))
    journal.append(tx, before.number, [])
    journal.of_ticket(tx, before.number)


def _messages(tx: Transaction) -> None:
    number = saved(tx).number
    mail, copy = incoming(tx, number), outgoing(tx, number)
    messages.of_ticket(tx, number)
    messages.of_inbox(tx, mail.inbox or 0)
    messages.ticket_by_message_ids(tx, ["<a@x>", "<b@x>"], desk=DESK)
    messages.set_delivery(tx, copy.id, "sent")
    evidence.get(tx, mail.raw)


def _outbox(tx: Transaction) -> None:
    rows = outbox.add(tx, [queued(tx, key) for key in "abc"])
    outbox.claim(tx, "me", NOW, LEASE, 9)
    outbox.sent(tx, rows[0], "me", NOW)
    outbox.fail(tx, rows[1], "me", NOW, "5.0.0", "x")
    outbox.postpone(tx, rows[2], "me", NOW, "4.0.0", "x")
    outbox.renew(tx, "me", NOW)
    outbox.due(tx, NOW)
    outbox.next_due(tx)
    outbox.failed(tx, 9)


def _others(tx: Transaction) -> None:
    timers.claim_due(tx, NOW, 9)
    timers.next_due(tx)
    tokens.find(tx, "hint")
    tokens.of_ticket(tx, 1, JAN)
    holds.expire(tx, NOW)
    brakes.count_since(tx, NOW, address=JAN, ticket=1)
    brakes.count_since(tx, NOW, known=False)
    search.has_history(tx, JAN)
    search.count(tx, Filter(person=JAN, organisation="Acme"))
    search.waiting(tx, DESK, ["new"])


@pytest.mark.parametrize("job", [_mail, _ticket, _messages, _outbox, _others])
def test_nothing_reads_a_whole_table(sqlite_url: str, job: Callable[[Transaction], None]) -> None:
    """Each statement finds its rows by a key or by an index of what is not yet done."""
    database = Database(sqlite_url)
    plans: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def explain(
        connection: object, _cursor: object, statement: str, parameters: object, *_more: object
    ) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            raw = connection.connection.dbapi_connection.cursor()  # type: ignore[attr-defined]
            rows = raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            plans.extend(row[-1] for row in rows)

    with database.transaction() as tx:
        job(tx)
    database.dispose()
    assert plans
    assert [plan for plan in plans if _grows(plan)] == []


def _grows(plan: str) -> bool:
    """A table is read from end to end, and by no index of those rows alone that are to do."""
    read = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", plan)
    if read is None or read[1] in _FEW:
        return False
    return read[2] not in _PARTIAL


_FEW = {"signing_keys", "counters", "CONSTANT"}
_PARTIAL = {
    index.name
    for table in metadata.tables.values()
    for index in table.indexes
    if index.dialect_options["sqlite"]["where"] is not None
}
