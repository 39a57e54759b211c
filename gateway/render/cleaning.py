"""Text from outside, made fit to be shown: nothing invisible that turns or ends a line."""

from __future__ import annotations

import re
from collections.abc import Mapping

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
"""C0 and C1 without tab and newline, line separators, bidi embeddings, overrides and isolates."""

_SPACES = re.compile("[ \t\r\n]+")
_BARE_COMMAND = re.compile(r"^([^\S\n]*)([#＃])(?=[^\W\d_])", re.MULTILINE)
_BARE_IN_HTML = re.compile(r"(^|>|\n)([^\S\n]*)([#＃])(?=[^\W\d_])")

HARMLESS = r"\1› \2"
"""What makes a line that starts like a command text again."""


def clean(text: str) -> str:
    """`text` without control and bidi characters; its lines end in \\n."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text)


def one_line(text: str) -> str:
    """`text` on one line: what breaks or pads it becomes one space. No-break spaces stay."""
    if text.isprintable() and "  " not in text:
        return text.strip(" ")
    return _SPACES.sub(" ", text).strip(" ")


def cleaned(value: object) -> object:
    """JSON values and tuples of them with every text cleaned."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(str(key)): cleaned(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [cleaned(entry) for entry in value]
    return value


def without_bare_commands(text: str) -> str:
    """`text` in which no line starts like a command: an answer that quotes it commands nothing."""
    return _BARE_COMMAND.sub(HARMLESS, text)


def html_without_bare_commands(markup: str) -> str:
    """The same for sanitised HTML, whose text nodes become lines of the answer's plain text."""
    return _BARE_IN_HTML.sub(r"\1\2› \3", markup)
