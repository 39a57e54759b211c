"""A copy of an SQLite store as it is at one moment, while others go on writing to it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import text

from store.database import Database, sqlite_module
from store.errors import StoreRefused, StoreUnavailable

_PAGES = 2_000
"""Of 4 kB, between two reports."""


def take(database: Database, file: Path, progress: Callable[[int, int], None]) -> None:
    """Copies the store into a new file, which then is checked as a whole and needs no other file.

    `progress` is told pages done and pages in all. The writers of the store wait for nothing: what
    they do meanwhile is not in the copy. Raises StoreUnavailable (such as a full disk),
    StoreRefused where the copy is not sound.
    """
    with database.read() as tx, closing(sqlite_module().connect(str(file))) as copy:
        tx.scalar(text("SELECT count(*) FROM sqlite_master"))  # the moment is now
        driver: Any = tx.connection.connection.driver_connection
        try:
            driver.backup(
                copy,
                pages=_PAGES,
                progress=lambda _status, left, whole: progress(whole - left, whole),
            )
            copy.execute("PRAGMA journal_mode = DELETE")
        except sqlite_module().Error as error:
            raise StoreUnavailable(f"the database could not be copied: {error}") from error
    check(file)


def check(file: Path) -> None:
    """Raises StoreRefused unless SQLite finds nothing wrong with the file and its references."""
    with closing(sqlite_module().connect(str(file))) as connection:
        try:
            said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(3)")]
            broken = connection.execute("PRAGMA foreign_key_check").fetchone()
        except sqlite_module().Error as error:
            raise StoreRefused(f"the copy of the database is not sound: {error}") from error
    if said != ["ok"] or broken:
        what = "; ".join(said) if said != ["ok"] else f"{broken[0]} refers to what is not there"
        raise StoreRefused(f"the copy of the database is not sound: {what}")


def alone(file: Path) -> bool:
    """Whether no process has the database open; what is in its log is then in the file itself."""
    with closing(sqlite_module().connect(str(file), timeout=0.5)) as connection:
        try:
            [(mode,)] = connection.execute("PRAGMA journal_mode = DELETE").fetchall()
        except sqlite_module().OperationalError:
            return False
    return bool(mode == "delete")
