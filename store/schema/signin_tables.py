"""What signs us in to mail servers."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Integer, String, Table

from store.schema.common import metadata
from store.types import Key, Moment, Words

access_tokens = Table(
    "access_tokens",
    metadata,
    Column("key", Key, primary_key=True),
    Column("access_token", Words),
    Column("renew_at", Moment),
    Column("expires_at", Moment),
    Column("refresh_token", Words),
    Column("seed", String(64)),
    Column("version", Integer, nullable=False),
    Column("lease_owner", Key),
    Column("lease_until", Moment),
    CheckConstraint("(access_token IS NULL) = (expires_at IS NULL)", name="expires_at"),
    CheckConstraint("(lease_owner IS NULL) = (lease_until IS NULL)", name="lease"),
)
