"""Every mail accounted for, in numbers of one moment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, or_, select, text

from store import schema
from store.database import Transaction
from store.inbox import Disposition

_DUE = text("outbox.state IN ('queued', 'working')")
_FAILED = text("outbox.state = 'failed'")


def status(tx: Transaction, now: datetime) -> dict[str, int]:
    """The numbers of `status --json` (docs/contract.md), all by one statement."""
    inbox, outbox, tickets = schema.inbox, schema.outbox, schema.tickets
    in_time = or_(outbox.c.state == "working", outbox.c.due_at <= now)
    dispositions = select(inbox.c.disposition, func.count()).group_by(inbox.c.disposition)
    others = (
        select(text("'outbox'"), func.count(outbox.c.id)).where(_DUE, in_time),
        select(text("'failed'"), func.count(outbox.c.id)).where(_FAILED),
        select(text("'tickets'"), func.count(tickets.c.number)),
    )
    found = {name or "inbox": count for name, count in tx.rows(dispositions.union_all(*others))}
    mails = {
        "on_tickets": found.get(Disposition.TICKET, 0),
        "set_aside": found.get(Disposition.SET_ASIDE, 0),
        "duplicates": found.get(Disposition.DUPLICATE, 0),
        "quarantined": found.get(Disposition.QUARANTINED, 0),
        "inbox": found.get("inbox", 0),
    }
    rest = {name: found[name] for name in ("outbox", "failed", "tickets")}
    return {"received": sum(mails.values()), **mails, **rest}
