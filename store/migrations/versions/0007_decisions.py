"""What was known at each decision, so that it can be made once more; timers that fell due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "standings",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_standings")),
    )
    op.create_table(
        "decisions",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("ticket", ID, nullable=True),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("process_version", sa.Text(), nullable=False),
        sa.Column("standing", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.Text(), nullable=True),
        sa.Column("decided", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_decisions_ticket")),
        sa.ForeignKeyConstraint(
            ["standing"], ["standings.sha256"], name=op.f("fk_decisions_standing")
        ),
    )
    op.create_index(op.f("ix_decisions_process_id"), "decisions", ["process", "id"])
    op.create_index(op.f("ix_decisions_ticket"), "decisions", ["ticket"])
    due = sa.text("what = 'timer_due'")
    op.create_index("ix_journal_due", "journal", ["at"], sqlite_where=due, postgresql_where=due)
