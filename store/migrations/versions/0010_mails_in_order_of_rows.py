"""Mails are taken in the order of their rows, and those that were tried have an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

UNFINISHED = sa.text("state <> 'done'")
TRIED = sa.text("state <> 'done' AND attempts > 0")


def upgrade() -> None:
    op.drop_index("ix_inbox_unfinished", "inbox")
    for name, rows in (("ix_inbox_unfinished", UNFINISHED), ("ix_inbox_tried", TRIED)):
        op.create_index(name, "inbox", ["id"], sqlite_where=rows, postgresql_where=rows)
