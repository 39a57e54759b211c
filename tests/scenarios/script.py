"""A scenario as a folder: its files in their order, and what each of them is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tests.scenarios.incoming import Misplayed

_NAME = re.compile(
    r"(?P<number>\d+)-(?P<kind>in|out|after|at|show|status|act|refuse)(?:-(?P<rest>.+?))?"
    r"(?:\.(?:eml|json|txt))?"
)
_SPAN = re.compile(r"(\d+)-(minute|hour|day|week)s?")
HOMES = ("gateway.toml", "people.yaml")
ON_POSTGRESQL = "on-postgresql"
"""A file of this name: the scenario is played on PostgreSQL too."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `files` are several for the mails that one step is expected to send."""

    number: str
    kind: str
    rest: str
    files: tuple[Path, ...]

    @property
    def text(self) -> str:
        return self.files[0].read_text(encoding="utf-8")

    def until(self, now: datetime) -> datetime:
        """When the clock stands after `after-5-days`, `at-2026-11-23T09:00+01:00`."""
        if self.kind == "at":
            return datetime.fromisoformat(self.rest)
        span = _SPAN.fullmatch(self.rest)
        if span is None:
            raise Misplayed(f"{self.rest} is no span such as 5-days")
        return now + timedelta(**{f"{span[2]}s": int(span[1])})


def scenarios(root: Path) -> list[Path]:
    """Every folder that holds a first step, as `<process>/<name>`."""
    found = (folder for folder in root.glob("*/*") if folder.is_dir() and any(folder.glob("01-*")))
    return sorted(found)


def steps(folder: Path) -> list[Step]:
    """In the order of their numbers; `out` files of one number are one step."""
    found: list[Step] = []
    for path, name in _named(folder):
        number, kind, rest = name["number"], name["kind"], name["rest"] or ""
        if kind == "out" and found and (found[-1].number, found[-1].kind) == (number, kind):
            found[-1] = Step(number, kind, rest, (*found[-1].files, path))
        else:
            found.append(Step(number, kind, rest, (path,)))
    return found


def _named(folder: Path) -> Iterator[tuple[Path, re.Match[str]]]:
    for path in sorted(folder.iterdir()):
        if path.name in (*HOMES, ON_POSTGRESQL, "rules", "templates"):
            continue
        name = _NAME.fullmatch(path.name)
        if name is None:
            raise Misplayed(f"{path.name} is no step: see tests/scenarios/README.md")
        yield path, name


def home_files(folder: Path) -> dict[str, Path]:
    """What the installation is made of: the scenario's own files, else those of its process."""
    found: dict[str, Path] = {}
    for place in (folder.parent, folder):
        found |= {name: place / name for name in HOMES if (place / name).exists()}
    return found
