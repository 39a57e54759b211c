"""WHEN and DATE in five languages, on a Friday morning in Brussels."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.moments import month_name, read_date, read_moment

BRUSSELS = ZoneInfo("Europe/Brussels")
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
"""Friday, 11:00 in Brussels."""


def moment(text: str, language: str = "en") -> str | None:
    """As the clock in Brussels shows it."""
    read = read_moment(text, now=NOW, zone=BRUSSELS, language=language)
    return read.astimezone(BRUSSELS).strftime("%Y-%m-%d %H:%M") if read else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tomorrow 10:00", "2026-11-21 10:00"),
        ("tomorrow at 2pm", "2026-11-21 14:00"),
        ("2:30 pm tomorrow", "2026-11-21 14:30"),
        ("demain 14h30", "2026-11-21 14:30"),
        ("demain à 9 h", "2026-11-21 09:00"),
        ("après-demain à midi", "2026-11-22 12:00"),
        ("zítra v 8:00", "2026-11-21 08:00"),
        ("pozítří", "2026-11-22 09:00"),
        ("morgen 9u", "2026-11-21 09:00"),
        ("overmorgen om 9u30", "2026-11-22 09:30"),
        ("morgen um 14 Uhr", "2026-11-21 14:00"),
        ("übermorgen 14:30 Uhr", "2026-11-22 14:30"),
        ("24/11 14:00", "2026-11-24 14:00"),
        ("24.11.2026", "2026-11-24 09:00"),
        ("24. 11. 2026 v 9:00", "2026-11-24 09:00"),
        ("24-11-26 9:05", "2026-11-24 09:05"),
        ("2026-11-24 09:00", "2026-11-24 09:00"),
        ("3 november 14:00", "2027-11-03 14:00"),
        ("November 24th", "2026-11-24 09:00"),
        ("le 1er décembre à 14 h 30", "2026-12-01 14:30"),
        ("3. prosince", "2026-12-03 09:00"),
        ("3 maart 2027", "2027-03-03 09:00"),
        ("monday", "2026-11-23 09:00"),
        ("friday", "2026-11-27 09:00"),
        ("vendredi 10:00", "2026-11-27 10:00"),
        ("v pondělí 10:00", "2026-11-23 10:00"),
        ("op woensdag", "2026-11-25 09:00"),
        ("am Mittwoch um 9 Uhr", "2026-11-25 09:00"),
        ("in 3 days", "2026-11-23 09:00"),
        ("in 3 days 15:00", "2026-11-23 15:00"),
        ("dans 2 semaines", "2026-12-04 09:00"),
        ("za 2 hodiny", "2026-11-20 13:00"),
        ("over 90 minuten", "2026-11-20 12:30"),
        ("in 1 month", "2026-12-20 09:00"),
        ("next week", "2026-11-23 09:00"),
        ("volgende week 8:30", "2026-11-23 08:30"),
        ("15:00", "2026-11-20 15:00"),
        ("9:00", "2026-11-21 09:00"),
        ("14.30", "2026-11-20 14:30"),
        ("noon", "2026-11-20 12:00"),
        ("today 9:00", "2026-11-20 09:00"),
        ("yesterday", "2026-11-19 09:00"),
        ("2025-01-02", "2025-01-02 09:00"),
        # nothing that can be read
        ("tomorrow at", None),
        ("on", None),
        ("soon", None),
        ("9", None),
        ("11/24", None),
        ("31/2", None),
        ("2026-02-30", None),
        ("25:00", None),
        ("tomorrow yesterday", None),
        ("10:00 11:00", None),
        ("13 pm", None),
        ("in 5000 days", None),
        ("next friday", None),
        ("", None),
    ],
)
def test_moments(text: str, expected: str | None) -> None:
    """A day alone means nine o'clock, an hour alone the next such; days stand before months."""
    assert moment(text) == expected


@pytest.mark.parametrize(
    ("text", "past", "expected"),
    [
        ("yesterday", True, date(2026, 11, 19)),
        ("hier", True, date(2026, 11, 19)),
        ("monday", True, date(2026, 11, 16)),
        ("friday", True, date(2026, 11, 20)),
        ("friday", False, date(2026, 11, 27)),
        ("3 november", True, date(2026, 11, 3)),
        ("24/11", True, date(2025, 11, 24)),
        ("29 february", True, date(2024, 2, 29)),
        ("29 february", False, date(2028, 2, 29)),
        ("2 days ago", True, date(2026, 11, 18)),
        ("il y a 3 jours", True, date(2026, 11, 17)),
        ("vor 2 Tagen", True, date(2026, 11, 18)),
        ("před 2 dny", True, date(2026, 11, 18)),
        ("3 dagen geleden", True, date(2026, 11, 17)),
        ("tomorrow", True, None),
        ("2027-01-01", True, None),
        ("tomorrow 10:00", False, None),
        ("10:00", False, None),
    ],
)
def test_days(text: str, past: bool, expected: date | None) -> None:
    """A day has no hour; time worked lies in the past, today included."""
    assert read_date(text, now=NOW, zone=BRUSSELS, past=past) == expected


@pytest.mark.parametrize(("language", "expected"), [("fr", True), ("nl", False), ("de", False)])
def test_hier_is_here_in_dutch_and_german(language: str, expected: bool) -> None:
    """The French yesterday is a word of a sentence where the desk writes Dutch or German."""
    assert (moment("hier", language) is not None) is expected


def test_today_is_the_desks_day() -> None:
    """At one in the morning in Brussels it is still yesterday in UTC."""
    late = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    assert read_date("today", now=late, zone=BRUSSELS) == date(2026, 11, 20)


def test_an_hour_that_summer_time_leaves_out() -> None:
    """At the change, 02:30 does not exist and is half past three."""
    read = read_moment("2027-03-28 02:30", now=NOW, zone=BRUSSELS)
    assert read == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


@given(st.text(max_size=60))
def test_nothing_makes_reading_fail(text: str) -> None:
    """Any text is a moment in UTC, or none."""
    read = read_moment(text, now=NOW, zone=BRUSSELS)
    assert read is None or read.tzinfo is UTC


_PARTS = (
    "in 3 days le 24/11 2026-11-24 at 10:00 9u vendredi ago 3. december 2026 999 weeks month . : /"
)


@given(st.lists(st.sampled_from(_PARTS.split()), max_size=9))
def test_any_order_of_words_is_read_or_not(parts: list[str]) -> None:
    """Words that mean something elsewhere never raise where they make no sense."""
    text = " ".join(parts)
    read_moment(text, now=NOW, zone=BRUSSELS)
    day = read_date(text, now=NOW, zone=BRUSSELS, past=True)
    assert day is None or day <= date(2026, 11, 20)


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)))
def test_full_dates_read_back(day: date) -> None:
    """What is written in full means itself, whatever the way."""
    for text in (
        day.isoformat(),
        f"{day.day}/{day.month}/{day.year}",
        f"{day.day}. {day.month}. {day.year}",
    ):
        assert read_date(text, now=NOW, zone=BRUSSELS) == day


def test_month_names_for_titles() -> None:
    """As the title of a time task has it; English where the language is another."""
    assert month_name(1, "fr") == "Janvier"
    assert month_name(12, "cs") == "Prosinec"
    assert month_name(5, "it") == "May"
