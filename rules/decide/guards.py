"""Expressions of process files, compiled once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from rules.expressions import Expression, compile_expression


@lru_cache(maxsize=4096)
def _compiled(source: str) -> Expression:
    return compile_expression(source)


def holds(source: str, names: Mapping[str, object]) -> bool:
    """Whether it is true; what cannot be worked out is not."""
    return bool(value(source, names))


def may_hold(source: str, names: Mapping[str, object]) -> bool:
    """Whether it is true, or cannot be worked out: for what asks for more proof."""
    return _compiled(source).may_hold(names)


def asks_of(source: str) -> frozenset[str]:
    """The names that it asks about: `quote` of quote.status."""
    return _compiled(source).names


def value(source: str, names: Mapping[str, object]) -> object:
    return _compiled(source).evaluate(names)
