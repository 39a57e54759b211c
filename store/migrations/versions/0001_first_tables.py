"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _answers()
    _counters()
    _evidence()
    _settings()
    _signing_keys()
    _tickets()
    _told()
    _inbox()
    _links()
    _participants()
    _quotes()
    _tasks()
    _time_entries()
    _timers()
    _tokens()
    _holds()
    _messages()
    _attachments()
    _journal()
    _outbox()


def _answers() -> None:
    op.create_table(
        "answers",
        sa.Column("id", ID, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("ticket", ID, nullable=True),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
    )
    op.create_index(op.f("ix_answers_address_at"), "answers", ["address", "at"])
    op.create_index(op.f("ix_answers_at"), "answers", ["at"])


def _counters() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", ID, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("body IS NULL OR length(body) = size", name=op.f("ck_evidence_size")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_evidence_sha256")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_evidence")),
    )


def _settings() -> None:
    op.create_table(
        "settings",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_settings")),
    )


def _signing_keys() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_keys")),
    )


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("number", ID, autoincrement=False, nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("process_version", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("folded_subject", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("requester", sa.Text(), nullable=False),
        sa.Column("requester_name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=True),
        sa.Column("priority", sa.String(length=10), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("contract", sa.Text(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("status_since", MOMENT, nullable=True),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("billing_basis", sa.Text(), nullable=False),
        sa.Column("billing_amount", sa.Text(), nullable=True),
        sa.Column("billing_currency", sa.Text(), nullable=True),
        sa.Column("billing_status", sa.Text(), nullable=False),
        sa.Column("billing_invoice", sa.Text(), nullable=True),
        sa.Column("survey_sent_at", MOMENT, nullable=True),
        sa.Column("survey_score", sa.Integer(), nullable=True),
        sa.Column("survey_comment", sa.Text(), nullable=True),
        sa.Column("version", ID, nullable=False),
        sa.CheckConstraint(
            "billing_basis IN ('none', 'time', 'quote')", name=op.f("ck_tickets_billing_basis")
        ),
        sa.CheckConstraint(
            "billing_status IN ('none', 'requested', 'raised', 'paid')",
            name=op.f("ck_tickets_billing_status"),
        ),
        sa.CheckConstraint(
            "priority IN ('low', 'normal', 'high', 'urgent')", name=op.f("ck_tickets_priority")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_tickets_number")),
        sa.CheckConstraint(
            "survey_sent_at IS NOT NULL OR survey_score IS NULL", name=op.f("ck_tickets_survey")
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_tickets_version")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_tickets")),
    )
    op.create_index(
        op.f("ix_tickets_assigned"),
        "tickets",
        ["assignee", "number"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(op.f("ix_tickets_desk_number"), "tickets", ["desk", "number"])
    op.create_index(
        op.f("ix_tickets_open"),
        "tickets",
        ["desk", "status"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(op.f("ix_tickets_organisation_number"), "tickets", ["organisation", "number"])
    op.create_index(op.f("ix_tickets_requester_number"), "tickets", ["requester", "number"])


def _told() -> None:
    op.create_table(
        "told",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_told")),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("content_key", sa.String(length=64), nullable=False),
        sa.Column("raw", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("mail_from", sa.Text(), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=True),
        sa.Column("helo", sa.Text(), nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("disposition", sa.String(length=12), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("ticket", ID, nullable=True),
        sa.Column("duplicate_of", ID, nullable=True),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.Column("released", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("interruptions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try_at", MOMENT, nullable=False),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(state = 'done') = (disposition IS NOT NULL)", name=op.f("ck_inbox_accounted")
        ),
        sa.CheckConstraint(
            "(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_inbox_done_at")
        ),
        sa.CheckConstraint(
            "(state = 'working') = (lease_owner IS NOT NULL)", name=op.f("ck_inbox_lease_owner")
        ),
        sa.CheckConstraint(
            "(state = 'working') = (lease_until IS NOT NULL)", name=op.f("ck_inbox_lease_until")
        ),
        sa.CheckConstraint(
            "channel IN ('smtp', 'lmtp', 'pipe', 'imap', 'import')", name=op.f("ck_inbox_channel")
        ),
        sa.CheckConstraint(
            "disposition <> 'ticket' OR ticket IS NOT NULL", name=op.f("ck_inbox_on_ticket")
        ),
        sa.CheckConstraint(
            "disposition IN ('ticket', 'set_aside', 'quarantined', 'duplicate')",
            name=op.f("ck_inbox_disposition"),
        ),
        sa.CheckConstraint(
            "duplicate_of IS NULL OR (disposition IS NOT NULL AND disposition = 'duplicate')",
            name=op.f("ck_inbox_duplicate"),
        ),
        sa.CheckConstraint("state IN ('waiting', 'working', 'done')", name=op.f("ck_inbox_state")),
        sa.CheckConstraint(
            "disposition IS NULL OR reason IS NOT NULL", name=op.f("ck_inbox_reason")
        ),
        sa.ForeignKeyConstraint(["duplicate_of"], ["inbox.id"], name=op.f("fk_inbox_duplicate_of")),
        sa.ForeignKeyConstraint(["raw"], ["evidence.sha256"], name=op.f("fk_inbox_raw")),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_inbox_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
    )
    op.create_index(op.f("ix_inbox_disposition_id"), "inbox", ["disposition", "id"])
    op.create_index(
        op.f("ix_inbox_leased"),
        "inbox",
        ["lease_owner"],
        sqlite_where=sa.text("lease_owner IS NOT NULL"),
        postgresql_where=sa.text("lease_owner IS NOT NULL"),
    )
    op.create_index(op.f("ix_inbox_raw"), "inbox", ["raw"])
    op.create_index(op.f("ix_inbox_ticket"), "inbox", ["ticket"])
    op.create_index(
        op.f("ix_inbox_unfinished"),
        "inbox",
        ["received_at", "id"],
        sqlite_where=sa.text("state <> 'done'"),
        postgresql_where=sa.text("state <> 'done'"),
    )
    op.create_index(
        op.f("uq_inbox_first"),
        "inbox",
        ["desk", "content_key"],
        unique=True,
        sqlite_where=sa.text("duplicate_of IS NULL"),
        postgresql_where=sa.text("duplicate_of IS NULL"),
    )


def _links() -> None:
    op.create_table(
        "links",
        sa.Column("ticket", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('bug', 'idea', 'pbi', 'related', 'merged', 'split')",
            name=op.f("ck_links_kind"),
        ),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_links_ticket")),
        sa.PrimaryKeyConstraint("ticket", "position", name=op.f("pk_links")),
    )


def _participants() -> None:
    op.create_table(
        "participants",
        sa.Column("ticket", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket"], ["tickets.number"], name=op.f("fk_participants_ticket")
        ),
        sa.PrimaryKeyConstraint("ticket", "position", name=op.f("pk_participants")),
        sa.UniqueConstraint("ticket", "address", name=op.f("uq_participants_ticket_address")),
    )
    op.create_index(op.f("ix_participants_address_ticket"), "participants", ["address", "ticket"])


def _quotes() -> None:
    op.create_table(
        "quotes",
        sa.Column("ticket", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "status IN ('sent', 'approved', 'declined', 'superseded', 'expired')",
            name=op.f("ck_quotes_status"),
        ),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_quotes_ticket")),
        sa.PrimaryKeyConstraint("ticket", "position", name=op.f("pk_quotes")),
        sa.UniqueConstraint("ticket", "number", name=op.f("uq_quotes_ticket_number")),
    )


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("ticket", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_tasks_ticket")),
        sa.PrimaryKeyConstraint("ticket", "position", name=op.f("pk_tasks")),
        sa.UniqueConstraint("ticket", "number", name=op.f("uq_tasks_ticket_number")),
    )


def _time_entries() -> None:
    op.create_table(
        "time_entries",
        sa.Column("ticket", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("billable", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("rate", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket"], ["tickets.number"], name=op.f("fk_time_entries_ticket")
        ),
        sa.PrimaryKeyConstraint("ticket", "position", name=op.f("pk_time_entries")),
    )
    op.create_index(op.f("ix_time_entries_on"), "time_entries", ["on"])


def _timers() -> None:
    op.create_table(
        "timers",
        sa.Column("ticket", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("try_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_timers_ticket")),
        sa.PrimaryKeyConstraint("ticket", "position", name=op.f("pk_timers")),
        sa.UniqueConstraint("ticket", "name", name=op.f("uq_timers_ticket_name")),
    )
    op.create_index(op.f("ix_timers_try_at"), "timers", ["try_at"])


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", ID, nullable=False),
        sa.Column("hint", sa.String(length=16), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("ticket", ID, nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("version", ID, nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["key_id"], ["signing_keys.id"], name=op.f("fk_tokens_key_id")),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_tokens_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
    )
    op.create_index(op.f("ix_tokens_hint"), "tokens", ["hint"])
    op.create_index(op.f("ix_tokens_ticket_address"), "tokens", ["ticket", "address"])


def _holds() -> None:
    op.create_table(
        "holds",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket", ID, nullable=True),
        sa.Column("inbox", ID, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("commands", sa.Text(), nullable=False),
        sa.Column("shows", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(state = 'waiting') = (settled_at IS NULL)", name=op.f("ck_holds_settled")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'confirmed', 'cancelled', 'expired')", name=op.f("ck_holds_state")
        ),
        sa.ForeignKeyConstraint(["inbox"], ["inbox.id"], name=op.f("fk_holds_inbox")),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_holds_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    op.create_index(op.f("ix_holds_inbox"), "holds", ["inbox"])
    op.create_index(op.f("ix_holds_ticket_address"), "holds", ["ticket", "address"])
    op.create_index(
        op.f("ix_holds_waiting"),
        "holds",
        ["expires_at"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket", ID, nullable=False),
        sa.Column("inbox", ID, nullable=True),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("visibility", sa.String(length=8), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("sender_name", sa.Text(), nullable=False),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("cc", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("in_reply_to", sa.Text(), nullable=False),
        sa.Column("reference_ids", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("template", sa.Text(), nullable=True),
        sa.Column("raw", sa.String(length=64), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("sender_verified", sa.String(length=10), nullable=False),
        sa.Column("proof_reasons", sa.Text(), nullable=False),
        sa.Column("matched_by", sa.String(length=12), nullable=True),
        sa.Column("delivery", sa.String(length=8), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("new_text", sa.Text(), nullable=False),
        sa.Column("new_html", sa.Text(), nullable=True),
        sa.Column("folded_text", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(direction = 'in') = (inbox IS NOT NULL)", name=op.f("ck_messages_inbox")
        ),
        sa.CheckConstraint(
            "(direction = 'in') = (matched_by IS NOT NULL)", name=op.f("ck_messages_matched")
        ),
        sa.CheckConstraint(
            "(direction = 'out') = (delivery IS NOT NULL)", name=op.f("ck_messages_delivered")
        ),
        sa.CheckConstraint(
            "delivery IN ('queued', 'sent', 'failed', 'bounced')", name=op.f("ck_messages_delivery")
        ),
        sa.CheckConstraint(
            "direction = 'in' OR message_id IS NOT NULL", name=op.f("ck_messages_message_id")
        ),
        sa.CheckConstraint(
            "direction = 'in' OR recipient IS NOT NULL", name=op.f("ck_messages_recipient")
        ),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_messages_direction")),
        sa.CheckConstraint(
            "kind IN ('human', 'auto', 'bounce', 'list', 'report', 'calendar')",
            name=op.f("ck_messages_kind"),
        ),
        sa.CheckConstraint(
            "matched_by IN ('token', 'references', 'subject', 'command', 'new')",
            name=op.f("ck_messages_matched_by"),
        ),
        sa.CheckConstraint(
            "sender_verified IN ('none', 'domain', 'token', 'both', 'confirmed')",
            name=op.f("ck_messages_sender_verified"),
        ),
        sa.CheckConstraint(
            "visibility IN ('public', 'internal')", name=op.f("ck_messages_visibility")
        ),
        sa.ForeignKeyConstraint(["inbox"], ["inbox.id"], name=op.f("fk_messages_inbox")),
        sa.ForeignKeyConstraint(["raw"], ["evidence.sha256"], name=op.f("fk_messages_raw")),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_messages_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("inbox", name=op.f("uq_messages_inbox")),
    )
    op.create_index(op.f("ix_messages_message_id"), "messages", ["message_id"])
    op.create_index(op.f("ix_messages_raw"), "messages", ["raw"])
    op.create_index(op.f("ix_messages_ticket_id"), "messages", ["ticket", "id"])
    op.create_index(
        op.f("uq_messages_copy"),
        "messages",
        ["message_id", "recipient"],
        unique=True,
        sqlite_where=sa.text("direction = 'out'"),
        postgresql_where=sa.text("direction = 'out'"),
    )


def _attachments() -> None:
    op.create_table(
        "attachments",
        sa.Column("message", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=True),
        sa.Column("inline", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_attachments_message")),
        sa.ForeignKeyConstraint(
            ["sha256"], ["evidence.sha256"], name=op.f("fk_attachments_sha256")
        ),
        sa.PrimaryKeyConstraint("message", "position", name=op.f("pk_attachments")),
    )
    op.create_index(op.f("ix_attachments_sha256"), "attachments", ["sha256"])


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("ticket", ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("from_status", sa.Text(), nullable=True),
        sa.Column("to_status", sa.Text(), nullable=True),
        sa.Column("message", ID, nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.CheckConstraint("seq > 0", name=op.f("ck_journal_seq")),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_journal_message")),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_journal_ticket")),
        sa.PrimaryKeyConstraint("ticket", "seq", name=op.f("pk_journal")),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket", ID, nullable=True),
        sa.Column("message", ID, nullable=True),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("envelope_from", sa.Text(), nullable=False),
        sa.Column("raw", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("give_up_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("interruptions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_status", sa.Text(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(state = 'working') = (lease_owner IS NOT NULL)", name=op.f("ck_outbox_lease_owner")
        ),
        sa.CheckConstraint(
            "(state = 'working') = (lease_until IS NOT NULL)", name=op.f("ck_outbox_lease_until")
        ),
        sa.CheckConstraint(
            "(state IN ('sent', 'failed')) = (done_at IS NOT NULL)", name=op.f("ck_outbox_done_at")
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'working', 'sent', 'failed')", name=op.f("ck_outbox_state")
        ),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_outbox_message")),
        sa.ForeignKeyConstraint(["raw"], ["evidence.sha256"], name=op.f("fk_outbox_raw")),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_outbox_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("message", name=op.f("uq_outbox_message")),
        sa.UniqueConstraint("message_id", "recipient", name=op.f("uq_outbox_message_id_recipient")),
    )
    op.create_index(
        op.f("ix_outbox_due"),
        "outbox",
        ["due_at", "id"],
        sqlite_where=sa.text("state IN ('queued', 'working')"),
        postgresql_where=sa.text("state IN ('queued', 'working')"),
    )
    op.create_index(
        op.f("ix_outbox_failed"),
        "outbox",
        ["id"],
        sqlite_where=sa.text("state = 'failed'"),
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.create_index(
        op.f("ix_outbox_leased"),
        "outbox",
        ["lease_owner"],
        sqlite_where=sa.text("lease_owner IS NOT NULL"),
        postgresql_where=sa.text("lease_owner IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_outbox_order"),
        "outbox",
        ["ticket", "recipient", "id"],
        sqlite_where=sa.text("state IN ('queued', 'working')"),
        postgresql_where=sa.text("state IN ('queued', 'working')"),
    )
    op.create_index(op.f("ix_outbox_raw"), "outbox", ["raw"])
    op.create_index(op.f("ix_outbox_ticket"), "outbox", ["ticket"])
