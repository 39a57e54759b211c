"""Timers whose clock stands still, and digests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("timers") as timers:
        timers.alter_column("due_at", existing_type=MOMENT, nullable=True)
        timers.alter_column("try_at", existing_type=MOMENT, nullable=True)
        timers.add_column(sa.Column("seconds_left", ID, nullable=True))
        timers.create_check_constraint(
            op.f("ck_timers_paused"), "(due_at IS NULL) = (seconds_left IS NOT NULL)"
        )
    op.create_table(
        "digests",
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("sent", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("desk", "name", name=op.f("pk_digests")),
    )
