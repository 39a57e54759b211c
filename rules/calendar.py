"""Business time: when a desk works, and what so many hours or days of it from now are.

Days run by the desk's own clock, whose hours summer time moves; moments go in and out in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import islice, takewhile

import holidays

from rules.durations import Length, read_span
from rules.process import Hours

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d) ?- ?([01]?\d|2[0-4]):([0-5]\d)")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_MOST_DAYS = 3660
"""Looking for business time ends after ten years without any."""
_ONE_DAY = timedelta(days=1)


def read_hours(text: str) -> tuple[time, time] | None:
    """`09:00-17:00` as opening and closing; 24:00 closes the day. None where it is no such span."""
    match = _HOURS.fullmatch(text.strip())
    if match is None or (match[3] == "24" and match[4] != "00"):
        return None
    opening = time(int(match[1]), int(match[2]))
    closing = time.max if match[3] == "24" else time(int(match[3]), int(match[4]))
    return (opening, closing) if opening < closing else None


def read_clock(text: str) -> time | None:
    """`08:00`; None where it is no time of day."""
    match = _CLOCK.fullmatch(text.strip())
    return time(int(match[1]), int(match[2])) if match else None


def knows_country(code: str) -> bool:
    """Whether the public holidays of an ISO 3166 code (`BE`, `DE-BY`) are known."""
    country, _, region = code.partition("-")
    regions = holidays.list_supported_countries(include_aliases=False).get(country)
    return regions is not None and (not region or region in regions)


@lru_cache(maxsize=64)
def _holidays_of(code: str, year: int) -> frozenset[date]:
    country, _, region = code.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=region or None, years=year))


class BusinessCalendar:
    """The business time of one desk.

    Args:
        hours: days, hours, closed days, and the country of the process.
        zone: the desk's time zone.
        country: the desk's own country, which wins; a code nobody knows has no holidays.
    """

    def __init__(self, hours: Hours, zone: tzinfo, country: str | None = None) -> None:
        self._zone = zone
        code = country or hours.holidays
        self._country = code if code and knows_country(code) else None
        self._closed = frozenset(hours.closed)
        self._weekdays = frozenset(WEEKDAYS.index(d) for d in hours.days if d in WEEKDAYS)
        self._spans = sorted(span for text in hours.hours if (span := read_hours(text)))

    def is_business_day(self, day: date) -> bool:
        if (
            not self._spans
            or day.weekday() not in self._weekdays
            or day.isoformat() in self._closed
        ):
            return False
        return self._country is None or day not in _holidays_of(self._country, day.year)

    def local_day(self, moment: datetime) -> date:
        """The business day that the moment counts to: on a day off, the next one."""
        return self._next_business_day(moment.astimezone(self._zone).date())

    def add(self, start: datetime, span: str | Length) -> datetime:
        """That much later, in UTC. `5 days` later the clock shows the same hour.

        Business days end at the hour at which the first began, or at the opening where it began on
        a day off or before it.

        Raises:
            ValueError: the span cannot be read.
        """
        length = read_span(span) if isinstance(span, str) else span
        if length is None:
            raise ValueError(f"not a span: {span}")
        if length.business:
            return self._add_business(start, length)
        if length.unit == "days":
            return self._days_later(start, length.count)
        return start.astimezone(UTC) + _exact(length)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Business time from one to the other; none where the end is not after the start."""
        first, last = start.astimezone(self._zone).date(), end.astimezone(self._zone).date()
        total = timedelta()
        for offset in range(max(0, min((last - first).days + 1, _MOST_DAYS))):
            for opening, closing in self._open_on(first + offset * _ONE_DAY):
                total += max(timedelta(), min(end, closing) - max(start, opening))
        return total

    def business_days_between(self, start: datetime, end: datetime) -> int:
        """Whole business days that have passed: how many times `1 business day` fits between."""
        days = self._business_days_from(start)
        next(days)
        return sum(1 for _ in takewhile(lambda moment: moment <= end, islice(days, _MOST_DAYS)))

    def measure(self, start: datetime, end: datetime, *, business: bool) -> timedelta:
        """The time from one to the other that a clock counts: business time alone, or all of it."""
        return self.between(start, end) if business else max(timedelta(), end - start)

    def measure_of(self, start: datetime, length: Length) -> timedelta:
        """The time that a clock counts until so much later."""
        return self.measure(start, self.add(start, length), business=length.business)

    def later(self, start: datetime, time: timedelta, *, business: bool) -> datetime:
        """When a clock that starts then has counted that much, in UTC."""
        return self._business_later(start, time) if business else start.astimezone(UTC) + time

    def next_at(self, clock: time, after: datetime) -> datetime:
        """When the clock next shows that on a business day, in UTC; later than `after`."""
        day = self._next_business_day(after.astimezone(self._zone).date())
        if self._at(day, clock) <= after:
            day = self._next_business_day(day + _ONE_DAY)
        return self._at(day, clock)

    def _add_business(self, start: datetime, length: Length) -> datetime:
        if length.unit == "days":
            return next(islice(self._business_days_from(start), length.count, None))
        return self._business_later(start, _exact(length))

    def _business_later(self, start: datetime, left: timedelta) -> datetime:
        day = start.astimezone(self._zone).date()
        for offset in range(_MOST_DAYS):
            for opening, closing in self._open_on(day + offset * _ONE_DAY):
                begin = max(opening, start)
                if closing - begin >= left:
                    return begin + left
                left -= max(timedelta(), closing - begin)
        return self._days_later(start, _MOST_DAYS)

    def _business_days_from(self, start: datetime) -> Iterator[datetime]:
        """The start in business time, and the same hour of each business day after it."""
        local = start.astimezone(self._zone)
        day, clock = self.local_day(start), local.timetz().replace(tzinfo=None)
        clock = (
            min(max(clock, self._opening), self._closing) if day == local.date() else self._opening
        )
        while True:
            yield self._at(day, clock)
            day = self._next_business_day(day + _ONE_DAY)

    def _days_later(self, start: datetime, count: int) -> datetime:
        local = start.astimezone(self._zone)
        return self._at(local.date() + count * _ONE_DAY, local.timetz().replace(tzinfo=None))

    def _next_business_day(self, day: date) -> date:
        days = (day + offset * _ONE_DAY for offset in range(_MOST_DAYS))
        return next((d for d in days if self.is_business_day(d)), day)

    def _open_on(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        if self.is_business_day(day):
            for opening, closing in self._spans:
                yield self._at(day, opening), self._at(day, closing)

    def _at(self, day: date, clock: time) -> datetime:
        """An hour that summer time leaves out is as long after the last that there was."""
        if clock == time.max:
            day, clock = day + _ONE_DAY, time.min
        return datetime.combine(day, clock, tzinfo=self._zone).astimezone(UTC)

    @property
    def _opening(self) -> time:
        return self._spans[0][0] if self._spans else time.min

    @property
    def _closing(self) -> time:
        return self._spans[-1][1] if self._spans else time.max


def _exact(length: Length) -> timedelta:
    return timedelta(**{length.unit: length.count})
