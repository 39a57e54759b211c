"""The JSON that programs rely on: every key, always, and null where there is nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from gateway.views.scalars import amount, moment
from gateway.views.tickets import listed, shown
from gateway.views.work import incoming, outgoing
from rules.effects import MoveTo
from rules.model import (
    Billing,
    Link,
    Proof,
    Quote,
    Survey,
    Task,
    Ticket,
    TimeEntry,
    Timer,
    Visibility,
)
from store.inbox import Disposition, InboxItem
from store.journal import Entry, Event
from store.messages import Attachment, Message
from store.outbox import OutboxItem

AT = datetime(2026, 11, 21, 10, 0, 0, 123456, tzinfo=UTC)
SAID = "2026-11-21T10:00:00.123Z"

LABELS = {"new": "Nieuw"}

BARE = Ticket(
    number=88,
    desk="helpdesk@accel.example",
    process="helpdesk",
    process_version="1",
    subject="Printer",
    status="new",
    requester="Jan@acme.example",
    opened_at=AT,
)

FULL = replace(
    BARE,
    type="incident",
    level="level2",
    organisation="Acme",
    assignee="marie@accel.example",
    participants=("ella@acme.example",),
    contract="Magic",
    resolution="confirmed",
    closed_at=AT,
    tasks=(
        Task(1, "Evaluate", role="developer", due=date(2026, 12, 1)),
        Task(2, "Invoice", assignee="anna@accel.example", done=True),
    ),
    time=(TimeEntry(90, "marie@accel.example", date(2026, 11, 20), True, "Toner"),),
    quotes=(Quote(1, Decimal("450"), "EUR", "sent"),),
    billing=Billing("quote", Decimal("450.00"), "EUR", "raised", "2026-17"),
    survey=Survey(AT, 4, "Snel"),
    links=(Link("bug", "89"),),
    timers=(Timer("approval", AT + timedelta(days=5)), Timer("follow_up", None, 4800)),
)

MAIL = Message(
    ticket=88,
    direction="in",
    kind="human",
    visibility=Visibility.PUBLIC,
    sender="Jan@acme.example",
    subject="Printer",
    at=AT,
    raw="ab" * 32,
    size=1234,
    message_id="<1@acme.example>",
    to=("Helpdesk@accel.example",),
    sender_verified=Proof.DOMAIN,
    id=7,
    attachments=(Attachment("a.pdf", "application/pdf", 10, "cd" * 32),),
)

EVENT = Event(88, 1, Entry(AT, "timer", "moved", MoveTo("new", False, AT, "1"), "old", "new", 7))


def test_a_full_ticket() -> None:
    """`show N --json` of a ticket that has everything."""
    assert shown(FULL, LABELS, [MAIL], [EVENT]) == {
        "number": 88,
        "desk": "helpdesk@accel.example",
        "process": "helpdesk",
        "process_version": "1",
        "subject": "Printer",
        "type": "incident",
        "status": "new",
        "status_label": "Nieuw",
        "priority": "normal",
        "level": "level2",
        "requester": "jan@acme.example",
        "organisation": "Acme",
        "assignee": "marie@accel.example",
        "participants": ["ella@acme.example"],
        "contract": "Magic",
        "resolution": "confirmed",
        "opened_at": SAID,
        "closed_at": SAID,
        "tasks": [
            {
                "number": 1,
                "title": "Evaluate",
                "role": "developer",
                "assignee": None,
                "status": "open",
                "due": "2026-12-01",
            },
            {
                "number": 2,
                "title": "Invoice",
                "role": None,
                "assignee": "anna@accel.example",
                "status": "done",
                "due": None,
            },
        ],
        "time": [
            {
                "minutes": 90,
                "by": "marie@accel.example",
                "on": "2026-11-20",
                "billable": True,
                "text": "Toner",
            }
        ],
        "quotes": [{"number": 1, "amount": "450.00", "currency": "EUR", "status": "sent"}],
        "billing": {
            "basis": "quote",
            "amount": "450.00",
            "currency": "EUR",
            "status": "raised",
            "invoice": "2026-17",
        },
        "survey": {"sent_at": SAID, "score": 4, "comment": "Snel"},
        "links": [{"kind": "bug", "to": "89"}],
        "timers": [
            {
                "name": "approval",
                "due_at": "2026-11-26T10:00:00.123Z",
                "paused": False,
                "seconds_left": None,
            },
            {"name": "follow_up", "due_at": None, "paused": True, "seconds_left": 4800},
        ],
        "messages": [
            {
                "id": 7,
                "direction": "in",
                "kind": "human",
                "visibility": "public",
                "from": "jan@acme.example",
                "to": ["helpdesk@accel.example"],
                "cc": [],
                "subject": "Printer",
                "message_id": "<1@acme.example>",
                "at": SAID,
                "template": None,
                "sha256": "ab" * 32,
                "size": 1234,
                "sender_verified": "domain",
                "delivery": None,
                "attachments": [
                    {
                        "name": "a.pdf",
                        "type": "application/pdf",
                        "size": 10,
                        "sha256": "cd" * 32,
                    }
                ],
            }
        ],
        "events": [
            {
                "at": SAID,
                "actor": "timer",
                "what": "moved",
                "from": "old",
                "to": "new",
                "message": 7,
                "version": "1",
            }
        ],
    }


def test_a_bare_ticket_has_every_key() -> None:
    """What is absent is null; lists are empty; billing is an object all the same."""
    bare = shown(BARE, LABELS, [], [])
    assert bare.keys() == shown(FULL, LABELS, [MAIL], [EVENT]).keys()
    assert bare["billing"] == {
        "basis": "none",
        "amount": None,
        "currency": None,
        "status": "none",
        "invoice": None,
    }
    empty = ("participants", "tasks", "time", "quotes", "links", "timers", "messages", "events")
    assert {name: bare[name] for name in empty} == {name: [] for name in empty}
    absent = ("type", "level", "organisation", "assignee", "contract", "resolution", "closed_at")
    assert {bare[name] for name in (*absent, "survey")} == {None}


def test_a_line_of_the_list() -> None:
    """`list --json` is the same object without its lists."""
    whole = shown(FULL, LABELS, [], [])
    line = listed(FULL, LABELS)
    assert line == {name: value for name, value in whole.items() if not isinstance(value, list)}
    assert "billing" in line


def test_a_status_without_a_label() -> None:
    """A ticket can be looked at after its process has changed or gone."""
    assert listed(BARE, {})["status_label"] == "new"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("450"), "450.00"),
        (Decimal("450.0"), "450.00"),
        (Decimal("1E+3"), "1000.00"),
        (Decimal("0.125"), "0.125"),
        (Decimal(0), "0.00"),
        (None, None),
    ],
)
def test_amounts(value: Decimal | None, text: str | None) -> None:
    """Exact, at least two decimals, no exponent."""
    assert amount(value) == text


def test_moments_are_utc() -> None:
    """Whatever the zone they came in; the text sorts as the moments do."""
    east = AT.astimezone(timezone(timedelta(hours=9)))
    assert moment(east) == SAID
    assert moment(AT.replace(microsecond=0)) == "2026-11-21T10:00:00.000Z"


def test_mails_that_wait() -> None:
    """`queue --json`: both kinds with a name that tells them apart."""
    item = InboxItem(
        id=12,
        desk="helpdesk@accel.example",
        content_key="k",
        raw="ab" * 32,
        channel="smtp",
        mail_from="",
        recipients=("helpdesk@accel.example",),
        peer="127.0.0.1",
        helo=None,
        received_at=AT,
        state="done",
        disposition=Disposition.QUARANTINED,
        reason="spam",
        ticket=None,
        duplicate_of=None,
        released=frozenset(),
        quiet=False,
        attempts=1,
        interruptions=0,
        next_try_at=AT,
        lease_owner=None,
        lease_until=None,
        last_error=None,
        done_at=AT,
    )
    assert incoming(item) == {
        "id": "in12",
        "queue": "inbox",
        "state": "done",
        "disposition": "quarantined",
        "reason": "spam",
        "ticket": None,
        "desk": "helpdesk@accel.example",
        "from": "",
        "to": ["helpdesk@accel.example"],
        "at": SAID,
        "due_at": None,
        "attempts": 1,
        "interruptions": 0,
        "error": None,
        "sha256": "ab" * 32,
    }
    copy = OutboxItem(
        id=3,
        ticket=88,
        message=9,
        recipient="jan@acme.example",
        envelope_from="",
        raw="cd" * 32,
        message_id="<2@accel.example>",
        created_at=AT,
        due_at=AT,
        give_up_at=AT,
        state="queued",
        attempts=2,
        interruptions=0,
        last_status="4.4.1",
        last_error="connection refused",
        lease_owner=None,
        lease_until=None,
        done_at=None,
    )
    assert outgoing(copy) == {
        "id": "out3",
        "queue": "outbox",
        "state": "queued",
        "ticket": 88,
        "from": "",
        "to": ["jan@acme.example"],
        "at": SAID,
        "due_at": SAID,
        "give_up_at": SAID,
        "attempts": 2,
        "interruptions": 0,
        "status": "4.4.1",
        "error": "connection refused",
        "message_id": "<2@accel.example>",
        "sha256": "cd" * 32,
    }
