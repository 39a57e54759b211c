"""What a customer writes on a ticket that is closed."""

from __future__ import annotations

from dataclasses import replace

from rules.commands import Reading
from rules.decide import clocks, guards, moving
from rules.decide.acts.people import tell_responsible
from rules.decide.cause import Cause
from rules.decide.conversation import after_commands, customer_wrote
from rules.decide.facts import Found, Mail
from rules.decide.knowledge import known
from rules.decide.opening import acknowledge, acknowledge_again, note_unverified, open_for
from rules.decide.scene import Scene
from rules.decide.thanks import is_thanks
from rules.effects import AddLink, Decision, Note
from rules.said import Headline, What


def finished(scene: Scene, mail: Mail, read: Reading) -> bool:
    """Whether the customer writes words (not a command alone) on a closed ticket."""
    closed = scene.process.statuses[scene.open_ticket.status].closed
    reopens = any(c.spec.to for c in read.commands)
    words = bool(scene.text.strip() or mail.attachments)
    return closed and words and not takes_text(read) and not reopens


def takes_text(read: Reading) -> bool:
    """Whether a command makes the text its own: the words to a survey are no comment."""
    return any(step.survey == "answer" for called in read.commands for step in called.spec.steps)


def on_closed(scene: Scene, mail: Mail, read: Reading) -> Decision:
    """Thanks are noted; else it opens again, or a linked ticket where that is over."""
    if is_thanks(scene.text, mail.attachments):
        scene.do(Note("thanked"))
        scene.text_used = True
        return after_commands(scene, replace(read, text=""), "thanked")
    if not _reopens(scene):
        return _follow_up(scene, mail, read)
    reopening = scene.process.reopening
    assert reopening is not None
    scene.do(Note("reopened"))
    moving.move(scene, reopening.to, Cause("reply"))
    tell_responsible(scene, Headline.REOPENED)
    customer_wrote(scene, mail)
    acknowledge_again(scene)
    return after_commands(scene, read, "reopened")


def _reopens(scene: Scene) -> bool:
    reopening, ticket = scene.process.reopening, scene.open_ticket
    if reopening is None or ticket.closed_at is None:
        return False
    late = scene.facts.now > clocks.calendar_of(scene.facts).add(ticket.closed_at, reopening.within)
    barred = guards.holds(reopening.unless, known(scene.facts, ticket, {}))
    return not late and not barred


def _follow_up(scene: Scene, mail: Mail, read: Reading) -> Decision:
    """A ticket of its own, tied to the one that is over."""
    old = scene.open_ticket
    scene.on_other(old.number, AddLink("related", str(scene.facts.next_number)))
    scene.ticket = None
    scene.text = read.text
    # An answer's subject names the ticket that is over; a subject of their own is what it is about.
    subject = old.subject if f"[#{old.number}]" in mail.subject else mail.subject
    open_for(scene, replace(mail, found=Found.NEW, subject=subject), mail.sender)
    note_unverified(scene)
    scene.do(AddLink("related", str(old.number)))
    tell_responsible(scene, Headline.NEW_TICKET)
    scene.say(What.LINKED, number=old.number)
    acknowledge(scene, follows=old.number)
    scene.text_used = True
    return after_commands(scene, read, "followed_up")
