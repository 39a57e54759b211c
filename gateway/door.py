"""The way in for a program of its own: `pipe` and `import` store mails beside a running gateway.

An MTA starts `pipe` for each mail, so nothing is loaded that storing does not need: no processes,
no templates. Who handles the mails is `serve`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from gateway.accept import accept
from gateway.configuration.loading import load_configuration
from gateway.configuration.opening import open_store
from gateway.configuration.settings import Configuration
from gateway.values import RawMail
from rules.faults import Unsound
from rules.model import Desk
from store import evidence
from store.errors import StoreRefused
from store.inbox import Receipt


class Door:
    """One installation's way in. Raises Unsound where its gateway.toml has faults."""

    def __init__(self, home: Path) -> None:
        loaded = load_configuration(home)
        if not isinstance(loaded, Configuration):
            raise Unsound(loaded)
        self.configuration = loaded
        self._database = open_store(loaded.store, os.environ)
        self._begun = self._database.objects is None

    def accept(self, mails: Sequence[RawMail], *, quiet: bool = False) -> list[Receipt]:
        """Durable when it returns; a receipt for each mail and desk. Raises StoreError."""
        desks = dict(self.configuration.desks)
        try:
            return self._accept(mails, desks, quiet=quiet)
        except StoreRefused:
            # No `serve` has been here yet: the tables are made, and if that was not it, it shows.
            from store.migrate import migrate

            migrate(self._database)
            return self._accept(mails, desks, quiet=quiet)

    def _accept(
        self, mails: Sequence[RawMail], desks: dict[str, Desk], *, quiet: bool
    ) -> list[Receipt]:
        if not self._begun:
            evidence.begin(self._database)
            self._begun = True
        return accept(self._database, mails, desks, quiet=quiet)

    def close(self) -> None:
        self._database.dispose()


def open_door(home: Path) -> Door:
    """Raises Unsound, or SecretMissing where the store's password is not where it should be."""
    return Door(home)
