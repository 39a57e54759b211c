"""Lengths of time, business hours, days and currencies that can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from rules.calendar import WEEKDAYS, knows_country, read_clock, read_hours
from rules.checks.context import Checked
from rules.durations import read_span
from rules.faults import Fault
from rules.process import Span, SpanCases, TimerSpec
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
        yield from _of_timer(timer, ("timers", name, "after"))
    for name, digest in c.process.digests.items():
        if digest.every is not None:
            yield digest.every, ("digests", name, "every")
    if c.process.reopening:
        yield c.process.reopening.within, ("reopening", "within")
    for step, path, _ in c.steps():
        if step.quote and step.quote.valid_for:
            yield step.quote.valid_for, (*path, "quote", "valid_for")


def _of_timer(timer: TimerSpec, path: Path) -> Iterator[tuple[str, Path]]:
    if isinstance(timer.after, Span):
        for priority, text in timer.after.model_dump().items():
            yield text, (*path, priority)
    elif isinstance(timer.after, SpanCases):
        for n, case in enumerate(timer.after.first):
            yield case.span, (*path, "first", n, "is")
    else:
        yield timer.after, path


def timers(c: Checked) -> Iterator[Fault]:
    """A timer takes some time whatever the case, and counts it by one kind of clock."""
    for name, timer in c.process.timers.items():
        path: Path = ("timers", name, "after")
        if isinstance(timer.after, SpanCases):
            last = timer.after.first[-1] if timer.after.first else None
            if last is None or last.when is not None:
                mend = "End with a case that has no `when`."
                yield c.fault(path, "none of the cases may hold", mend)
        lengths = [length for text in timer.lengths if (length := read_span(text))]
        if len({length.business for length in lengths}) > 1:
            message = "business time and all hours cannot be told apart once some of it is used"
            yield c.fault(path, message, "Write all of them in business time, or none.")


def digests(c: Checked) -> Iterator[Fault]:
    """A digest comes by one clock, which moves."""
    for name, digest in c.process.digests.items():
        path: Path = ("digests", name)
        if (digest.every is None) == (digest.at is None):
            mend = "Say `every: 20 minutes`, or `at: 08:00` of business days."
            yield c.fault(path, "it comes either every so often or at a time of the day", mend)
        if digest.at is not None and read_clock(digest.at) is None:
            mend = "Write it as 08:00."
            yield c.fault((*path, "at"), f"'{digest.at}' is no time of day", mend)
        length = read_span(digest.every or "")
        if length is not None and not length.count:
            yield c.fault((*path, "every"), "it would never end", "Write a minute or more.")


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
