"""The days that a report is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST_BY_DAY = 62
"""Days that a picture shows one by one; longer periods are shown by month."""


@dataclass(frozen=True, slots=True)
class Period:
    """Both days belong to it, from midnight to midnight of the zone."""

    first: date
    last: date
    zone: str

    @property
    def start(self) -> datetime:
        return self._midnight(self.first)

    @property
    def end(self) -> datetime:
        """The moment after its last."""
        return self._midnight(self.last + timedelta(days=1))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def bucket(self, day: date) -> date:
        """The day itself, or the first of its month in a long period."""
        return day if self._by_day else day.replace(day=1)

    def buckets(self) -> list[date]:
        days = (self.last - self.first).days + 1
        every = (self.first + timedelta(days=n) for n in range(days))
        return list(dict.fromkeys(map(self.bucket, every)))

    @property
    def _by_day(self) -> bool:
        return (self.last - self.first).days < LONGEST_BY_DAY


def last_month(now: datetime, zone: str) -> Period:
    """The month before the one that `now` is in."""
    last = now.astimezone(ZoneInfo(zone)).date().replace(day=1) - timedelta(days=1)
    return Period(last.replace(day=1), last, zone)
