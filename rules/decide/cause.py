"""What brought a step about: a command with its arguments, a status, a timer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.said import Why


@dataclass(frozen=True, slots=True)
class Cause:
    """`line` is the command line as written, for the answer to what failed; empty without one."""

    name: str = ""
    line: str = ""
    arguments: Mapping[str, object] = field(default_factory=dict)
    bill: str | None = None
    """What the command says of billing, which wins over status and type."""

    def text(self, name: str) -> str:
        value = self.arguments.get(name)
        return "" if value is None else str(value)


class Refused(Exception):
    """Ends one command: nothing of its mail's commands is done, and the sender is told why."""

    def __init__(self, why: Why, **details: object) -> None:
        super().__init__(why.value)
        self.why = why
        self.details = details
