"""What the command line asks of `gateway.app`, which alone puts the parts together."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, cast

from gateway.configuration.settings import Configuration
from gateway.values import RawMail
from store.inbox import Receipt


class Acted(Protocol):
    """What an operator's command did."""

    @property
    def lines(self) -> Sequence[str]:
        """What happened, or why it did not, a sentence each."""

    @property
    def refused(self) -> bool: ...


class App(Protocol):
    """One installation, open."""

    @property
    def configuration(self) -> Configuration: ...

    def serve(self) -> int:
        """Until SIGTERM; the exit code."""

    def accept(self, mails: Sequence[RawMail], *, quiet: bool = False) -> list[Receipt]:
        """Durable when it returns; a receipt for each mail and desk. Raises StoreError."""

    def act(self, number: int, text: str, address: str) -> Acted | None:
        """By the rights of `address`; None where there is no such ticket."""

    def close(self) -> None: ...


class Application(Protocol):
    """The functions of `gateway.app` that are called from here."""

    def open_home(self, home: Path, *, create: bool = False) -> App:
        """`create`: make and migrate the store. Raises `Unsound` for a home with faults."""

    def explain(self, home: Path | None, file: str, octets: bytes) -> Mapping[str, object]:
        """The object of `explain --json`; without a home what can be known of the mail alone."""


def application() -> Application:
    """The one of this program, imported when it is first needed."""
    return cast(Application, importlib.import_module("gateway.app"))
