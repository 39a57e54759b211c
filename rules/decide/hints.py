"""What begins to hold of a ticket, where its process file says that somebody should know."""

from __future__ import annotations

from dataclasses import replace

from rules.decide import guards
from rules.decide.audience import responsible
from rules.decide.facts import Facts
from rules.decide.knowledge import known
from rules.decide.scene import Line, Scene
from rules.model import MessageFact, Ticket, Visibility
from rules.said import Headline, What


def tell_begun(scene: Scene) -> None:
    """Those who look after the ticket hear of what holds now, and did not before this event."""
    before, after = scene.facts.ticket, scene.ticket
    if (
        before is None
        or after is None
        or not scene.process.hints
        or before.closed_at
        or after.closed_at
    ):
        return
    lines = begun(scene.facts, before, scene.facts, _with_mail_at_hand(scene, after))
    if lines:
        scene.lines += lines
        scene.tell(responsible(scene.facts, after), Headline.CHANGED)


def begun(was: Facts, before: Ticket, now: Facts, after: Ticket) -> list[Line]:
    """A line for each hint of the process that held of none of the first two, and holds now."""
    earlier, later = known(was, before, {}), known(now, after, {})
    return [
        {"what": What.HINT.value, "text": hint.says}
        for hint in now.process.hints
        if guards.holds(hint.when, later) and not guards.holds(hint.when, earlier)
    ]


def _with_mail_at_hand(scene: Scene, ticket: Ticket) -> Ticket:
    """The mail that is decided on is no part of the ticket yet, but part of what is known."""
    mail, actor = scene.mail, scene.facts.actor
    if mail is None or not scene.text.strip():
        return ticket
    by_staff = actor.person.works_at(scene.facts.desk.address)
    visibility = Visibility.INTERNAL if scene.internal or scene.refusals else Visibility.PUBLIC
    fact = MessageFact("in", "human", visibility, actor.address, by_staff, scene.facts.now)
    return replace(ticket, messages=(*ticket.messages, fact))
