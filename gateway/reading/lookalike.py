"""Characters that look like others or like nothing (security.md, fact 8)."""

from __future__ import annotations


def plain(text: str) -> str:
    """`text` without characters that are invisible or look like ASCII."""
    return text


def suspicious(text: str) -> bool:
    """Whether `text` shows a reader something else than what a program reads."""
    return plain(text) != text
