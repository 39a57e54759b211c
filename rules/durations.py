"""Lengths of time: what staff write after `#time`, and the spans of process files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

LONGEST_MINUTES = 999 * 60

_HOURS = r"(?:h(?:rs?|ours?|eures?|od(?:in[ay]?)?)?\.?|u(?:ur|ren)?|std\.?|stunden?)"
_MINUTES = r"(?:m(?:n|ins?|inut(?:es?|en|[ay])?|inuut)?\.?)"
_AND = r"(?:\s*(?:and|et|en|und|a)\s+|\s*)"
_HOURS_AND_MINUTES = re.compile(
    rf"(\d{{1,3}})\s*{_HOURS}(?:{_AND}(\d{{1,2}})\s*{_MINUTES}?)?", re.IGNORECASE
)
_DECIMAL_HOURS = re.compile(rf"(\d{{1,3}}[.,]\d{{1,2}})\s*{_HOURS}", re.IGNORECASE)
_MINUTES_ALONE = re.compile(rf"(\d{{1,5}})\s*{_MINUTES}", re.IGNORECASE)
_CLOCK = re.compile(rf"(\d{{1,3}}):(\d{{2}})(?:\s*{_HOURS})?", re.IGNORECASE)


def read_duration(text: str) -> int | None:
    """Minutes, one to a thousand hours: `1h30`, `90m`, `1,5 h`, `1:30`, `2u`, `3 hod`."""
    text = text.strip()
    if match := _HOURS_AND_MINUTES.fullmatch(text) or _CLOCK.fullmatch(text):
        hours, rest = int(match[1]), int(match[2] or 0)
        minutes = hours * 60 + rest if rest < 60 else 0
    elif match := _DECIMAL_HOURS.fullmatch(text):
        minutes = round(Decimal(match[1].replace(",", ".")) * 60)
    elif match := _MINUTES_ALONE.fullmatch(text):
        minutes = int(match[1])
    else:
        return None
    return minutes if 0 < minutes <= LONGEST_MINUTES else None


@dataclass(frozen=True, slots=True)
class Length:
    """A span as process files say it; `business`: of business time alone."""

    count: int
    unit: Literal["minutes", "hours", "days"]
    business: bool = False


_UNITS: dict[str, tuple[int, Literal["minutes", "hours", "days"]]] = {
    "minute": (1, "minutes"),
    "hour": (1, "hours"),
    "day": (1, "days"),
    "week": (7, "days"),
}
_SPAN = re.compile(r"(\d{1,4}) +(business +)?(minute|hour|day|week)s?")


def read_span(text: str) -> Length | None:
    """`5 days`, `2 business hours`, `20 minutes`, `2 weeks`; None where it is no span."""
    match = _SPAN.fullmatch(text.strip())
    if match is None or (match[2] and match[3] == "week"):
        return None
    each, unit = _UNITS[match[3]]
    return Length(int(match[1]) * each, unit, bool(match[2]))
