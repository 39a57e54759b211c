"""What is expected against what is: lines with wildcards, and JSON of which only a part is given.

In an expected text `*` stands for any characters of a line, and a line `...` for any lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

ANY_LINES = "..."
ANY = "*"


def line_matches(expected: str, actual: str) -> bool:
    parts = (re.escape(part) for part in expected.rstrip().split(ANY))
    return re.fullmatch(".*".join(parts), actual.rstrip()) is not None


def lines_match(expected: Sequence[str], actual: Sequence[str]) -> bool:
    """In the time of one table of both lengths, however many `...` there are."""
    reached = {0}
    for pattern in expected:
        if pattern.strip() == ANY_LINES:
            reached = set(range(min(reached), len(actual) + 1)) if reached else reached
        else:
            reached = {
                at + 1 for at in reached if at < len(actual) and line_matches(pattern, actual[at])
            }
    return len(actual) in reached


def difference(expected: Sequence[str], actual: Sequence[str]) -> str:
    """Both as one text with the fewest differences: `-` is missing, `+` was not expected; what a
    `...` stands for is left out."""
    shown, at, to = [], 0, 0
    costs = _costs(expected, actual)
    while (at, to) != (len(expected), len(actual)):
        cost = costs[at][to]
        if at < len(expected) and expected[at].strip() == ANY_LINES:
            shown.append(f"  {ANY_LINES}")
            at += 1
            while costs[at][to] != cost:
                to += 1
        elif at < len(expected) and to < len(actual) and line_matches(expected[at], actual[to]):
            shown.append(f"  {actual[to]}")
            at, to = at + 1, to + 1
        elif at < len(expected) and costs[at + 1][to] < cost:
            shown.append(f"- {expected[at]}")
            at += 1
        else:
            shown.append(f"+ {actual[to]}")
            to += 1
    return "\n".join(shown)


def _costs(expected: Sequence[str], actual: Sequence[str]) -> list[list[int]]:
    """How many lines differ at least, from each line of both on."""
    costs = [list(range(len(actual), -1, -1))]
    for pattern in reversed(expected):
        below = costs[0]
        if pattern.strip() == ANY_LINES:
            row = [min(below[to:]) for to in range(len(actual) + 1)]
        else:
            row = [below[len(actual)] + 1]
            for to in range(len(actual) - 1, -1, -1):
                same = line_matches(pattern, actual[to])
                row.insert(0, below[to + 1] if same else min(below[to], row[0]) + 1)
        costs.insert(0, row)
    return costs


def trimmed(text: str) -> list[str]:
    """The lines of a text without blank ones at its ends, and without blanks at theirs."""
    return [line.rstrip() for line in text.strip("\n").splitlines()]


# --- JSON ----------------------------------------------------------------------------------------


def missing(expected: object, actual: object, where: str = "") -> Iterator[str]:
    """Why `actual` does not hold all that is expected, a line for each place.

    An object must have the keys that are given, a list the given members in their order; `[]` is an
    empty list, and text may hold `*`.
    """
    match expected:
        case dict():
            yield from _missing_keys(expected, actual, where)
        case list() if expected:
            yield from _missing_members(expected, actual, where)
        case str() if isinstance(actual, str) and line_matches(expected, actual):
            return
        case _ if expected in (ANY, actual):
            return
        case _:
            yield f"{where or 'it'}: expected {expected!r}, is {actual!r}"


def _missing_keys(expected: dict[str, object], actual: object, where: str) -> Iterator[str]:
    if not isinstance(actual, dict):
        yield f"{where or 'it'}: expected an object, is {actual!r}"
        return
    for key, value in expected.items():
        if key not in actual:
            yield f"{where}.{key}: is not there"
        else:
            yield from missing(value, actual[key], f"{where}.{key}")


def _missing_members(expected: list[object], actual: object, where: str) -> Iterator[str]:
    if not isinstance(actual, list):
        yield f"{where}: expected a list, is {actual!r}"
        return
    rest = iter(actual)
    for member in expected:
        if not any(not list(missing(member, found)) for found in rest):
            yield f"{where}: {member!r} is not there, or not in this order, in {actual!r}"
            return
