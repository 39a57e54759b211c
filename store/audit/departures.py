"""Whether every mail that a decision made is sent, given up or queued."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from store import schema
from store.audit.faults import PAGE, Fault, Finding
from store.database import Database, Found

_messages, _outbox = schema.messages, schema.outbox
_ALLOWED = {
    "queued": ("queued",),
    "working": ("queued",),
    "sent": ("sent", "bounced"),
    "failed": ("failed", "bounced"),
}
"""How a message may stand by the state of its copy."""
_COPIES = (
    select(
        _messages.c.id,
        _messages.c.ticket,
        _messages.c.recipient,
        _messages.c.message_id,
        _messages.c.at,
        _messages.c.delivery,
        _messages.c.raw,
        _outbox.c.id.label("copy"),
        _outbox.c.state,
        _outbox.c.raw.label("copy_raw"),
        _outbox.c.message_id.label("copy_message_id"),
        _outbox.c.ticket.label("copy_ticket"),
    )
    .select_from(_messages.outerjoin(_outbox, _outbox.c.message == _messages.c.id))
    .where(_messages.c.direction == "out")
    .order_by(_messages.c.id)
)


def departures(database: Database) -> Iterator[Finding]:
    """One finding for each copy on a ticket, by id; notices without a ticket have a row of the
    outbox alone."""
    with database.read() as tx:
        outgoing = select(func.count()).where(_messages.c.direction == "out")
        whole: int = tx.scalar(outgoing.select_from(_messages))
    after, done = 0, 0
    while True:
        with database.read() as tx:
            rows = tx.rows(_COPIES.where(_messages.c.id > after).limit(PAGE))
        for row in rows:
            done += 1
            yield Finding("mails that leave", done, max(whole, done), tuple(_faults(row)))
        if not rows:
            return
        after = rows[-1].id


def _faults(row: Found) -> Iterator[Fault]:
    if row.copy is None:
        text = f"the mail to {row.recipient} that ticket {row.ticket} has was never queued"
        yield _fault(row, f"#{row.ticket}", "never_queued", text)
        return
    if row.delivery not in _ALLOWED.get(row.state, ()):
        text = f"the copy is {row.state}, its ticket says {row.delivery}"
        yield _fault(row, f"out{row.copy}", "delivery_differs", text)
    if (row.copy_raw, row.copy_message_id) != (row.raw, row.message_id):
        text = f"the copy is not the mail that ticket {row.ticket} has"
        yield _fault(row, f"out{row.copy}", "copy_differs", text)


def _fault(row: Found, name: str, fault: str, text: str) -> Fault:
    mend = f"look at the ticket (`show {row.ticket}`); restore the row from a backup"
    return Fault(fault, name, text, mend, row.at, row.message_id, f"to {row.recipient}")
