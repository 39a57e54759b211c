"""One installation as it stands: what every mail is handled with. Made by `gateway.app` alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from gateway.configuration.settings import Configuration
from gateway.reading import Bounds
from gateway.render.environment import Renderer
from rules.decide.facts import Policy, Unverified
from rules.model import Desk, People
from rules.process import Process
from store.database import Database


@dataclass(frozen=True, slots=True)
class House:
    """Configuration, people, processes and templates that passed `check` together.

    A change of one of the files gives a new house; a mail is handled by one from first to last.
    """

    configuration: Configuration
    people: People
    processes: Mapping[str, Process]
    renderer: Renderer
    database: Database
    clock: Callable[[], datetime]
    """Aware, UTC."""
    random: Callable[[int], bytes]
    """So many bytes that nobody can guess."""

    @property
    def desks(self) -> Mapping[str, Desk]:
        return self.configuration.desks

    def process_of(self, desk: Desk) -> Process:
        return self.processes[desk.process]

    @property
    def bounds(self) -> Bounds:
        """How much of a mail is read."""
        limits = self.configuration.limits
        return Bounds(**{field.name: getattr(limits, field.name) for field in fields(Bounds)})

    def policy(self, *, quiet: bool = False) -> Policy:
        return Policy(
            unverified=Unverified(self.configuration.trust.unverified),
            operators=self.configuration.operators,
            readers=self.configuration.limits.readers,
            quiet=quiet,
        )
