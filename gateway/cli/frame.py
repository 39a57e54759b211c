"""What every verb shares: its home, what is read of it, and how it fails."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from rules.faults import Unsound

if TYPE_CHECKING:
    from gateway.app import App
    from gateway.configuration.settings import Configuration
    from gateway.door import Door
    from store.database import Database, Transaction

F = TypeVar("F", bound=Callable[..., Any])


class Wrong(click.ClickException):
    """Something is wrong that a person can mend: one line, exit code 1."""

    exit_code = 1


@dataclass
class Session:
    """One call of the command line. `chosen`: somebody said which home."""

    home: Path
    chosen: bool = True
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _labels: dict[str, Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def configuration(self) -> Configuration:
        """Raises Unsound with the faults of gateway.toml."""
        from gateway.configuration.loading import load_configuration

        loaded = load_configuration(self.home)
        if isinstance(loaded, tuple):
            raise Unsound(loaded)
        return loaded

    def labels(self, process: str) -> Mapping[str, str]:
        """What its team calls the statuses of this process."""
        from gateway.cli.processes import status_labels

        if process not in self._labels:
            self._labels[process] = status_labels(self.home, process)
        return self._labels[process]

    def start_logging(self) -> None:
        """What is logged from now on goes to standard error; help and usage need none of it."""
        from gateway.logs import configure

        configure()

    @contextmanager
    def app(self) -> Iterator[App]:
        """The installation, its store made and migrated. Raises Unsound for a home with faults."""
        from gateway.app import open_home
        from gateway.configuration.secrets import SecretMissing

        self.start_logging()
        try:
            app = open_home(self.home, create=True)
        except SecretMissing as missing:
            raise Wrong(str(missing)) from missing
        try:
            yield app
        finally:
            app.close()

    @contextmanager
    def door(self) -> Iterator[Door]:
        """The way in of the installation, for mails that `serve` will handle."""
        from gateway import door
        from gateway.configuration.secrets import SecretMissing

        self.start_logging()
        try:
            opened = door.open_door(self.home)
        except SecretMissing as missing:
            raise Wrong(str(missing)) from missing
        try:
            yield opened
        finally:
            opened.close()

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The store as `serve` left it; it is neither made nor migrated here."""
        from gateway.configuration.opening import open_store
        from gateway.configuration.secrets import SecretMissing
        from store.database import is_made
        from store.migrate import check_schema

        self.start_logging()
        if not is_made(self.configuration.store.url):
            raise Wrong(f"nothing is stored at {self.home} yet: start `serve` there first")
        try:
            database = open_store(self.configuration.store, os.environ)
        except SecretMissing as missing:
            raise Wrong(str(missing)) from missing
        try:
            check_schema(database)
            yield database
        finally:
            database.dispose()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """One moment of the store, to look at."""
        with self.database() as database, database.read() as tx:
            yield tx


pass_session = click.make_pass_decorator(Session)

as_json = click.option("--json", "as_json", is_flag=True, help="For programs: JSON (docs/json.md).")
