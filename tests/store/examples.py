"""Values to store, each with a sensible rest, and small things that several tests do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from rules.model import (
    Billing,
    Link,
    Priority,
    Quote,
    Survey,
    Task,
    Ticket,
    TimeEntry,
    Timer,
    Visibility,
)
from store import evidence, messages, tickets
from store.database import Database, Transaction
from store.inbox import Arrival, arrive
from store.messages import Message, NewAttachment
from store.outbox import Outgoing

NOW = datetime(2026, 11, 21, 9, 30, 15, 123456, tzinfo=UTC)
LEASE = timedelta(seconds=30)
DESK = "helpdesk@accel.example"
JAN = "jan@acme.example"
MARIE = "marie@accel.example"

Result = TypeVar("Result")


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def arrival(key: str = "key", **other: Any) -> Arrival:
    plain = Arrival(
        content_key=key,
        desk=DESK,
        channel="smtp",
        mail_from=JAN,
        recipients=(DESK,),
        received_at=NOW,
        body=f"Subject: {key}\r\n\r\n".encode(),
        peer="192.0.2.1",
        helo="mx.acme.example",
    )
    return replace(plain, **other)


def ticket(number: int = 1, **other: Any) -> Ticket:
    plain = Ticket(
        number=number,
        desk=DESK,
        process="helpdesk",
        process_version="1",
        subject="Printer",
        status="new",
        requester=JAN,
        opened_at=NOW,
    )
    return replace(plain, **other)


def full_ticket(number: int = 1) -> Ticket:
    """A ticket with something in each of its fields."""
    return ticket(
        number,
        requester_name="Jan Maes",
        language="nl",
        type="incident",
        priority=Priority.URGENT,
        level="level2",
        organisation="Acme",
        assignee=MARIE,
        participants=("an@acme.example", "piet@acme.example"),
        contract="Magic",
        resolution="confirmed",
        closed_at=after(60),
        status_since=after(30),
        fields={"pbi": "4711", "no_wait": True, "estimate": "150.10", "count": 3, "gone": None},
        tasks=(Task(1, "Look", "engineer"), Task(2, "Do", None, MARIE, True, date(2026, 12, 1))),
        time=(
            TimeEntry(90, MARIE, date(2026, 11, 20), True, "Toner", "onsite"),
            TimeEntry(15, MARIE, date(2026, 11, 21), False, "Coffee"),
        ),
        quotes=(
            Quote(1, Decimal("450.00"), "EUR", "superseded", "Toner", MARIE, NOW, None),
            Quote(2, Decimal("0.1"), "EUR", "sent", "Ink", MARIE, NOW, date(2027, 1, 1)),
        ),
        billing=Billing("quote", Decimal("450.00"), "EUR", "raised", "2026-17"),
        survey=Survey(NOW, 5, "Très bien"),
        links=(Link("bug", "7"), Link("idea", "https://roadmap.example/1")),
        timers=(Timer("close", after(600)), Timer("remind", after(60))),
    )


def saved(tx: Transaction, **other: Any) -> Ticket:
    """A new ticket under the next number."""
    return tickets.save(tx, None, ticket(tickets.new_number(tx), **other))


def incoming(
    tx: Transaction,
    number: int,
    key: str = "key",
    parts: Sequence[NewAttachment] = (),
    **other: Any,
) -> Message:
    """A mail that arrived and is on the ticket."""
    [receipt] = arrive(tx, [arrival(key)])
    plain = Message(
        ticket=number,
        direction="in",
        kind="human",
        visibility=Visibility.PUBLIC,
        sender=JAN,
        subject="Printer",
        at=NOW,
        raw=evidence.put(tx, key.encode()),
        size=len(key),
        message_id=f"<{key}@acme.example>",
        matched_by="new",
        inbox=receipt.id,
    )
    return messages.add(tx, replace(plain, **other), parts)


def outgoing(tx: Transaction, number: int, key: str = "out", **other: Any) -> Message:
    """A copy that is to go out; its ticket knows of it, the outbox does not."""
    plain = Message(
        ticket=number,
        direction="out",
        kind="human",
        visibility=Visibility.PUBLIC,
        sender=DESK,
        subject="Printer",
        at=NOW,
        raw=evidence.put(tx, key.encode()),
        size=len(key),
        message_id=f"<{key}@accel.example>",
        recipient=JAN,
        template="reply",
        delivery="queued",
    )
    return messages.add(tx, replace(plain, **other))


def queued(tx: Transaction, key: str, **other: Any) -> Outgoing:
    """A copy for the outbox, its bytes in the evidence."""
    plain = Outgoing(
        recipient=JAN,
        envelope_from=DESK,
        raw=evidence.put(tx, key.encode()),
        message_id=f"<{key}@accel.example>",
        created_at=NOW,
        due_at=NOW,
        give_up_at=after(5 * 86400),
    )
    return replace(plain, **other)


def together(database: Database, *jobs: Callable[[Transaction], Result]) -> Sequence[Result]:
    """Each job in a thread and a transaction of its own, at the same time; their results."""

    def run(job: Callable[[Transaction], Result]) -> Result:
        with database.transaction() as tx:
            return job(tx)

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))
