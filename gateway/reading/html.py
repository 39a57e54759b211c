"""HTML bodies: as text, the new part alone, and made safe."""

from __future__ import annotations

from collections.abc import Collection

import nh3
from inscriptis import get_text


def to_text(markup: str) -> str:
    """The text a reader sees. Never raises."""
    return get_text(markup)


def cut(markup: str, new_text: str) -> str | None:  # noqa: ARG001
    """The HTML of the new part alone, or None where it does not surely say `new_text`."""
    return None


def drop_lines(markup: str, lines: Collection[str]) -> str | None:  # noqa: ARG001
    """`markup` without those lines, or None where that cannot be done surely."""
    return None


def sanitise(markup: str) -> str:
    """`markup` without anything that acts or loads from elsewhere."""
    return nh3.clean(markup)
