"""`backup`: an installation into one file while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from errno import EBUSY, EEXIST
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway.backup import archive
from gateway.backup.archive import DATABASE, Manifest, Progress
from gateway.configuration.settings import Configuration
from gateway.configuration.urls import Maildir
from store import copying, evidence, snapshot
from store.database import Database
from store.migrate import migrate, revision


@dataclass(frozen=True, slots=True)
class Made:
    """`left_out`: what the installation needs and is not in the file."""

    file: Path
    size: int
    manifest: Manifest
    left_out: tuple[str, ...]


def make(
    home: Path,
    configuration: Configuration,
    database: Database,
    file: Path,
    now: datetime,
    progress: Progress,
) -> Made:
    """Raises FileExistsError, OSError such as a full disk, StoreError. The copy is of one moment;
    `serve` goes on meanwhile."""
    if file.exists():
        raise FileExistsError(EEXIST, "is there already, and is not overwritten", str(file))
    with TemporaryDirectory(prefix=f".{file.name}-", dir=file.parent) as folder:
        copy = Path(folder) / DATABASE
        rows, lost = _copy_rows(database, copy, progress)
        manifest = Manifest(now.isoformat(), revision(database) or "", rows, lost)
        sources = {str(path.relative_to(home)): path for path in archive.members(home)}
        archive.write(file, manifest, {DATABASE: copy, **sources}, progress)
    return Made(file, file.stat().st_size, manifest, tuple(_left_out(configuration)))


def _copy_rows(
    database: Database, file: Path, progress: Progress
) -> tuple[dict[str, int], tuple[str, ...]]:
    """All rows as an SQLite file, with the bytes of every mail; those mails whose bytes are lost.

    SQLite's own copy where it is SQLite; else table by table, within one snapshot.
    """
    copy = Database(f"sqlite:///{file}", database.objects)
    try:
        if database.is_sqlite:
            snapshot.take(database, file, lambda done, whole: progress("copying", done, whole))
        else:
            migrate(copy)
            with database.read() as source, copy.migration() as target:
                copying.copy(source, target, progress)
        lost = evidence.bring_in(copy, lambda done: progress("fetching mails", done, 0))
        with copy.read() as tx:
            rows = copying.count(tx)
    finally:
        copy.dispose()
    if not snapshot.alone(file):
        raise OSError(EBUSY, "the copy is in use", str(file))
    snapshot.check(file)
    return rows, lost


def _left_out(configuration: Configuration) -> Iterator[str]:
    """Secrets stay where they are, and mails that left are somebody else's by now."""
    for section in (configuration.store, configuration.delivery, *configuration.mailboxes):
        if section.password_file is not None:
            yield str(section.password_file)
        if section.oauth2 is not None:
            yield str(section.oauth2)
        if section.password_env is not None:
            yield f"the environment's {section.password_env}"
    for file in (configuration.smtp.tls_cert, configuration.smtp.tls_key):
        if file is not None:
            yield str(file)
    if isinstance(configuration.delivery.url, Maildir):
        yield f"{configuration.delivery.url.path} (mails that left; each is in the store too)"
