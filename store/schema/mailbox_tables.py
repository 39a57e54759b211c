"""Mailboxes that are read: who reads each at this time, how far, and what was found in it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Table,
)

from store.schema.common import metadata, partial
from store.types import Id, Key, Moment, Words

mailboxes = Table(
    "mailboxes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Key, nullable=False, unique=True),
    Column("uidvalidity", BigInteger),
    Column("floor", BigInteger, nullable=False, server_default="0"),
    Column("lease_owner", Key),
    Column("lease_until", Moment),
    Column("read_at", Moment),
    Column("failing_since", Moment),
    Column("last_error", Words),
    CheckConstraint("(lease_owner IS NULL) = (lease_until IS NULL)", name="lease"),
    CheckConstraint("(failing_since IS NULL) = (last_error IS NULL)", name="failing"),
)
"""`floor`: every UID up to it, of this UIDVALIDITY, is in `mailbox_mails` or was gone."""

mailbox_mails = Table(
    "mailbox_mails",
    metadata,
    Column("mailbox", Id, ForeignKey("mailboxes.id"), nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("size", Id, nullable=False),
    Column("inbox", Id, ForeignKey("inbox.id")),
    Column("reason", Words),
    Column("taken_at", Moment, nullable=False),
    Column("filed_at", Moment),
    PrimaryKeyConstraint("mailbox", "uidvalidity", "uid"),
    CheckConstraint("(inbox IS NULL) = (reason IS NOT NULL)", name="accounted"),
    Index(None, "inbox"),
    partial("ix_mailbox_mails_unfiled", "mailbox", "uidvalidity", where="filed_at IS NULL"),
)
"""One mail by its key on the server (RFC 9051, 2.3.1.1): durable in `inbox`, or left there for
`reason`. `filed_at`: when the server was told, by a flag or a move."""
