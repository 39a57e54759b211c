"""What the block macros of both modes are made with."""

from __future__ import annotations

import re
from collections.abc import Callable

from markupsafe import Markup

from gateway.render.cleaning import one_line, without_bare_commands

BLOCK = "\x1e"
"""Ends a block of the plain text (ASCII record separator; no text from outside holds one)."""

ITEM = "\x1f"
"""Parts the items of a list, or the cells of a row (ASCII unit separator)."""

SUBJECT_END = "\x1d"
"""Ends the subject that stands before the plain text (ASCII group separator)."""


def settled(text: str) -> str:
    """Plain text with one empty line between its blocks, however the template is indented."""
    blocks = (_without_edges(block) for block in text.split(BLOCK))
    return without_bare_commands("\n\n".join(block for block in blocks if block)) + "\n"


def _without_edges(block: str) -> str:
    return re.sub(r"\A(?:[ \t]*\n)+", "", block).rstrip()


def _one_line(value: object) -> str:
    """On one line; what is markup stays so, what is not is still to be escaped."""
    text = one_line(str(value))
    return Markup(text) if isinstance(value, Markup) else text  # noqa: S704 - it was markup before


def _capitalised(text: str) -> str:
    """As the first words of a sentence."""
    return text[:1].upper() + text[1:]


def _indented(text: str, prefix: str) -> str:
    """Each line after `prefix`, as one quotes in plain text."""
    return "\n".join(f"{prefix}{line}".rstrip() for line in text.rstrip().split("\n"))


def _paragraphs(text: str) -> Markup:
    """A person's plain text as HTML that keeps its lines."""
    return Markup("<br>").join(text.strip("\n").split("\n"))


def _sanitised(markup: str) -> Markup:
    """HTML that was sanitised where it was read; nothing else may be passed here."""
    return Markup(markup)  # noqa: S704 - sanitised on the way in


def _gathered(text: str, between: str = "\n") -> str:
    """What the items of a list left between their marks, without the template's own white space."""
    return between.join(item.strip() for item in text.split(ITEM) if item.strip())


BLOCK_FILTERS: dict[str, Callable[..., object]] = {
    "one_line": _one_line,
    "capitalised": _capitalised,
    "indented": _indented,
    "paragraphs": _paragraphs,
    "sanitised": _sanitised,
    "gathered": _gathered,
}
