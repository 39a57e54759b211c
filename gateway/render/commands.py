"""Commands as people write them in their language."""

from __future__ import annotations

from rules.process import Process


def written(process: Process, name: str, language: str) -> str:
    """`#goedkeuren`: the word for a command in that language; the English one where it has none."""
    command = process.commands.get(name)
    aliases = command.alias.get(language, ()) if command else ()
    return f"#{next(iter(aliases), name)}"
