"""The language of a short text."""

from __future__ import annotations


def guess(text: str) -> str | None:  # noqa: ARG001
    """en, fr, cs, nl or de where `text` shows it clearly enough."""
    return None
