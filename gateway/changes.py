"""The files of a home while it is served: changed ones are taken up as soon as they pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import structlog

from gateway.handle.operators import tell_operators
from gateway.house import House
from gateway.stranding import stranded_by
from rules.faults import Fault, Unsound
from store import brakes
from store.database import Database

log = structlog.get_logger(__name__)

_TOLD = 20
"""Faults that a mail to the operators lists; the log has all."""

Load = Callable[[Path, Database, Callable[[], datetime]], House]


class Files:
    """`house` is the installation as its files said when they last passed."""

    def __init__(self, home: Path, house: House, load: Load, queued: Callable[[], None]) -> None:
        self.house = house
        self._home = home
        self._load = load
        self._queued = queued
        self._stamps = _stamps(home)
        self._refused: House | None = None
        """Changed files that would strand open tickets."""

    def look(self) -> bool:
        """Takes up changed files that pass; says what is wrong with those that do not."""
        stamps = _stamps(self._home)
        if stamps != self._stamps:
            self._stamps, self._refused = stamps, None
            self._read_again()
        elif self._refused is not None:
            # The tickets that it would have stranded may have gone on.
            self._take_up(self._refused)
        return False

    def _read_again(self) -> None:
        try:
            fresh = self._load(self._home, self.house.database, self.house.clock)
        except Unsound as unsound:
            _log_faults(unsound.faults)
        else:
            self._take_up(fresh)

    def _take_up(self, fresh: House) -> None:
        """The house is the fresh one from now on, unless that would strand open tickets."""
        faults = stranded_by(self._home, fresh)
        if faults:
            if self._refused is None:
                _log_faults(faults)
                self._tell_refused(faults)
            self._refused = fresh
            return
        # Where it listens, stores and delivers stays as it was started.
        configuration = replace(
            fresh.configuration,
            store=self.house.configuration.store,
            smtp=self.house.configuration.smtp,
            watch=self.house.configuration.watch,
            delivery=self.house.configuration.delivery,
        )
        self.house, self._refused = replace(fresh, configuration=configuration), None
        log.info("changed files taken up")

    def _tell_refused(self, faults: Sequence[Fault]) -> None:
        """One mail for one change, whichever of several processes sees it first."""
        house = self.house
        key = "refused change " + sha256("\n".join(map(str, faults)).encode()).hexdigest()
        details = {f"{n}": str(fault) for n, fault in enumerate(faults[:_TOLD], 1)}
        with house.database.transaction() as tx:
            if brakes.tell_once(tx, key, house.clock()):
                desk = next(iter(house.desks.values()))
                tell_operators(tx, house, desk, "refused_change", details)
        self._queued()


def _log_faults(faults: Sequence[Fault]) -> None:
    for fault in faults:
        log.error("changed files are not taken up", fault=str(fault))


def _stamps(home: Path) -> Mapping[str, tuple[int, int]]:
    """When the files that make an installation changed last, and their sizes."""
    files = [home / "gateway.toml", home / "people.yaml"]
    for folder in (home / "rules", home / "templates"):
        files += sorted(path for path in folder.rglob("*") if path.is_file())
    found = {}
    for file in files:
        with suppress(OSError):
            stat = file.stat()
            found[str(file)] = (stat.st_mtime_ns, stat.st_size)
    return found
