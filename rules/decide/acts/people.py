"""Commands about people: who asked, who reads along, who is written to."""

from __future__ import annotations

from rules.decide import clocks, tasks
from rules.decide.audience import holders, language_of, name_of, responsible
from rules.decide.cause import Cause, Refused
from rules.decide.scene import Scene
from rules.effects import (
    AddParticipant,
    Assign,
    Note,
    QueueMail,
    RemoveParticipant,
    SetRequester,
    SettleHold,
    SetValue,
)
from rules.said import Headline, What, Why


def note(scene: Scene, _: Cause) -> None:
    """This mail stays inside."""
    scene.internal = True
    scene.say(What.NOTE_KEPT)


def reporter(scene: Scene, cause: Cause) -> None:
    """Corrects the requester."""
    address = cause.text("address")
    if address == scene.open_ticket.requester:
        raise Refused(Why.ALREADY)
    person = scene.facts.people.person(address)
    scene.do(
        SetRequester(
            address,
            person.name,
            person.organisation,
            language_of(scene.facts, address, None),
        )
    )
    scene.say(What.REQUESTER, address=address)


def participants(scene: Scene, cause: Cause) -> None:
    """`+ADDRESS -ADDRESS`: who receives all that the requester receives."""
    for sign, address in _signed(cause.arguments.get("addresses")):
        if sign == "-":
            scene.do(RemoveParticipant(address))
            scene.say(What.PARTICIPANT_REMOVED, address=address)
        elif address not in scene.open_ticket.customers:
            scene.do(AddParticipant(address))
            scene.say(What.PARTICIPANT_ADDED, address=address)


def _signed(value: object) -> list[tuple[str, str]]:
    return [(str(s), str(a)) for s, a in value] if isinstance(value, tuple) else []


def send(scene: Scene, cause: Cause) -> None:
    """This mail's text to anyone; kept as evidence, and their answer stays inside until shared."""
    address = cause.text("address")
    scene.internal = True
    scene.text_used = True
    scene.mails.append(
        QueueMail("outside", (address,), carries_text=True, purpose="outside", internal=True)
    )
    scene.do(Note("sent", address))
    scene.say(What.SENT_TO, address=address)


def assign(scene: Scene, cause: Cause) -> None:
    """Gives the ticket, or one task of it, to a person or role."""
    word = cause.text("who")
    number = cause.arguments.get("task")
    if isinstance(number, int):
        tasks.assign(scene, number, word)
        return
    found = tasks.named_or_refused(scene, word)
    if found.role:
        _give_to_role(scene, found.role)
        return
    if found.address == scene.open_ticket.assignee:
        raise Refused(Why.ALREADY)
    scene.do(Assign(found.address))
    scene.say(What.ASSIGNED, name=name_of(scene.facts.people, found.address))
    if found.address and found.address != scene.facts.actor.address:
        scene.tell([found.address], Headline.ASSIGNED, carries_text=True)


def _give_to_role(scene: Scene, role: str) -> None:
    holding = holders(scene.facts, role, scene.ticket)
    if not holding:
        raise Refused(Why.NO_SUCH_PERSON, given=role)
    one = holding[0] if len(holding) == 1 else None
    scene.do(Assign(one))
    if one is None:
        before = scene.open_ticket
        scene.do(SetValue("level", role))
        clocks.retime(scene, before)
    label = scene.process.roles[role].label
    scene.say(What.ASSIGNED, name=name_of(scene.facts.people, one) or label)
    others = [a for a in holding if a != scene.facts.actor.address]
    scene.tell(others, Headline.ASSIGNED, carries_text=True)


def phone(scene: Scene, cause: Cause) -> None:
    """The ticket was opened on behalf of who called: the agent gets its number."""
    ticket = scene.open_ticket
    scene.internal = True
    scene.say(What.PHONE, number=ticket.number, address=cause.text("address"))


def confirm(scene: Scene, _: Cause) -> None:
    """`#yes`: what was held happens now, as its sender wrote it."""
    held, mail = scene.facts.held, scene.mail
    if held is None or mail is None or mail.token is None:
        raise Refused(Why.NOTHING_TO_CONFIRM)
    actor = scene.facts.actor
    if actor.failed or not actor.address == mail.token.address == held.address:
        raise Refused(Why.UNPROVEN)
    scene.internal = True
    scene.do(SettleHold(held.id, confirmed=True))
    # What is done now is told by the decision on it.
    scene.answered = True


def tell_responsible(scene: Scene, headline: Headline) -> None:
    """Those who look after the ticket, but not who wrote."""
    told = responsible(scene.facts, scene.open_ticket)
    scene.tell([a for a in told if a != scene.facts.actor.address], headline, carries_text=True)
