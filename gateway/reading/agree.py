"""Whether the HTML of a mail says the commands that its text says (docs/security.md, fact 8).

Clients differ in how they write the same mail twice: widths, bullets, links. So only lines that
look like commands are compared: those that lead must be the same in both, and what the text
commands must stand on a line of the HTML too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import Final

from gateway.reading import html, lookalike, newtext

_COMMAND: Final = re.compile(r"[ \t>*_]*#[^\W\d_]")
_MAYBE_IN_MARKUP: Final = re.compile(r">(?:\s|&nbsp;|&#160;)*#[^\W\d_]")
_MARKUP_LIMIT: Final = 200_000
"""Characters: what a person writes now comes first."""
_WRAPPED: Final = 60
"""Characters: text clients break lines near 72 and 78, HTML has none."""


def differ(text: str, markup: str) -> bool:
    """Whether a reader of the HTML sees other commands than `text`, the new text, holds."""
    commands = [line for line in _visible(text) if _is_command(line)]
    if not commands and not _MAYBE_IN_MARKUP.search(markup):
        return False
    shown = list(_visible(html.to_text(markup[:_MARKUP_LIMIT])))
    new = list(_visible(newtext.split("\n".join(shown)).new))
    if not _same(_leading(list(_visible(text))), _leading(new)):
        return True
    return any(not any(_agree(command, line) for line in shown) for command in commands)


def _visible(text: str) -> Iterator[str]:
    return (line for line in lookalike.plain(text).split("\n") if line.strip())


def _is_command(line: str) -> bool:
    return _COMMAND.match(line) is not None


def _leading(lines: list[str]) -> list[str]:
    return list(takewhile(_is_command, lines))


def _same(left: list[str], right: list[str]) -> bool:
    return len(left) == len(right) and all(_agree(*pair) for pair in zip(left, right, strict=True))


def _agree(text: str, shown: str) -> bool:
    """The same words; of a line that is as long as lines get in text, the same first words."""
    words, shown_words = _words(text), _words(shown)
    if words == shown_words:
        return True
    return len(text) >= _WRAPPED and len(words) > 1 and shown_words[: len(words)] == words


def _words(line: str) -> list[str]:
    return [word for part in line.casefold().split() if (word := part.strip("*_<>"))]
