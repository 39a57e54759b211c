"""Time worked as staff write it, and spans of process files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.durations import LONGEST_MINUTES, Length, read_duration, read_span


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("1h30", 90),
        ("1h", 60),
        ("90m", 90),
        ("90 min", 90),
        ("1,5 h", 90),
        ("1.5h", 90),
        ("0,25 h", 15),
        ("45 minuten", 45),
        ("2u", 120),
        ("1u30", 90),
        ("1 h 15", 75),
        ("1 h 15 min", 75),
        ("2 hours and 5 minutes", 125),
        ("1 heure et 10 minutes", 70),
        ("1:30", 90),
        ("3 hod", 180),
        ("2 hodiny", 120),
        ("5 hodin", 300),
        ("2 Std.", 120),
        ("1 Stunde und 20 Minuten", 80),
        ("20 minut", 20),
        ("999h", LONGEST_MINUTES),
        # not lengths of time
        ("90", None),
        ("h", None),
        ("0m", None),
        ("1h75", None),
        ("1:75", None),
        ("-1h", None),
        ("1,5", None),
        ("1,5 h 20", None),
        ("9999 h", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_time_worked(text: str, minutes: int | None) -> None:
    """Minutes, or nothing where it is not clear what is meant."""
    assert read_duration(text) == minutes


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("5 days", Length(5, "days")),
        ("1 day", Length(1, "days")),
        ("2 weeks", Length(14, "days")),
        ("20 minutes", Length(20, "minutes")),
        ("2 business hours", Length(2, "hours", True)),
        ("1 business day", Length(1, "days", True)),
        ("five days", None),
        ("5", None),
        ("2 business weeks", None),
        ("5 dagen", None),
    ],
)
def test_spans_of_process_files(text: str, length: Length | None) -> None:
    """Process files are written in English."""
    assert read_span(text) == length


@given(st.text(max_size=40))
def test_nothing_makes_reading_fail(text: str) -> None:
    """Any text is a positive number of minutes within bounds, or none."""
    minutes = read_duration(text)
    assert minutes is None or 0 < minutes <= LONGEST_MINUTES
    read_span(text)


@given(st.integers(0, 998), st.integers(0, 59))
def test_hours_and_minutes_read_back(hours: int, minutes: int) -> None:
    """However it is written, it is the same length."""
    whole = hours * 60 + minutes
    for text in (f"{hours}h{minutes:02}", f"{hours} h {minutes} min", f"{hours}:{minutes:02}"):
        assert read_duration(text) == (whole or None)
