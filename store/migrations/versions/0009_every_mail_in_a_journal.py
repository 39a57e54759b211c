"""Journals tell of the mails that changed nothing, of which they did not tell at first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

# At the end of each journal, with the time at which the mail came: what is there keeps its place.
TELL = sa.text(
    """
    INSERT INTO journal (ticket, seq, at, actor, what, message, data)
    SELECT m.ticket,
           (SELECT COALESCE(MAX(j.seq), 0) FROM journal AS j WHERE j.ticket = m.ticket)
               + ROW_NUMBER() OVER (PARTITION BY m.ticket ORDER BY m.id),
           m.at, m.sender, 'wrote', m.id, :data
    FROM messages AS m
    WHERE m.inbox IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM journal AS j WHERE j.ticket = m.ticket AND j.message = m.id
    )
    """
)


def upgrade() -> None:
    note = '{"effect":"Note","what":"wrote","text":""}'
    op.get_bind().execute(TELL.bindparams(sa.bindparam("data", note, sa.Text())))
