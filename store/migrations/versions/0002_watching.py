"""How long an answer took since the mail that it answers arrived, and canaries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("outbox", sa.Column("arrived_at", MOMENT, nullable=True))
    op.create_table(
        "canaries",
        sa.Column("code", sa.String(length=26), nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("slot", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("returned_at", MOMENT, nullable=True),
        sa.Column("missed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_canaries")),
        sa.UniqueConstraint("desk", "slot", name=op.f("uq_canaries_desk_slot")),
    )
