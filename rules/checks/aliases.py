"""The words of commands: no two commands share one, and a customer finds each in their language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.checks.context import Checked
from rules.faults import Fault
from rules.process import Command
from rules.source import Path
from rules.words import normalise

LANGUAGES = ("en", "fr", "cs", "nl", "de")
"""Those in which people write to a desk."""
_WORD = re.compile(r"[^\W\d_](?:[\w-]*\w)?")
_CUSTOMERS = frozenset({"customer", "requester", "anyone"})


def twice(c: Checked) -> Iterator[Fault]:
    """After normalising; within one command languages may share a word."""
    taken: dict[str, str] = {}
    own = at_first(c)
    for name in own:
        taken.setdefault(normalise(name), name)
    for name in own:
        for word, path in _words(name, c.process.commands[name]):
            other = taken.setdefault(normalise(word), name)
            if not _WORD.fullmatch(word):
                yield c.fault(path, f"'{word}' is no word", "Use letters, digits and hyphens.")
            elif other != name:
                message = f"'{word}' means #{other} already"
                yield c.fault(path, message, "Choose another word for one of the two.")


def at_first(c: Checked) -> list[str]:
    """The common commands first, so that a fault stands at the file's own word."""
    commands = c.process.commands
    return sorted(commands, key=lambda name: c.source.marks.get(("commands", name), (0, 0)))


def _words(name: str, command: Command) -> Iterator[tuple[str, Path]]:
    yield name, ("commands", name)
    for language, words in command.alias.items():
        for n, word in enumerate(words):
            yield word, ("commands", name, "alias", language, n)


def missing(c: Checked) -> Iterator[Fault]:
    for name, command in c.process.commands.items():
        path: Path = ("commands", name, "alias")
        yield from c.unknown("language", tuple(command.alias), path, LANGUAGES)
        if not _CUSTOMERS.intersection(command.who):
            continue
        lacking = [code for code in LANGUAGES[1:] if not command.alias.get(code)]
        if lacking:
            message = f"customers use #{name}, and it has no alias in {', '.join(lacking)}"
            yield c.fault(path, message, f"Write alias: {{{lacking[0]}: …}}.")
