"""An index of the mails whose bytes are in the database, which may be moved out of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

INSIDE = sa.text("body IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_evidence_inside",
        "evidence",
        ["sha256"],
        sqlite_where=INSIDE,
        postgresql_where=INSIDE,
    )
