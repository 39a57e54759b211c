"""Business time between moments, for many of them: each day is worked out once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rules.calendar import BusinessCalendar
from rules.model import Desk
from rules.process import Process

_ONE_DAY = timedelta(days=1)


class Elapsed:
    """Minutes of business time at one desk, by the hours of its process."""

    def __init__(self, desk: Desk, process: Process) -> None:
        self._zone = ZoneInfo(desk.time_zone)
        self._calendar = BusinessCalendar(process.hours, self._zone, desk.country)
        self._sums: dict[date, float] = {}
        self._known: tuple[date, date] | None = None

    def minutes(self, start: datetime, end: datetime) -> float:
        """0 where the end is not after the start."""
        first, last = start.astimezone(self._zone).date(), end.astimezone(self._zone).date()
        if end <= start:
            return 0.0
        if first == last:
            return _minutes(self._calendar.between(start, end))
        head = self._calendar.between(start, self._midnight(first + _ONE_DAY))
        tail = self._calendar.between(self._midnight(last), end)
        return _minutes(head + tail) + self._until(last) - self._until(first + _ONE_DAY)

    def _until(self, day: date) -> float:
        """Minutes of all business days before the day, counted from any fixed day."""
        if self._known is None:
            self._known, self._sums[day] = (day, day), 0.0
        first, last = self._known
        while day < first:
            first -= _ONE_DAY
            self._sums[first] = self._sums[first + _ONE_DAY] - self._day(first)
        while day > last:
            self._sums[last + _ONE_DAY] = self._sums[last] + self._day(last)
            last += _ONE_DAY
        self._known = (first, last)
        return self._sums[day]

    def _day(self, day: date) -> float:
        end = self._midnight(day + _ONE_DAY)
        return _minutes(self._calendar.between(self._midnight(day), end))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=self._zone).astimezone(UTC)


def _minutes(span: timedelta) -> float:
    return span.total_seconds() / 60
