"""Timers of a ticket: what starts them, what stops them, and when their clocks stand still.

A clock that stands still keeps what is left of it, in the time that it counts: business time, or
all hours. So a night or a weekend of waiting for the customer takes nothing from a promise.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from rules.calendar import BusinessCalendar
from rules.decide import guards
from rules.decide.facts import Facts
from rules.decide.knowledge import known
from rules.decide.scene import Scene
from rules.durations import Length, read_span
from rules.effects import CancelTimer, Effect, PauseTimer, StartTimer
from rules.model import Ticket, Timer
from rules.process import Process, Span, SpanCases, TimerSpec

_NONE = timedelta()


def calendar_of(facts: Facts) -> BusinessCalendar:
    """The business time of process and desk."""
    desk = facts.desk
    return BusinessCalendar(facts.process.hours, ZoneInfo(desk.time_zone), desk.country)


def length_of(facts: Facts, spec: TimerSpec, ticket: Ticket) -> Length:
    """How long the timer takes on this ticket."""
    after = spec.after
    if isinstance(after, Span):
        after = str(getattr(after, ticket.priority.value))
    elif isinstance(after, SpanCases):
        about = known(facts, ticket, {})
        holding = (c.span for c in after.first if not c.when or guards.holds(c.when, about))
        after = next(holding, after.first[-1].span)
    length = read_span(after)
    assert length is not None, "loading has read every span"
    return length


# --- where a timer is, and where its clock runs --------------------------------------------------


def belongs(process: Process, spec: TimerSpec, status: str) -> bool:
    """Whether a ticket in this status has the timer, running or standing still."""
    return runs_in(process, spec, status) or status in spec.pauses


def runs_in(process: Process, spec: TimerSpec, status: str) -> bool:
    return status not in spec.pauses and status in (spec.while_ or process.open_statuses())


def settle(scene: Scene) -> None:
    """What the status asks: stops the timers that do not belong to it, halts those that stand still
    in it, goes on with those that stood still, and starts those that begin with it."""
    ticket, process = scene.open_ticket, scene.process
    closed = process.statuses[ticket.status].closed
    for timer in ticket.timers:
        spec = process.timers.get(timer.name)
        if closed or (spec is not None and not belongs(process, spec, ticket.status)):
            scene.do(CancelTimer(timer.name))
        elif spec is not None:
            _halt_or_go_on(scene, timer, spec)
    for name, spec in process.timers.items():
        starts = "status" in spec.counts_from and runs_in(process, spec, ticket.status)
        if starts and not (closed and not spec.while_) and not _goes_on(scene, name, spec):
            start(scene, name, spec)


def _goes_on(scene: Scene, name: str, spec: TimerSpec) -> bool:
    """A clock that can stand still counts from the first of its statuses."""
    return bool(spec.pauses) and any(t.name == name for t in scene.open_ticket.timers)


def _halt_or_go_on(scene: Scene, timer: Timer, spec: TimerSpec) -> None:
    calendar, now = calendar_of(scene.facts), scene.facts.now
    length = length_of(scene.facts, spec, scene.open_ticket)
    halts = scene.open_ticket.status in spec.pauses
    if halts and timer.due_at is not None:
        _halt(scene, timer.name, calendar.measure(now, timer.due_at, business=length.business))
    elif not halts and timer.seconds_left is not None:
        left = timedelta(seconds=timer.seconds_left)
        scene.do(StartTimer(timer.name, calendar.later(now, left, business=length.business)))


def _halt(scene: Scene, name: str, left: timedelta) -> None:
    scene.do(PauseTimer(name, int(left.total_seconds())))


# --- beginnings and ends -------------------------------------------------------------------------


def start(scene: Scene, name: str, spec: TimerSpec) -> None:
    """Counts from now on, all of it; where its clock stands still, from when that ends."""
    calendar, now = calendar_of(scene.facts), scene.facts.now
    length = length_of(scene.facts, spec, scene.open_ticket)
    if scene.open_ticket.status in spec.pauses:
        _halt(scene, name, calendar.measure_of(now, length))
    else:
        scene.do(StartTimer(name, calendar.add(now, length)))


def beginning(facts: Facts, ticket: Ticket) -> tuple[Effect, ...]:
    """What starts with a ticket that is opened or moved; `facts` are those of its desk."""
    scene = Scene(facts)
    scene.ticket = ticket
    settle(scene)
    restart_on(scene, "opening")
    return tuple(scene.effects)


def stop_all(scene: Scene) -> None:
    for timer in scene.open_ticket.timers:
        scene.do(CancelTimer(timer.name))


def restart_on(scene: Scene, moment: str) -> None:
    """Starts anew what counts from such a moment: opening, last_customer_mail, last_staff_mail."""
    process, status = scene.process, scene.open_ticket.status
    for name, spec in process.timers.items():
        if moment in spec.counts_from and belongs(process, spec, status):
            start(scene, name, spec)


def wrote(scene: Scene, who: Literal["customer", "staff"]) -> None:
    """A public mail of theirs ends the timers that run until it, and starts what counts from it."""
    specs = scene.process.timers
    for timer in scene.open_ticket.timers:
        if timer.name in specs and specs[timer.name].until == f"{who}_mail":
            scene.do(CancelTimer(timer.name))
    restart_on(scene, f"last_{who}_mail")


def retime(scene: Scene, before: Ticket) -> None:
    """Where the ticket has changed so that a timer takes another time: what was used of it counts.

    `before`: the ticket before the change. What is over by the new measure is due now.
    """
    for timer in scene.open_ticket.timers:
        spec = scene.process.timers.get(timer.name)
        if spec is None:
            continue
        old, new = (length_of(scene.facts, spec, t) for t in (before, scene.open_ticket))
        if old != new:
            _change(scene, timer, old, new)


def _change(scene: Scene, timer: Timer, old: Length, new: Length) -> None:
    calendar, now = calendar_of(scene.facts), scene.facts.now
    whole = calendar.measure_of(now, old)
    left = timedelta(seconds=timer.seconds_left or 0)
    if timer.due_at is not None:
        left = calendar.measure(now, timer.due_at, business=old.business)
    used = max(_NONE, whole - left)
    left = max(_NONE, calendar.measure_of(now, new) - used)
    if timer.due_at is None:
        _halt(scene, timer.name, left)
    elif not used:
        scene.do(StartTimer(timer.name, calendar.add(now, new)))
    else:
        due = calendar.later(now, left, business=new.business) if left else now
        scene.do(StartTimer(timer.name, due))


# --- deliveries and silence ----------------------------------------------------------------------


def counting_from(scene: Scene, template: str) -> dict[str, TimerSpec]:
    """The timers that count from the arrival of such a mail."""
    return {
        name: spec
        for name, spec in scene.process.timers.items()
        if "delivery" in spec.counts_from and spec.of == template
    }


def start_on_delivery(scene: Scene, template: str) -> None:
    """Starts what counts from that mail and is not there yet: its first reader's day counts."""
    there = {timer.name for timer in scene.open_ticket.timers}
    for name, spec in counting_from(scene, template).items():
        if name not in there and belongs(scene.process, spec, scene.open_ticket.status):
            start(scene, name, spec)


def stop_counting(scene: Scene, template: str) -> None:
    """Stops what counts from that mail: it goes out anew, or it did not arrive after all."""
    counting = counting_from(scene, template)
    for timer in scene.open_ticket.timers:
        if timer.name in counting:
            scene.do(CancelTimer(timer.name))


def break_silence(scene: Scene) -> list[TimerSpec]:
    """Stops the clocks of silence that run or stand still; their specs."""
    specs = scene.process.timers
    broken = [t.name for t in scene.open_ticket.timers if t.name in specs and specs[t.name].silence]
    for name in broken:
        scene.do(CancelTimer(name))
    return [specs[name] for name in broken]
