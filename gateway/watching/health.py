"""Whether this process does its work: what a load balancer or a service manager asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from store.database import Database
from store.errors import StoreError
from store.migrate import check_schema


class Working(Protocol):
    """A loop, as far as health is concerned."""

    @property
    def name(self) -> str: ...

    @property
    def busy_for(self) -> float:
        """Seconds since its present work began; 0 between two."""

    @property
    def failures(self) -> int:
        """How often in a row its work failed by now."""

    @property
    def alive(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """When a process counts as sick."""

    stuck: float = 900.0
    """Seconds that one piece of work may take: a slow server may take ten minutes for one mail."""
    failures: int = 5
    """In a row, of one loop."""
    free_disk: int = 0
    """Octets, below which new mail is put off."""


@dataclass(frozen=True, slots=True)
class Health:
    """`troubles`: one line for people each; none where all is well."""

    troubles: tuple[str, ...]

    @property
    def well(self) -> bool:
        return not self.troubles


def health(
    database: Database, loops: Sequence[Working], free_disk: Callable[[], int], limits: Limits
) -> Health:
    """Asks the store, the loops and the disk; never raises."""
    troubles = stuck(loops, limits)
    troubles += [
        f"the loop {loop.name} failed {loop.failures} times in a row; the log says why"
        for loop in loops
        if loop.failures >= limits.failures
    ]
    try:
        check_schema(database)
    except StoreError as error:
        troubles.append(f"the store does not answer: {error}")
    try:
        free = free_disk()
    except OSError as error:
        troubles.append(f"the home cannot be read: {error}")
    else:
        if free < limits.free_disk:
            troubles.append(f"{free // 1_000_000} MB of disk are free: new mail is put off")
    return Health(tuple(troubles))


def stuck(loops: Sequence[Working], limits: Limits) -> list[str]:
    """Loops that do nothing any more, and will not by themselves."""
    ended = [f"the loop {loop.name} has ended" for loop in loops if not loop.alive]
    hung = [loop for loop in loops if loop.busy_for > limits.stuck]
    return ended + [f"the loop {loop.name} has hung for {loop.busy_for:.0f} s" for loop in hung]
