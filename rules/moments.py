"""WHEN and DATE as people write them, in five languages; the day always before the month.

Nothing here knows the clock: `now` is passed in, aware. What cannot be read is None.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from rules.calendar_words import (
    AGO_AFTER,
    AGO_BEFORE,
    DAYS,
    FROM_NOW,
    HERE,
    HERE_IN,
    JOINING,
    MONTHS,
    NEXT_WEEK,
    NOON,
    OCLOCK,
    UNITS,
    WEEKDAYS,
    Unit,
    month_name,
    short_moment,
)
from rules.words import normalise

__all__ = ["OPENING", "month_name", "read_date", "read_moment", "short_moment"]

OPENING = time(9)
"""The time of day that is meant where only a day is named."""
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_MOST_WORDS = 10
_MOST_UNITS = 1000


def read_moment(text: str, *, now: datetime, zone: tzinfo, language: str = "en") -> datetime | None:
    """A moment in UTC: `tomorrow 10:00`, `24/11 14h30`, `3 listopadu v 9`, `in 3 days`, `vrijdag`.

    A day alone means its opening at nine, an hour alone the next such hour, a weekday the next such
    day. It may lie in the past where a full date does: that is the caller's to judge.
    """
    read = _read(text, now.astimezone(zone), language=language, past=False)
    if read is None:
        return None
    try:
        return _placed(read, now.astimezone(zone), zone)
    except OverflowError:
        return None


def read_date(
    text: str, *, now: datetime, zone: tzinfo, past: bool = False, language: str = "en"
) -> date | None:
    """A day: as above, without an hour. `past`: the last such day, and never one to come."""
    local = now.astimezone(zone)
    read = _read(text, local, language=language, past=past)
    if read is None or read.day is None or read.hour is not None:
        return None
    return None if past and read.day > local.date() else read.day


@dataclass(frozen=True, slots=True)
class _Read:
    """What was found so far: a day, an hour, or how long from now."""

    day: date | None = None
    hour: time | None = None
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class _Frame:
    """What a word is read against."""

    today: date
    language: str
    past: bool


def _placed(read: _Read, local: datetime, zone: tzinfo) -> datetime:
    if read.after is not None:
        return local.astimezone(UTC) + read.after
    hour = read.hour or OPENING
    day = read.day or local.date()
    if read.day is None and hour <= local.time():
        day += timedelta(days=1)
    return datetime.combine(day, hour, tzinfo=zone).astimezone(UTC)


def _read(text: str, local: datetime, *, language: str, past: bool) -> _Read | None:
    """All words must be understood, and the last must mean something."""
    words = text.replace(",", " ").split()
    if not 0 < len(words) <= _MOST_WORDS:
        return None
    frame = _Frame(local.date(), language, past)
    read, at, joined = _Read(), 0, False
    while at < len(words):
        found = _next(words[at:], frame, read)
        if found is not None:
            read, used = found
            at, joined = at + used, False
        elif normalise(words[at]) in JOINING and not joined:
            at, joined = at + 1, True
        else:
            return None
    return None if joined or read == _Read() else read


def _next(words: Sequence[str], frame: _Frame, read: _Read) -> tuple[_Read, int] | None:
    """What the first words add to what was read; a day, an hour or a span stands once."""
    if read.after is not None:
        return None
    if read.day is None:
        if read.hour is None and (span := _span(words)):
            minutes, used = span
            return _Read(after=timedelta(minutes=minutes)), used
        if day := _day(words, frame):
            return _Read(day[0], read.hour), day[1]
    if read.hour is None and (hour := _hour(words)):
        return _Read(read.day, hour[0]), hour[1]
    return None


# --- days --------------------------------------------------------------------------------------

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})(?:\2(\d{4}|\d{2})?)?")
_DAY_OF_MONTH = re.compile(r"(\d{1,2})(?:\.|st|nd|rd|th|er|e|de|ste)?", re.IGNORECASE)
_SPACED = re.compile(r"(\d{1,2})\.")
_YEAR = re.compile(r"(\d{4})")


def _day(words: Sequence[str], frame: _Frame) -> tuple[date, int] | None:
    return (
        _named_day(words, frame)
        or _counted_day(words, frame)
        or _numbered_day(words, frame)
        or _month_day(words, frame)
    )


def _named_day(words: Sequence[str], frame: _Frame) -> tuple[date, int] | None:
    """Tomorrow, next week, Friday."""
    for used in (4, 3, 2, 1):
        word = normalise("".join(words[:used]))
        if len(words) < used or (word in HERE and frame.language in HERE_IN):
            continue
        if word in DAYS:
            return frame.today + timedelta(days=DAYS[word]), used
        if word in NEXT_WEEK:
            return frame.today + timedelta(days=7 - frame.today.weekday()), used
    weekday = WEEKDAYS.get(normalise(words[0]))
    if weekday is None:
        return None
    ahead = (weekday - frame.today.weekday() - 1) % 7 + 1
    return frame.today + timedelta(days=ahead - 7 if frame.past else ahead), 1


def _counted_day(words: Sequence[str], frame: _Frame) -> tuple[date, int] | None:
    """In three days, two weeks ago."""
    found = _counted(words)
    if found is None:
        return None
    count, unit, used = found
    if unit == "month":
        day = _months_on(frame.today, count)
    elif unit in ("day", "week"):
        day = frame.today + timedelta(days=count * (7 if unit == "week" else 1))
    else:
        return None
    return (day, used) if _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def _months_on(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _numbered_day(words: Sequence[str], frame: _Frame) -> tuple[date, int] | None:
    """2026-11-24, 24/11, 24.11.2026, and the Czech 24. 11. 2026."""
    if match := _ISO.fullmatch(words[0]):
        return _on(int(match[1]), int(match[2]), int(match[3]), 1)
    if match := _NUMBERS.fullmatch(words[0]):
        if match[4]:
            year = int(match[4]) + (_FIRST_YEAR if len(match[4]) == 2 else 0)
            return _on(year, int(match[3]), int(match[1]), 1)
        return _with_year(int(match[1]), int(match[3]), words[1:], 1, frame)
    spaced = [_SPACED.fullmatch(word) for word in words[:2]]
    if len(spaced) == 2 and spaced[0] and spaced[1]:
        return _with_year(int(spaced[0][1]), int(spaced[1][1]), words[2:], 2, frame)
    return None


def _month_day(words: Sequence[str], frame: _Frame) -> tuple[date, int] | None:
    """3 november 2026, 1er décembre, November 3rd."""
    if len(words) < 2:
        return None
    for number, name in ((0, 1), (1, 0)):
        month = MONTHS.get(normalise(words[name]))
        match = _DAY_OF_MONTH.fullmatch(words[number])
        if month and match:
            return _with_year(int(match[1]), month, words[2:], 2, frame)
    return None


def _with_year(
    day: int, month: int, rest: Sequence[str], used: int, frame: _Frame
) -> tuple[date, int] | None:
    """The year that follows, else the nearest that is not gone by (or not to come)."""
    if (
        rest
        and (match := _YEAR.fullmatch(rest[0]))
        and (found := _on(int(match[1]), month, day, 1))
    ):
        return found[0], used + 1
    years = range(
        frame.today.year, frame.today.year + (-9 if frame.past else 9), -1 if frame.past else 1
    )
    for year in years:
        found = _on(year, month, day, used)
        if found and (found[0] <= frame.today if frame.past else found[0] >= frame.today):
            return found
    return None


def _on(year: int, month: int, day: int, used: int) -> tuple[date, int] | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day), used
    except ValueError:
        return None


# --- hours and spans ---------------------------------------------------------------------------

_CLOCK = re.compile(r"(\d{1,2})(?::|h|u|\.)(\d{2})(?:uhr|uur|h|u)?", re.IGNORECASE)
_FULL_HOUR = re.compile(r"(\d{1,2})(?:h|u|uhr|uur|hod)", re.IGNORECASE)
_TWELVE = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(am|pm)", re.IGNORECASE)
_BARE = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?")


def _hour(words: Sequence[str]) -> tuple[time, int] | None:
    """14:00, 14h30, 9u, 9 uur, 2pm, noon."""
    if normalise(words[0]) in NOON:
        return time(12), 1
    if match := _TWELVE.fullmatch(words[0]):
        return _twelve(match, match[3], 1)
    if len(words) > 1 and (match := _BARE.fullmatch(words[0])):
        after = normalise(words[1])
        if after in ("am", "pm"):
            return _twelve(match, after, 2)
        if after in OCLOCK:
            return _spaced_hour(match, words)
    match = _CLOCK.fullmatch(words[0]) or _FULL_HOUR.fullmatch(words[0])
    return _at(int(match[1]), int(match[2]) if match.lastindex == 2 else 0, 1) if match else None


def _spaced_hour(match: re.Match[str], words: Sequence[str]) -> tuple[time, int] | None:
    """9 uur, 14:30 Uhr, 14 h 30."""
    if match[2] is None and len(words) > 2 and re.fullmatch(r"[0-5]\d", words[2]):
        return _at(int(match[1]), int(words[2]), 3)
    return _at(int(match[1]), int(match[2] or 0), 2)


def _twelve(match: re.Match[str], half: str, used: int) -> tuple[time, int] | None:
    hour = int(match[1])
    if not 1 <= hour <= 12:
        return None
    return _at(hour % 12 + (12 if half.lower() == "pm" else 0), int(match[2] or 0), used)


def _at(hour: int, minute: int, used: int) -> tuple[time, int] | None:
    return (time(hour, minute), used) if hour < 24 and minute < 60 else None


def _span(words: Sequence[str]) -> tuple[int, int] | None:
    """Minutes from now: in 2 hours, dans 30 minutes."""
    found = _counted(words)
    if found is None or found[1] not in ("minute", "hour") or normalise(words[0]) not in FROM_NOW:
        return None
    count, unit, used = found
    return count * (60 if unit == "hour" else 1), used


def _counted(words: Sequence[str]) -> tuple[int, Unit, int] | None:
    """A number of units, negative for what is gone by, and how many words say it."""
    at, sign = 0, 1
    if normalise(words[0]) in FROM_NOW:
        at = 1
    elif ago := next((n for n in (3, 1) if normalise("".join(words[:n])) in AGO_BEFORE), 0):
        at, sign = ago, -1
    if len(words) < at + 2 or not re.fullmatch(r"\d{1,4}", words[at]):
        return None
    count, unit = int(words[at]), UNITS.get(normalise(words[at + 1]))
    if unit is None or count > _MOST_UNITS:
        return None
    if at == 0 and len(words) > 2 and normalise(words[2]) in AGO_AFTER:
        return -count, unit, 3
    return sign * count, unit, at + 2
