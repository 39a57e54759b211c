"""What the gateway knows of its own health."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, UniqueConstraint

from store.schema.common import metadata
from store.types import Key, Moment

canaries = Table(
    "canaries",
    metadata,
    Column("code", String(26), primary_key=True),
    Column("desk", Key, nullable=False),
    Column("slot", Moment, nullable=False),
    Column("sent_at", Moment, nullable=False),
    Column("returned_at", Moment),
    Column("missed_at", Moment),
    UniqueConstraint("desk", "slot"),
)
"""Mails that a desk sends to itself through the outside world; one for each slot of time."""
