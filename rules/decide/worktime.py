"""Time worked: written down, and corrected by a later entry that takes some of it back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from rules.decide import billing
from rules.decide.cause import Cause, Refused
from rules.decide.scene import Scene
from rules.effects import AddTime
from rules.model import TimeEntry
from rules.said import What, Why


def write_down(scene: Scene, cause: Cause) -> None:
    """An entry of whoever writes, on the day that they name or today where the desk is.

    Raises:
        Refused: more is taken back than they have written down.
    """
    given = cause.arguments.get("duration")
    minutes = given if isinstance(given, int) else 0
    entry = _new(scene, cause, minutes) if minutes >= 0 else _correction(scene, cause, minutes)
    scene.do(AddTime(entry))
    scene.say(
        What.TIME_ADDED,
        minutes=entry.minutes,
        on=entry.on.isoformat(),
        billable=entry.billable,
        total_minutes=_sum(scene.open_ticket.time),
        contract=billing.covered(scene) or "",
    )


def _new(scene: Scene, cause: Cause, minutes: int) -> TimeEntry:
    facts = scene.facts
    today = facts.now.astimezone(ZoneInfo(facts.desk.time_zone)).date()
    return TimeEntry(
        minutes=minutes,
        by=facts.actor.address,
        on=_day(cause) or today,
        billable=not cause.arguments.get("not_billable") and billing.is_paid(scene),
        text=cause.text("text"),
        rate=billing.rate_name(scene),
    )


def _correction(scene: Scene, cause: Cause, minutes: int) -> TimeEntry:
    """Like the entry that it corrects, the sender's latest (of that day): what was billable at a
    rate is taken back at that rate, and from the month in which it was worked."""
    day, by = _day(cause), scene.facts.actor.address
    free = bool(cause.arguments.get("not_billable"))
    own = [e for e in scene.open_ticket.time if e.by == by and day in (None, e.on)]
    own = [e for e in own if not (free and e.billable)]
    wrong = next((e for e in reversed(own) if e.minutes > 0), None)
    if wrong is None:
        raise Refused(Why.NO_TIME, minutes=0)
    there = _sum(e for e in own if _alike(e, wrong))
    if there + minutes < 0:
        raise Refused(Why.NO_TIME, minutes=there)
    return replace(wrong, minutes=minutes, text=cause.text("text") or wrong.text)


def _alike(entry: TimeEntry, other: TimeEntry) -> bool:
    return (entry.on, entry.billable, entry.rate) == (other.on, other.billable, other.rate)


def _day(cause: Cause) -> date | None:
    given = cause.arguments.get("on")
    return given if isinstance(given, date) and not isinstance(given, datetime) else None


def _sum(entries: Iterable[TimeEntry]) -> int:
    return sum(entry.minutes for entry in entries)
