"""`restore`: an installation out of a backup, into an empty home or an empty database.

Where gateway.toml of the home names PostgreSQL the rows go there: that is how an installation
moves from SQLite to PostgreSQL, and back.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from errno import EBUSY, EEXIST
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway.backup import archive
from gateway.backup.archive import DATABASE, Manifest, Progress
from gateway.configuration.loading import load_configuration
from gateway.configuration.opening import open_store
from gateway.configuration.settings import Configuration
from rules.faults import Unsound
from store import copying, evidence, snapshot
from store.database import Database
from store.errors import StoreRefused
from store.migrate import migrate
from store.status import status


@dataclass(frozen=True, slots=True)
class Restored:
    """`kept`: files of the home that differ from those of the backup, and stayed as they were.
    `aside`: what was set aside for the backup's. `status`: the numbers of the restored store."""

    manifest: Manifest
    rows: Mapping[str, int]
    store: str
    kept: tuple[str, ...]
    aside: tuple[str, ...]
    status: Mapping[str, int]


def restore(
    home: Path, file: Path, now: datetime, progress: Progress, *, overwrite: bool = False
) -> Restored:
    """Raises Unfit (the file), Unsound (the gateway.toml that is to be used), StoreError, OSError.
    What fails may be done again: it leaves at most files that are the same as the backup's.

    Args:
        overwrite: what the home has is set aside, files and SQLite database alike.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".restore-", dir=home) as folder:
        manifest = archive.unpack(file, Path(folder), progress)
        copy = Path(folder) / DATABASE
        snapshot.check(copy)
        _upgrade(copy, manifest)
        stamp = f"before-{now:%Y%m%dT%H%M%SZ}"
        kept, aside = _place_files(home, Path(folder), manifest, stamp if overwrite else None)
        configuration = _configuration(home)
        target = open_store(configuration.store, os.environ)
        try:
            if target.is_sqlite:
                aside += _place_database(target, copy, stamp if overwrite else None)
            else:
                _copy_rows(target, copy, progress)
            evidence.begin(target)
            return _restored(manifest, target, kept, aside, now)
        finally:
            target.dispose()


def _upgrade(copy: Path, manifest: Manifest) -> None:
    """To the tables of this version. Raises StoreTooNew, StoreRefused where rows are missing."""
    database = Database(f"sqlite:///{copy}")
    try:
        migrate(database)
        with database.read() as tx:
            found = copying.count(tx)
    finally:
        database.dispose()
    wrong = [name for name, number in manifest.rows.items() if found.get(name) != number]
    if wrong:
        raise StoreRefused(f"the backup has not the rows that it should: {', '.join(wrong)}")


def _place_files(
    home: Path, folder: Path, manifest: Manifest, stamp: str | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those that the home has not; of those that differ, which were kept and which set aside."""
    kept, aside = [], []
    for name in manifest.files:
        new, old = folder / name, home / name
        if name == DATABASE or (old.is_file() and old.read_bytes() == new.read_bytes()):
            continue
        if old.exists() and stamp is None:
            kept.append(name)
            continue
        if old.exists():
            old.rename(old.with_name(f"{old.name}.{stamp}"))
            aside.append(f"{old.name}.{stamp}")
        old.parent.mkdir(parents=True, exist_ok=True)
        new.rename(old)
    return tuple(kept), tuple(aside)


def _configuration(home: Path) -> Configuration:
    loaded = load_configuration(home)
    if isinstance(loaded, tuple):
        raise Unsound(loaded)
    return loaded


def _place_database(target: Database, copy: Path, stamp: str | None) -> tuple[str, ...]:
    file = Path(str(target.url.database))
    aside = []
    if file.exists():
        if stamp is None:
            text = "there is a store already; --overwrite sets it aside"
            raise FileExistsError(EEXIST, text, str(file))
        if not snapshot.alone(file):
            raise OSError(EBUSY, "the store is in use: stop `serve` first", str(file))
        file.rename(file.with_name(f"{file.name}.{stamp}"))
        aside.append(f"{file.name}.{stamp}")
    for log in (f"{file}-wal", f"{file}-shm"):
        Path(log).unlink(missing_ok=True)  # of a store that is gone: SQLite would play it into ours
    if not snapshot.alone(copy):
        raise OSError(EBUSY, "the copy is in use", str(copy))
    file.parent.mkdir(parents=True, exist_ok=True)
    os.link(copy, file)
    return tuple(aside)


def _copy_rows(target: Database, copy: Path, progress: Progress) -> None:
    source = Database(f"sqlite:///{copy}")
    migrate(target)
    try:
        with source.read() as rows, target.transaction() as tx:
            copying.copy(rows, tx, progress)
    finally:
        source.dispose()


def _restored(
    manifest: Manifest,
    target: Database,
    kept: tuple[str, ...],
    aside: tuple[str, ...],
    now: datetime,
) -> Restored:
    with target.read() as tx:
        rows, numbers = copying.count(tx), status(tx, now)
    store = target.url.render_as_string(hide_password=True)
    return Restored(manifest, rows, store, kept, aside, numbers)
