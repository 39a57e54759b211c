"""What timers that fall due, deliveries and operators bring about."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from rules import commands as reading
from rules.decide import clocks, commands, guards, moving, quotes
from rules.decide.audience import responsible, roles_of
from rules.decide.cause import Cause
from rules.decide.facts import DeliveryReported, Facts, OperatorCommand, TimerDue
from rules.decide.knowledge import known
from rules.decide.outcome import conclude
from rules.decide.scene import Scene
from rules.decide.steps import carry_out
from rules.effects import CancelTimer, Decision, Note
from rules.model import EXPIRY, REMIND, Ticket
from rules.process import TimerSpec
from rules.said import Headline, What, Why


def decide_due(facts: Facts, timer: TimerDue) -> Decision:
    """A timer fires once: it is cleared first, and set anew where it repeats."""
    scene = Scene(facts)
    scene.do(CancelTimer(timer.name))
    if timer.name == EXPIRY:
        quotes.expire(scene)
        return conclude(scene, "quote_expired")
    if timer.name == REMIND:
        scene.tell(responsible(facts, scene.open_ticket), Headline.REMINDER)
        scene.do(Note("reminded"))
        return conclude(scene, "reminded")
    spec = facts.process.timers.get(timer.name)
    if spec is None or not clocks.runs_in(facts.process, spec, scene.open_ticket.status):
        return conclude(scene, "timer_gone")
    return _fire(scene, timer.name, spec)


def _fire(scene: Scene, name: str, spec: TimerSpec) -> Decision:
    if spec.unless and guards.holds(spec.unless, known(scene.facts, scene.ticket, {})):
        return conclude(scene, "timer_not_needed")
    cause = Cause(name)
    scene.do(Note("timer_due", name))
    if spec.says:
        scene.say(What.TIMER, text=spec.says)
    if spec.breach:
        scene.tell(responsible(scene.facts, scene.open_ticket), Headline.BREACHED)
    carry_out(scene, spec.steps, cause)
    if spec.to:
        moving.move(scene, spec.to, cause)
    if spec.repeat and clocks.belongs(scene.process, spec, scene.open_ticket.status):
        clocks.start(scene, name, spec)
    return conclude(scene, f"timer_{name}")


def decide_delivery(facts: Facts, report: DeliveryReported) -> Decision:
    """A copy that was given up is told to staff; one that arrived starts what counts from it."""
    scene = Scene(facts)
    if report.delivered:
        template = _latest(scene.open_ticket, report.message)
        roles = roles_of(facts, facts.people.person(report.recipient), scene.ticket)
        if template and "approver" in roles:
            clocks.start_on_delivery(scene, template)
        return conclude(scene, "delivered")
    scene.do(Note("undelivered", report.recipient))
    scene.say(What.NOT_DELIVERED, address=report.recipient, text=report.text)
    scene.tell(responsible(facts, scene.open_ticket), Headline.BOUNCED)
    return conclude(scene, "undelivered")


def _latest(ticket: Ticket, message: int) -> str | None:
    """The template of a copy, if the same mail did not go out anew since."""
    copy = next((m for m in ticket.messages if m.id == message), None)
    if copy is None or any(m.template == copy.template and m.at > copy.at for m in ticket.messages):
        return None
    return copy.template


def decide_operator(facts: Facts, order: OperatorCommand) -> Decision:
    """Commands given at the machine, by the roles of the address that they are given for."""
    scene = Scene(facts)
    read = reading.read(
        order.text, facts.process, now=facts.now, time_zone=ZoneInfo(facts.desk.time_zone)
    )
    scene = commands.run(scene, read.commands, read.problems)
    if not read.commands and not read.problems:
        word = next(iter(order.text.split()), "")
        scene.refuse(order.text, Why.UNKNOWN, word=word, meant=[])
    return conclude(scene, "refused" if scene.refusals else "ordered")
