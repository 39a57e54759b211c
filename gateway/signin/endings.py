"""When secrets end that sign us in: what stands in the file of a client, or in its certificate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from gateway.configuration import certificates
from gateway.configuration.settings import Configuration

FORETOLD: Final = (1, 3, 7, 14, 30)
"""Days before the end, each told once."""


@dataclass(frozen=True, slots=True)
class Ending:
    """`what` ends with the day `on`; `file` names the client."""

    what: str
    file: Path
    on: date

    def left(self, today: date) -> int:
        """Days; below zero it has ended."""
        return (self.on - today).days

    def stage(self, today: date) -> int | None:
        """Which of FORETOLD it is time for, -1 once it has ended; None: there is time."""
        left = self.left(today)
        return -1 if left < 0 else next((days for days in FORETOLD if left <= days), None)


def endings(configuration: Configuration) -> Iterator[Ending]:
    """Of every client whose end is known."""
    for file, client in configuration.oauth2.items():
        if client.certificate is not None:
            try:
                on = certificates.ends_at(client.certificate).date()
            except (certificates.Unusable, OSError):
                continue  # signing in says what is wrong with it
            yield Ending(f"the certificate {client.certificate.name}", file, on)
        elif client.expires is not None:
            yield Ending("the client secret", file, client.expires)
