"""The tables. Their constraints carry the guarantees; the functions beside only use them.

Partial indexes keep the costs flat: what is done leaves the index of what is to do.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    text,
)

from store.types import Amount, Id, Json, Key, Moment, Words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _one_of(column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    return Index(
        name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where)
    )


def _sha256(*, nullable: bool = False) -> Column[str]:
    return Column("raw", String(64), ForeignKey("evidence.sha256"), nullable=nullable)


def _of_ticket(*, nullable: bool = False) -> Column[int]:
    return Column("ticket", Id, ForeignKey("tickets.number"), nullable=nullable)


evidence = Table(
    "evidence",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", Id, nullable=False),
    Column("body", LargeBinary),  # NULL: the bytes are kept outside of the database
    CheckConstraint("length(sha256) = 64", name="sha256"),
    CheckConstraint("body IS NULL OR length(body) = size", name="size"),
)

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
    _one_of("priority", "low", "normal", "high", "urgent"),
    _one_of("billing_basis", "none", "time", "quote"),
    _one_of("billing_status", "none", "requested", "raised", "paid"),
    Index(None, "desk", "number"),
    Index(None, "requester", "number"),
    Index(None, "organisation", "number"),
    _partial("ix_tickets_open", "desk", "status", where="closed_at IS NULL"),
    _partial("ix_tickets_assigned", "assignee", "number", where="closed_at IS NULL"),
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
    unique="number",
)
quotes.append_constraint(_one_of("status", "sent", "approved", "declined", "superseded", "expired"))

links = _children(
    "links", Column("kind", String(20), nullable=False), Column("to", Words, nullable=False)
)
links.append_constraint(_one_of("kind", "bug", "idea", "pbi", "related", "merged", "split"))

timers = _children(
    "timers",
    Column("name", Key, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("try_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("last_error", Words),
    unique="name",
)
Index(None, timers.c.try_at)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("desk", Key, nullable=False),
    Column("content_key", String(64), nullable=False),
    _sha256(),
    Column("channel", String(10), nullable=False),
    Column("mail_from", Words, nullable=False),
    Column("recipients", Json, nullable=False),
    Column("peer", Words),
    Column("helo", Words),
    Column("received_at", Moment, nullable=False),
    Column("state", String(10), nullable=False),
    Column("disposition", String(12)),
    Column("reason", Words),
    _of_ticket(nullable=True),
    Column("duplicate_of", Id, ForeignKey("inbox.id")),
    Column("quiet", Boolean, nullable=False),
    Column("released", Json, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("interruptions", Integer, nullable=False, server_default="0"),
    Column("next_try_at", Moment, nullable=False),
    Column("lease_owner", Key),
    Column("lease_until", Moment),
    Column("last_error", Words),
    Column("done_at", Moment),
    _one_of("channel", "smtp", "lmtp", "pipe", "imap", "import"),
    _one_of("state", "waiting", "working", "done"),
    _one_of("disposition", "ticket", "set_aside", "quarantined", "duplicate"),
    CheckConstraint("(state = 'done') = (disposition IS NOT NULL)", name="accounted"),
    CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done_at"),
    CheckConstraint("disposition IS NULL OR reason IS NOT NULL", name="reason"),
    CheckConstraint("disposition <> 'ticket' OR ticket IS NOT NULL", name="on_ticket"),
    CheckConstraint(
        "duplicate_of IS NULL OR (disposition IS NOT NULL AND disposition = 'duplicate')",
        name="duplicate",
    ),
    CheckConstraint("(state = 'working') = (lease_owner IS NOT NULL)", name="lease_owner"),
    CheckConstraint("(state = 'working') = (lease_until IS NOT NULL)", name="lease_until"),
    _partial("uq_inbox_first", "desk", "content_key", where="duplicate_of IS NULL", unique=True),
    _partial("ix_inbox_unfinished", "received_at", "id", where="state <> 'done'"),
    _partial("ix_inbox_leased", "lease_owner", where="lease_owner IS NOT NULL"),
    Index(None, "disposition", "id"),
    Index(None, "ticket"),
    Index(None, "raw"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Id, primary_key=True),
    _of_ticket(),
    Column("inbox", Id, ForeignKey("inbox.id"), unique=True),
    Column("direction", String(3), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("visibility", String(8), nullable=False),
    Column("sender", Words, nullable=False),
    Column("sender_name", Words, nullable=False),
    Column("by_staff", Boolean, nullable=False),
    Column("to", Json, nullable=False),
    Column("cc", Json, nullable=False),
    Column("recipient", Key),
    Column("subject", Words, nullable=False),
    Column("message_id", Key),
    Column("in_reply_to", Json, nullable=False),
    Column("reference_ids", Json, nullable=False),
    Column("at", Moment, nullable=False),
    Column("template", Words),
    _sha256(),
    Column("size", Id, nullable=False),
    Column("sender_verified", String(10), nullable=False),
    Column("proof_reasons", Json, nullable=False),
    Column("matched_by", String(12)),
    Column("delivery", String(8)),
    Column("language", Words),
    Column("new_text", Words, nullable=False),
    Column("new_html", Words),
    Column("folded_text", Words, nullable=False),
    _one_of("direction", "in", "out"),
    _one_of("kind", "human", "auto", "bounce", "list", "report", "calendar"),
    _one_of("visibility", "public", "internal"),
    _one_of("sender_verified", "none", "domain", "token", "both", "confirmed"),
    _one_of("matched_by", "token", "references", "subject", "command", "new"),
    _one_of("delivery", "queued", "sent", "failed", "bounced"),
    CheckConstraint("(direction = 'in') = (inbox IS NOT NULL)", name="inbox"),
    CheckConstraint("(direction = 'in') = (matched_by IS NOT NULL)", name="matched"),
    CheckConstraint("(direction = 'out') = (delivery IS NOT NULL)", name="delivered"),
    CheckConstraint("direction = 'in' OR recipient IS NOT NULL", name="recipient"),
    CheckConstraint("direction = 'in' OR message_id IS NOT NULL", name="message_id"),
    Index(None, "ticket", "id"),
    Index(None, "message_id"),
    Index(None, "raw"),
    _partial("uq_messages_copy", "message_id", "recipient", where="direction = 'out'", unique=True),
)

attachments = Table(
    "attachments",
    metadata,
    Column("message", Id, ForeignKey("messages.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", Words, nullable=False),
    Column("type", Words, nullable=False),
    Column("size", Id, nullable=False),
    Column("sha256", String(64), ForeignKey("evidence.sha256"), nullable=False),
    Column("content_id", Words),
    Column("inline", Boolean, nullable=False),
    PrimaryKeyConstraint("message", "position"),
    Index(None, "sha256"),
)

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
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    _of_ticket(nullable=True),
    Column("message", Id, ForeignKey("messages.id"), unique=True),
    Column("recipient", Key, nullable=False),
    Column("envelope_from", Words, nullable=False),
    _sha256(),
    Column("message_id", Key, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("give_up_at", Moment, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("interruptions", Integer, nullable=False, server_default="0"),
    Column("last_status", Words),
    Column("last_error", Words),
    Column("lease_owner", Key),
    Column("lease_until", Moment),
    Column("done_at", Moment),
    _one_of("state", "queued", "working", "sent", "failed"),
    CheckConstraint("(state = 'working') = (lease_owner IS NOT NULL)", name="lease_owner"),
    CheckConstraint("(state = 'working') = (lease_until IS NOT NULL)", name="lease_until"),
    CheckConstraint("(state IN ('sent', 'failed')) = (done_at IS NOT NULL)", name="done_at"),
    UniqueConstraint("message_id", "recipient"),
    _partial("ix_outbox_due", "due_at", "id", where="state IN ('queued', 'working')"),
    _partial(
        "ix_outbox_order", "ticket", "recipient", "id", where="state IN ('queued', 'working')"
    ),
    _partial("ix_outbox_leased", "lease_owner", where="lease_owner IS NOT NULL"),
    _partial("ix_outbox_failed", "id", where="state = 'failed'"),
    Index(None, "ticket"),
    Index(None, "raw"),
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
    _of_ticket(nullable=True),
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
    _of_ticket(nullable=True),
    Column("inbox", Id, ForeignKey("inbox.id"), nullable=False),
    Column("address", Key, nullable=False),
    Column("commands", Words, nullable=False),
    Column("shows", Json, nullable=False),
    Column("state", String(10), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("settled_at", Moment),
    _one_of("state", "waiting", "confirmed", "cancelled", "expired"),
    CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name="settled"),
    Index(None, "ticket", "address"),
    Index(None, "inbox"),
    _partial("ix_holds_waiting", "expires_at", where="state = 'waiting'"),
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
