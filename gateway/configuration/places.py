"""Where each key of a configuration file stands.

A path is what pydantic calls a loc: keys and list indices from the root, `("desk", 0, "rates")`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """Line and column, from 1, by the path of a key or a list entry."""

    by_path: Mapping[KeyPath, tuple[int, int]] = field(default_factory=dict)

    def of(self, path: KeyPath) -> tuple[int, int]:
        """Of the path, else of its nearest ancestor that the file has; (0, 0) for the root."""
        while path and path not in self.by_path:
            path = path[:-1]
        return self.by_path.get(path, (0, 0))


@dataclass(frozen=True, slots=True)
class Text:
    """A file as plain data, with the place of each of its keys."""

    data: Mapping[str, object]
    places: Places


class Malformed(ValueError):
    """The file cannot be read as what it is: the places at fault, why, and what to do."""

    def __init__(self, *faults: tuple[int, int, str, str]) -> None:
        super().__init__(*(message for _, _, message, _ in faults))
        self.faults = faults
