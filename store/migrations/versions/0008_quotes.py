"""What a quote asks for in time, the mail that brought it, whether it reserves a budget."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("quotes", sa.Column("minutes", sa.Integer(), nullable=True))
    op.add_column(
        "quotes", sa.Column("template", sa.Text(), nullable=False, server_default="quote")
    )
    op.add_column(
        "quotes", sa.Column("reserves", sa.Boolean(), nullable=False, server_default=sa.false())
    )
