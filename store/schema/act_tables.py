"""What happened and who may do what: journal, tokens, confirmations, brakes."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
)

from store.schema.common import metadata, one_of, partial, ticket_column
from store.types import Id, Json, Key, Moment, Words

journal = Table(
    "journal",
    metadata,
    Column("ticket", Id, ForeignKey("tickets.number"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("actor", Words, nullable=False),
    Column("what", Words, nullable=False),
    Column("from_status", Words),
    Column("to_status", Words),
    Column("message", Id, ForeignKey("messages.id")),
    Column("data", Json, nullable=False),
    PrimaryKeyConstraint("ticket", "seq"),
    CheckConstraint("seq > 0", name="seq"),
    partial("ix_journal_due", "at", where="what = 'timer_due'"),
)

standings = Table(
    "standings",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("data", Json, nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Moment, nullable=False),
    ticket_column(nullable=True),
    Column("process", Key, nullable=False),
    Column("process_version", Words, nullable=False),
    Column("standing", String(64), ForeignKey("standings.sha256"), nullable=False),
    Column("facts", Json),  # NULL: forgotten
    Column("decided", Json, nullable=False),
    Index(None, "process", "id"),
    Index(None, "ticket"),
)

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("retired_at", Moment),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Id, primary_key=True),
    Column("hint", String(16), nullable=False),
    Column("key_id", String(40), ForeignKey("signing_keys.id"), nullable=False),
    ticket_column(nullable=True),
    Column("address", Key, nullable=False),
    Column("purpose", Words, nullable=False),
    Column("version", Id, nullable=False),
    Column("issued_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("used_at", Moment),
    Index(None, "hint"),
    Index(None, "ticket", "address"),
)

holds = Table(
    "holds",
    metadata,
    Column("id", Id, primary_key=True),
    ticket_column(nullable=True),
    Column("inbox", Id, ForeignKey("inbox.id"), nullable=False),
    Column("address", Key, nullable=False),
    Column("commands", Words, nullable=False),
    Column("shows", Json, nullable=False),
    Column("state", String(10), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("settled_at", Moment),
    one_of("state", "waiting", "confirmed", "cancelled", "expired"),
    CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name="settled"),
    Index(None, "ticket", "address"),
    Index(None, "inbox"),
    partial("ix_holds_waiting", "expires_at", where="state = 'waiting'"),
)

answers = Table(
    "answers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("address", Key, nullable=False),
    Column("ticket", Id),
    Column("known", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "address", "at"),
    Index(None, "at"),
)

told = Table(
    "told",
    metadata,
    Column("key", Key, primary_key=True),
    Column("at", Moment, nullable=False),
)
