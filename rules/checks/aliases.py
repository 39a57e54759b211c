"""The words of commands: no two commands share one, and a customer finds each in their language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.checks.context import Checked
from rules.faults import Fault
from rules.source import Path
from rules.words import normalise

LANGUAGES = ("en", "fr", "cs", "nl", "de")
"""Those in which people write to a desk."""
_WORD = re.compile(r"[^\W\d_](?:[\w-]*\w)?")
_CUSTOMERS = frozenset({"customer", "requester", "anyone"})


def twice(c: Checked) -> Iterator[Fault]:
    """After normalising; within one command languages may share a word."""
    taken: dict[str, str] = {}
    for word, name, path in sorted(_words(c), key=lambda word: _rank(c, *word)):
        other = taken.setdefault(normalise(word), name)
        if not _WORD.fullmatch(word):
            yield c.fault(path, f"'{word}' is no word", "Use letters, digits and hyphens.")
        elif other != name:
            message = f"'{word}' means #{other} already"
            yield c.fault(path, message, "Choose another word for one of the two.")


def _words(c: Checked) -> Iterator[tuple[str, str, Path]]:
    """Each word, its command, its place."""
    for name, command in c.process.commands.items():
        yield name, name, ("commands", name)
        for language, words in command.alias.items():
            for n, word in enumerate(words):
                yield word, name, ("commands", name, "alias", language, n)


def _rank(c: Checked, word: str, name: str, path: Path) -> tuple[bool, bool]:
    """Names first, then what every process has: a fault stands at the file's own alias."""
    return word != name, path[:4] in c.source.marks


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
