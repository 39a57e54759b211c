"""Lengths of time, business hours, days and currencies that can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from rules.calendar import WEEKDAYS, knows_country, read_hours
from rules.checks.context import Checked
from rules.durations import read_span
from rules.faults import Fault
from rules.process import Span
from rules.source import Path


def spans(c: Checked) -> Iterator[Fault]:
    for text, path in _spans(c):
        if read_span(text) is None:
            mend = "Write a number and minutes, hours, days, business hours or business days."
            yield c.fault(path, f"'{text}' is no length of time", mend)
    yield from _hours(c)
    if c.process.currency and not re.fullmatch(r"[A-Z]{3}", c.process.currency):
        yield c.fault(("currency",), f"'{c.process.currency}' is no currency", "Write EUR or GBP.")


def _spans(c: Checked) -> Iterator[tuple[str, Path]]:
    for name, timer in c.process.timers.items():
        path: Path = ("timers", name, "after")
        if isinstance(timer.after, Span):
            for priority, text in timer.after.model_dump().items():
                yield text, (*path, priority)
        else:
            yield timer.after, path
    if c.process.reopening:
        yield c.process.reopening.within, ("reopening", "within")
    for step, path, _ in c.steps():
        if step.quote and step.quote.valid_for:
            yield step.quote.valid_for, (*path, "quote", "valid_for")


def _hours(c: Checked) -> Iterator[Fault]:
    hours = c.process.hours
    yield from c.unknown("day", hours.days, ("hours", "days"), WEEKDAYS)
    for n, text in enumerate(hours.hours):
        if read_hours(text) is None:
            mend = "Write opening and closing as 09:00-17:00."
            yield c.fault(("hours", "hours", n), f"'{text}' are no hours", mend)
    for n, text in enumerate(hours.closed):
        if not _is_day(text):
            yield c.fault(("hours", "closed", n), f"'{text}' is no day", "Write it as 2026-12-24.")
    if hours.holidays and not knows_country(hours.holidays):
        message = f"the holidays of '{hours.holidays}' are not known"
        yield c.fault(("hours", "holidays"), message, "Write an ISO 3166 code such as BE or DE-BY.")
    for part in ("days", "hours"):
        if not getattr(hours, part):
            yield c.fault(
                ("hours", part), "there is no business time", "Write when the desk works."
            )


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
