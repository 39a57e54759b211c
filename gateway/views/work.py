"""What waits, is in work, was given up or set aside, as `queue` and `quarantine` say it."""

from __future__ import annotations

from gateway.views.scalars import Object, moment, people
from store.inbox import InboxItem
from store.outbox import OutboxItem


def incoming(item: InboxItem) -> Object:
    """A mail that arrived. Its name for people and commands is `in` and a number."""
    return {
        "id": f"in{item.id}",
        "queue": "inbox",
        "state": item.state,
        "disposition": item.disposition.value if item.disposition else None,
        "reason": item.reason,
        "ticket": item.ticket,
        "desk": item.desk,
        "from": item.mail_from.lower(),
        "to": people(item.recipients),
        "at": moment(item.received_at),
        "due_at": moment(item.next_try_at) if item.state == "waiting" else None,
        "attempts": item.attempts,
        "interruptions": item.interruptions,
        "error": item.last_error,
        "sha256": item.raw,
    }


def outgoing(item: OutboxItem) -> Object:
    """A copy that is to leave. Its name for people and commands is `out` and a number."""
    return {
        "id": f"out{item.id}",
        "queue": "outbox",
        "state": item.state,
        "ticket": item.ticket,
        "from": item.envelope_from.lower(),
        "to": [item.recipient.lower()],
        "at": moment(item.created_at),
        "due_at": moment(item.due_at) if item.state == "queued" else None,
        "give_up_at": moment(item.give_up_at),
        "attempts": item.attempts,
        "interruptions": item.interruptions,
        "status": item.last_status,
        "error": item.last_error,
        "message_id": item.message_id,
        "sha256": item.raw,
    }
