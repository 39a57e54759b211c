"""Commands as people write them in their language."""

from __future__ import annotations

from rules.process import Process
from rules.usage import word_of


def written(process: Process, name: str, language: str) -> str:
    """`#goedkeuren`: the word for a command in that language; the English one where it has none."""
    command = process.commands.get(name)
    return f"#{word_of(name, command, language)}" if command else f"#{name}"
