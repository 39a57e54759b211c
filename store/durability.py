"""Whether the database keeps what it has committed when the power goes.

Of PostgreSQL: https://www.postgresql.org/docs/current/runtime-config-wal.html; SQLite is opened so
that it does (`store/database.py`).
"""

from __future__ import annotations

from sqlalchemy import text

from store.database import Database

_SWITCHED_OFF = text(
    "SELECT name FROM pg_settings WHERE setting = 'off'"
    " AND name IN ('fsync', 'full_page_writes', 'synchronous_commit') ORDER BY name"
)


def weakness(database: Database) -> str:
    """What is set so that an acknowledged mail can be lost, and the mend; "" where nothing is."""
    if database.is_sqlite:
        return ""
    with database.read() as tx:
        names = [row.name for row in tx.rows(_SWITCHED_OFF)]
    if not names:
        return ""
    return (
        f"PostgreSQL says a commit is done before it is on the disk ({', '.join(names)} = off): "
        "mail that was acknowledged can be lost; set it to on"
    )
