"""From status to status: what entering one brings, and which timers run there."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from rules.calendar import BusinessCalendar
from rules.decide import guards
from rules.decide.cause import Cause
from rules.decide.knowledge import known
from rules.decide.scene import Scene
from rules.effects import CancelTimer, MoveTo, StartTimer
from rules.model import Ticket
from rules.process import Command, Span, Status, TimerSpec
from rules.said import What

REMIND = "remind"
"""The timer that a person sets; it outlives every status but a closed one."""


def target_of(command: Command, ticket: Ticket) -> str | None:
    """The status that a command leads to from where the ticket stands; None where it stays."""
    if isinstance(command.to, str):
        return command.to
    return (command.to or {}).get(ticket.status)


def move(scene: Scene, status: str, cause: Cause) -> None:
    """Moves the ticket, does what entering the status brings, and goes on to where it leads."""
    # Imported here, since a step may move a ticket (take_next) as a move may bring steps.
    from rules.decide import billing
    from rules.decide.steps import carry_out

    ticket, process = scene.open_ticket, scene.process
    spec = process.statuses[status]
    scene.moved = True
    if ticket.status == status:
        return
    before = process.statuses.get(ticket.status)
    scene.do(MoveTo(status, spec.closed, scene.facts.now, process.version))
    scene.say(
        What.MOVED,
        from_label=before.label if before else ticket.status,
        to_label=spec.label,
    )
    settle_timers(scene)
    carry_out(scene, spec.enter, cause)
    billing.on_entering(scene, spec, cause.bill)
    if spec.leads_to and _leads_on(scene, spec):
        move(scene, spec.leads_to, cause)


def _leads_on(scene: Scene, spec: Status) -> bool:
    facts = known(scene.facts, scene.ticket, {})
    return spec.leads_when is None or guards.holds(spec.leads_when, facts)


def stop_timers(scene: Scene) -> None:
    for timer in scene.open_ticket.timers:
        scene.do(CancelTimer(timer.name))


def settle_timers(scene: Scene) -> None:
    """Stops the timers that do not belong to the status, and starts those that begin with it."""
    ticket, process = scene.open_ticket, scene.process
    closed = process.statuses[ticket.status].closed
    for timer in ticket.timers:
        spec = process.timers.get(timer.name)
        if closed or (spec is not None and not runs_in(scene, spec, ticket.status)):
            scene.do(CancelTimer(timer.name))
    for name, spec in process.timers.items():
        starts = spec.counts_from == "status" and runs_in(scene, spec, ticket.status)
        if starts and not (closed and not spec.while_):
            start(scene, name, spec)


def runs_in(scene: Scene, spec: TimerSpec, status: str) -> bool:
    return status in (spec.while_ or scene.process.open_statuses())


def start(scene: Scene, name: str, spec: TimerSpec) -> None:
    """Counts from now on, in the business time of process and desk."""
    desk, process = scene.facts.desk, scene.process
    calendar = BusinessCalendar(process.hours, ZoneInfo(desk.time_zone), desk.country)
    due = calendar.add(scene.facts.now, span_of(spec, scene.open_ticket))
    scene.do(StartTimer(name, due))


def span_of(spec: TimerSpec, ticket: Ticket) -> str:
    if isinstance(spec.after, Span):
        return str(getattr(spec.after, ticket.priority.value))
    return spec.after


def restart_on(scene: Scene, moment: str) -> None:
    """Starts anew the timers that count from such a moment: opening, last_customer_mail,
    last_staff_mail."""
    status = scene.open_ticket.status
    for name, spec in scene.process.timers.items():
        if spec.counts_from == moment and runs_in(scene, spec, status):
            start(scene, name, spec)


def counting_from(scene: Scene, template: str) -> dict[str, TimerSpec]:
    """The timers that count from the arrival of such a mail."""
    return {
        name: spec
        for name, spec in scene.process.timers.items()
        if spec.counts_from == "delivery" and spec.of == template
    }


def start_on_delivery(scene: Scene, template: str) -> None:
    """Starts what counts from that mail and does not run yet: its first reader's day counts."""
    running = {timer.name for timer in scene.open_ticket.timers}
    for name, spec in counting_from(scene, template).items():
        if name not in running and runs_in(scene, spec, scene.open_ticket.status):
            start(scene, name, spec)


def stop_counting(scene: Scene, template: str) -> None:
    """Stops what counts from that mail: it goes out anew, or it did not arrive after all."""
    counting = counting_from(scene, template)
    for timer in scene.open_ticket.timers:
        if timer.name in counting:
            scene.do(CancelTimer(timer.name))


def break_silence(scene: Scene) -> list[TimerSpec]:
    """Stops the clocks of silence that run; their specs."""
    specs = scene.process.timers
    broken = [t.name for t in scene.open_ticket.timers if t.name in specs and specs[t.name].silence]
    for name in broken:
        scene.do(CancelTimer(name))
    return [specs[name] for name in broken]
