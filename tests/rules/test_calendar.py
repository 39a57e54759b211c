"""Business time: hours, days, holidays, and the change of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.calendar import BusinessCalendar, knows_country, read_clock, read_hours
from rules.process import Hours

BRUSSELS = ZoneInfo("Europe/Brussels")
WEEK = BusinessCalendar(Hours(holidays="BE", closed=("2026-12-24",)), BRUSSELS)
LUNCH = BusinessCalendar(Hours(hours=("09:00-12:00", "13:00-17:00")), BRUSSELS)


def at(text: str) -> datetime:
    """A moment by the clock in Brussels."""
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        # calendar time
        ("2026-11-20 15:00", "5 days", "2026-11-25 15:00"),
        ("2026-11-20 15:00", "20 minutes", "2026-11-20 15:20"),
        ("2026-11-20 15:00", "48 hours", "2026-11-22 15:00"),
        ("2027-03-27 12:00", "1 day", "2027-03-28 12:00"),  # 23 hours: summer time begins
        ("2027-03-27 12:00", "24 hours", "2027-03-28 13:00"),
        ("2026-10-24 12:00", "1 week", "2026-10-31 12:00"),  # an hour more: summer time ends
        # business hours
        ("2026-11-20 16:00", "2 business hours", "2026-11-23 10:00"),
        ("2026-11-20 15:00", "2 business hours", "2026-11-20 17:00"),
        ("2026-11-21 12:00", "20 business minutes", "2026-11-23 09:20"),
        ("2026-11-20 07:00", "1 business hour", "2026-11-20 10:00"),
        ("2026-11-20 16:00", "9 business hours", "2026-11-23 17:00"),
        # business days
        ("2026-11-19 15:00", "1 business day", "2026-11-20 15:00"),
        ("2026-11-20 15:00", "1 business day", "2026-11-23 15:00"),
        ("2026-11-20 20:00", "1 business day", "2026-11-23 17:00"),
        ("2026-11-20 06:00", "1 business day", "2026-11-23 09:00"),
        ("2026-11-21 12:00", "1 business day", "2026-11-24 09:00"),
        ("2026-12-23 10:00", "1 business day", "2026-12-28 10:00"),  # closed, Christmas, weekend
    ],
)
def test_add(start: str, span: str, end: str) -> None:
    """Days keep the hour of the clock, business time runs while the desk works."""
    assert WEEK.add(at(start), span) == at(end)


def test_a_lunch_break_is_no_business_time() -> None:
    """A day may have several spans."""
    assert LUNCH.add(at("2026-11-20 11:30"), "1 business hour") == at("2026-11-20 13:30")
    assert LUNCH.between(at("2026-11-20 00:00"), at("2026-11-21 00:00")) == timedelta(hours=7)


def test_business_days_between() -> None:
    """As many as have wholly passed."""
    friday = at("2026-11-20 15:00")
    assert WEEK.business_days_between(friday, at("2026-11-23 14:59")) == 0
    assert WEEK.business_days_between(friday, at("2026-11-23 15:00")) == 1
    assert WEEK.business_days_between(friday, friday - timedelta(days=3)) == 0


def test_two_mails_of_one_weekend_count_to_monday() -> None:
    """The day off belongs to the business day that follows."""
    assert WEEK.local_day(at("2026-11-21 10:00")) == date(2026, 11, 23)
    assert WEEK.local_day(at("2026-11-22 23:00")) == date(2026, 11, 23)
    assert WEEK.local_day(at("2026-11-20 23:00")) == date(2026, 11, 20)


def test_the_desks_country_wins() -> None:
    """11 November is a holiday in Belgium and France, not in the Netherlands."""
    day = date(2026, 11, 11)
    hours = Hours(holidays="BE")
    assert not BusinessCalendar(hours, BRUSSELS).is_business_day(day)
    assert BusinessCalendar(hours, BRUSSELS, "NL").is_business_day(day)


@pytest.mark.parametrize(
    ("stops", "due", "goes_on", "new_due"),
    [
        # an hour of business time is left: over night, a weekend, the year's end, a day off
        ("2026-11-24 10:00", "2026-11-24 11:00", "2026-11-24 16:30", "2026-11-25 09:30"),
        ("2026-11-20 16:00", "2026-11-20 17:00", "2026-11-22 12:00", "2026-11-23 10:00"),
        ("2026-12-31 16:00", "2026-12-31 17:00", "2026-12-31 16:30", "2027-01-04 09:30"),
        ("2026-12-23 09:00", "2026-12-23 10:00", "2026-12-23 17:00", "2026-12-28 10:00"),
        # it stands still while the clock changes
        ("2027-03-26 16:00", "2027-03-26 17:00", "2027-03-28 12:00", "2027-03-29 10:00"),
        ("2026-10-23 16:30", "2026-10-26 09:30", "2026-10-26 12:00", "2026-10-26 13:00"),
    ],
)
def test_a_clock_that_stood_still(stops: str, due: str, goes_on: str, new_due: str) -> None:
    """What is left is business time, and so is what follows."""
    calendar = BusinessCalendar(Hours(closed=("2026-12-24", "2027-01-01", "2026-12-25")), BRUSSELS)
    left = calendar.measure(at(stops), at(due), business=True)
    assert calendar.later(at(goes_on), left, business=True) == at(new_due)
    exact = calendar.measure(at(stops), at(due), business=False)
    assert calendar.later(at(goes_on), exact, business=False) - at(goes_on) == at(due) - at(stops)


@pytest.mark.parametrize(
    ("after", "clock", "next_one"),
    [
        ("2026-11-20 07:59", "08:00", "2026-11-20 08:00"),
        ("2026-11-20 08:00", "08:00", "2026-11-23 08:00"),
        ("2026-12-23 09:00", "08:00", "2026-12-28 08:00"),
        ("2026-12-31 23:00", "08:00", "2027-01-04 08:00"),
        ("2027-03-26 09:00", "08:00", "2027-03-30 08:00"),  # Easter, and summer time
    ],
)
def test_a_time_of_each_business_day(after: str, clock: str, next_one: str) -> None:
    """The next one is later than now, and on no day off."""
    time = read_clock(clock)
    assert time is not None
    assert WEEK.next_at(time, at(after)) == at(next_one)


def test_open_around_the_clock() -> None:
    """24:00 closes the day where the next begins."""
    always = BusinessCalendar(Hours(days=("mon", "tue"), hours=("00:00-24:00",)), BRUSSELS)
    assert always.add(at("2026-11-23 23:00"), "2 business hours") == at("2026-11-24 01:00")
    assert always.between(at("2026-11-23 00:00"), at("2026-11-30 00:00")) == timedelta(days=2)


def test_a_span_that_cannot_be_read() -> None:
    """Loading finds it before; here it is an error of the program."""
    with pytest.raises(ValueError, match="not a span"):
        WEEK.add(at("2026-11-20 15:00"), "soon")


@pytest.mark.parametrize(
    ("text", "good"),
    [("09:00-17:00", True), ("9:00 - 17:30", True), ("00:00-24:00", True)]
    + [(text, False) for text in ("17:00-09:00", "9-17", "09:00-24:30", "25:00-26:00", "")],
)
def test_hours(text: str, good: bool) -> None:
    """Opening before closing, within one day."""
    assert (read_hours(text) is not None) is good


def test_countries() -> None:
    """ISO 3166 codes, with a region where holidays differ."""
    assert knows_country("BE") and knows_country("DE-BY")
    assert not knows_country("XX") and not knows_country("DE-XX") and not knows_country("")


_MOMENTS = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(_MOMENTS, st.integers(0, 60))
def test_business_minutes_add_up(start: datetime, hours: int) -> None:
    """So much business time later, that much business time has passed."""
    end = WEEK.add(start, f"{hours} business hours")
    assert WEEK.between(start, end) == timedelta(hours=hours)
    assert end >= start


@given(_MOMENTS, st.integers(0, 30))
def test_business_days_add_up(start: datetime, days: int) -> None:
    """Adding business days and counting them are one another's reverse."""
    end = WEEK.add(start, f"{days} business days")
    assert WEEK.business_days_between(start, end) == days
    assert WEEK.is_business_day(end.astimezone(BRUSSELS).date())


@given(_MOMENTS, _MOMENTS, _MOMENTS)
def test_time_between_is_the_sum_of_its_parts(a: datetime, b: datetime, c: datetime) -> None:
    """From the first to the last is from the first to the middle and on."""
    first, middle, last = sorted((a, b, c))
    last = min(last, first + timedelta(days=400))
    middle = min(middle, last)
    whole = WEEK.between(first, middle) + WEEK.between(middle, last)
    assert WEEK.between(first, last) == whole


@given(_MOMENTS, st.integers(0, 400))
def test_days_keep_the_hour_of_the_clock(start: datetime, days: int) -> None:
    """Whatever summer time does, the clock shows the same hour, unless that hour does not exist."""
    end = WEEK.add(start, f"{days} days")
    before, after = start.astimezone(BRUSSELS), end.astimezone(BRUSSELS)
    assert after.date() == before.date() + timedelta(days=days)
    assert after.time() == before.time() or (after.month == 3 and after.hour == 3)
