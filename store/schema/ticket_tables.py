"""Tickets, the members of their lists, and what is counted and kept by name."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    false,
)

from store.schema.common import metadata, one_of, partial
from store.types import Amount, Id, Json, Key, Moment, Words

counters = Table(
    "counters",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Id, nullable=False),
)

settings = Table(
    "settings",
    metadata,
    Column("name", Key, primary_key=True),
    Column("value", Json),
)

tickets = Table(
    "tickets",
    metadata,
    Column("number", Id, primary_key=True, autoincrement=False),
    Column("desk", Key, nullable=False),
    Column("process", Words, nullable=False),
    Column("process_version", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("folded_subject", Words, nullable=False),
    Column("status", Key, nullable=False),
    Column("requester", Key, nullable=False),
    Column("requester_name", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("type", Words),
    Column("priority", String(10), nullable=False),
    Column("level", Words),
    Column("organisation", Key),
    Column("assignee", Key),
    Column("contract", Words),
    Column("resolution", Words),
    Column("opened_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("status_since", Moment),
    Column("fields", Json, nullable=False),
    Column("billing_basis", Words, nullable=False),
    Column("billing_amount", Amount),
    Column("billing_currency", Words),
    Column("billing_status", Words, nullable=False),
    Column("billing_invoice", Words),
    Column("survey_sent_at", Moment),
    Column("survey_score", Integer),
    Column("survey_comment", Words),
    Column("version", Id, nullable=False),
    CheckConstraint("number > 0", name="number"),
    CheckConstraint("version > 0", name="version"),
    CheckConstraint("survey_sent_at IS NOT NULL OR survey_score IS NULL", name="survey"),
    one_of("priority", "low", "normal", "high", "urgent"),
    one_of("billing_basis", "none", "time", "quote"),
    one_of("billing_status", "none", "requested", "raised", "paid"),
    Index(None, "desk", "number"),
    Index(None, "requester", "number"),
    Index(None, "organisation", "number"),
    partial("ix_tickets_open", "desk", "status", where="closed_at IS NULL"),
    partial("ix_tickets_assigned", "assignee", "number", where="closed_at IS NULL"),
)


def _children(name: str, *columns: Column[object], unique: str | None = None) -> Table:
    """The members of one list of a ticket, in their order."""
    keys = (UniqueConstraint("ticket", unique),) if unique else ()
    return Table(
        name,
        metadata,
        Column("ticket", Id, ForeignKey("tickets.number"), nullable=False),
        Column("position", Integer, nullable=False),
        *columns,
        PrimaryKeyConstraint("ticket", "position"),
        *keys,
    )


participants = _children("participants", Column("address", Key, nullable=False), unique="address")
Index(None, participants.c.address, participants.c.ticket)

tasks = _children(
    "tasks",
    Column("number", Integer, nullable=False),
    Column("title", Words, nullable=False),
    Column("role", Words),
    Column("assignee", Key),
    Column("done", Boolean, nullable=False),
    Column("due", Date),
    Column("key", Words),
    unique="number",
)

time_entries = _children(
    "time_entries",
    Column("minutes", Integer, nullable=False),
    Column("by", Words, nullable=False),
    Column("on", Date, nullable=False),
    Column("billable", Boolean, nullable=False),
    Column("text", Words, nullable=False),
    Column("rate", Words),
)
Index(None, time_entries.c.on)

quotes = _children(
    "quotes",
    Column("number", Integer, nullable=False),
    Column("amount", Amount, nullable=False),
    Column("currency", Words, nullable=False),
    Column("status", String(20), nullable=False),
    Column("text", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("sent_at", Moment),
    Column("valid_until", Date),
    Column("minutes", Integer),
    Column("template", Words, nullable=False, server_default="quote"),
    Column("reserves", Boolean, nullable=False, server_default=false()),
    unique="number",
)
quotes.append_constraint(one_of("status", "sent", "approved", "declined", "superseded", "expired"))

links = _children(
    "links", Column("kind", String(20), nullable=False), Column("to", Words, nullable=False)
)
links.append_constraint(one_of("kind", "bug", "idea", "pbi", "related", "merged", "split"))

timers = _children(
    "timers",
    Column("name", Key, nullable=False),
    Column("due_at", Moment),
    Column("seconds_left", Id),
    Column("try_at", Moment),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("last_error", Words),
    unique="name",
)
timers.append_constraint(
    CheckConstraint("(due_at IS NULL) = (seconds_left IS NOT NULL)", name="paused")
)
Index(None, timers.c.try_at)

digests = Table(
    "digests",
    metadata,
    Column("desk", Key, nullable=False),
    Column("name", Key, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("sent", Json, nullable=False),
    PrimaryKeyConstraint("desk", "name"),
)
