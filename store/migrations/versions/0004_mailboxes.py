"""Mailboxes that are read by IMAP, and what was found in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "mailboxes",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("floor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(lease_owner IS NULL) = (lease_until IS NULL)", name=op.f("ck_mailboxes_lease")
        ),
        sa.CheckConstraint(
            "(failing_since IS NULL) = (last_error IS NULL)", name=op.f("ck_mailboxes_failing")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailboxes")),
        sa.UniqueConstraint("name", name=op.f("uq_mailboxes_name")),
    )
    op.create_table(
        "mailbox_mails",
        sa.Column("mailbox", ID, nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("inbox", ID, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.Column("filed_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(inbox IS NULL) = (reason IS NOT NULL)", name=op.f("ck_mailbox_mails_accounted")
        ),
        sa.ForeignKeyConstraint(
            ["mailbox"], ["mailboxes.id"], name=op.f("fk_mailbox_mails_mailbox")
        ),
        sa.ForeignKeyConstraint(["inbox"], ["inbox.id"], name=op.f("fk_mailbox_mails_inbox")),
        sa.PrimaryKeyConstraint("mailbox", "uidvalidity", "uid", name=op.f("pk_mailbox_mails")),
    )
    op.create_index(op.f("ix_mailbox_mails_inbox"), "mailbox_mails", ["inbox"])
    op.create_index(
        op.f("ix_mailbox_mails_unfiled"),
        "mailbox_mails",
        ["mailbox", "uidvalidity"],
        sqlite_where=sa.text("filed_at IS NULL"),
        postgresql_where=sa.text("filed_at IS NULL"),
    )
