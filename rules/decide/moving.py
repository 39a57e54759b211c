"""From status to status: what entering one brings."""

from __future__ import annotations

from rules.decide import clocks, guards
from rules.decide.cause import Cause
from rules.decide.knowledge import known
from rules.decide.scene import Scene
from rules.effects import MoveTo
from rules.model import Ticket
from rules.process import Command, Status
from rules.said import What


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
    clocks.settle(scene)
    billing.note_covering(scene, spec)
    carry_out(scene, spec.enter, cause)
    billing.on_entering(scene, spec, cause.bill)
    if spec.leads_to and _leads_on(scene, spec):
        move(scene, spec.leads_to, cause)


def _leads_on(scene: Scene, spec: Status) -> bool:
    facts = known(scene.facts, scene.ticket, {})
    return spec.leads_when is None or guards.holds(spec.leads_when, facts)
