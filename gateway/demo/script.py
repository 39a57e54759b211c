"""Who writes what in the demo of a process: data out of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from rules.loading import SHIPPED
from rules.source import parse

FOLDER = SHIPPED / "demo"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(_Part):
    """One mail. `says` is for the audience; exactly one of the others says what kind it is:

    `writes`: a new mail to the desk. `answers`: to the latest mail that this person received.
    `taps`: the link of that mail which writes `command`; `text` is added below it.
    """

    says: str
    writes: str | None = None
    answers: str | None = None
    taps: str | None = None
    command: str = ""
    subject: str = ""
    text: str = ""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if sum(kind is not None for kind in (self.writes, self.answers, self.taps)) != 1:
            raise ValueError("a step has exactly one of: writes, answers, taps")
        if (self.taps is None) != (self.command == ""):
            raise ValueError("command belongs to taps")
        return self

    @property
    def author(self) -> str:
        """`Jan Maes <jan@acme.example>`"""
        return self.writes or self.answers or self.taps or ""


class Script(_Part):
    """A demo. `desk` is the address that is written to; `desks` and `people` are what gateway.toml
    and people.yaml say of them, as they stand there."""

    title: str
    desk: str
    desks: str
    people: str
    steps: tuple[Step, ...]


def names(folder: Path = FOLDER) -> list[str]:
    """The processes that have a demo."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def load(name: str, folder: Path = FOLDER) -> Script:
    """Raises ValueError where the file is none (pydantic's names the place)."""
    path = folder / f"{name}.yaml"
    source = parse(path.read_text(encoding="utf-8"), path.name)
    if source.faults:
        raise ValueError("\n".join(str(fault) for fault in source.faults))
    return Script.model_validate(source.data)
