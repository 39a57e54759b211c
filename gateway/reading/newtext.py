"""What the sender wrote now, told apart from what was quoted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NewText:
    """`new`: what the sender wrote now, lines ended by \\n; `history`: the quoted text that was cut off;
    `doubtful`: command-like lines on which two ways of finding the new text disagree."""

    new: str
    history: str
    doubtful: tuple[str, ...]


def split(text: str) -> NewText:
    """Tell new text and history apart. Never raises; linear in the length of `text`."""
    lines = text.splitlines()
    for at, line in enumerate(lines):
        if line.startswith(">") or line.rstrip() == "--":
            return NewText(_joined(lines[:at]), _joined(lines[at:]), ())
    return NewText(_joined(lines), "", ())


def _joined(lines: list[str]) -> str:
    return "".join(line + "\n" for line in lines)
