"""A command that waits for its sender's yes, and the one question about it."""

from __future__ import annotations

from gateway.handle.addressing import CONFIRM_WITHIN
from gateway.handle.brakes import (
    may_ask,
    may_say_waiting,
    tells_of_forgery,
)
from gateway.handle.hand import Hand
from gateway.handle.sending import send
from rules.effects import (
    Hold,
    QueueMail,
)
from rules.model import Ticket
from rules.said import Why
from store import holds


def hold(hand: Hand, ticket: Ticket | None, effect: Hold) -> None:
    """What waits, and the one mail that asks for the yes; neither where enough was asked."""
    now, actor = hand.facts.now, hand.facts.actor
    number = ticket.number if ticket else None
    assert hand.item is not None, "only a mail is held"
    if actor.failed and not actor.confirmed:
        _tell_of_forgery(hand, ticket, effect.address)
        return
    if not may_ask(hand.tx, hand.house, actor, effect, number, now):
        if may_say_waiting(hand.tx, effect, number, now):
            send(hand, ticket, (_answer_first(hand, effect),))
        return
    added = holds.add(
        hand.tx,
        ticket=number,
        inbox=hand.item.id,
        address=effect.address,
        commands=effect.commands,
        shows={**effect.shows, "class": int(effect.act_class)},
        created_at=now,
        expires_at=now + CONFIRM_WITHIN,
    )
    send(hand, ticket, (_question(hand, effect, added),))


def _answer_first(hand: Hand, effect: Hold) -> QueueMail:
    """One line to the address on file: what they may really have written is not asked about."""
    why = {"line": "", "why": Why.ASKED_BEFORE.value}
    internal = hand.facts.people.person(effect.address).staff
    data = {"refusals": [why], "possible": [], "lines": []}
    return QueueMail("refused", (effect.address,), data, answer=True, internal=internal)


def _question(hand: Hand, effect: Hold, hold: int) -> QueueMail:
    reader = hand.facts.people.person(effect.address)
    internal = reader.staff or effect.address in hand.facts.desk.finance
    return QueueMail(
        "confirmation",
        (effect.address,),
        data={
            "commands": effect.commands,
            "shows": dict(effect.shows),
            "reason": effect.reason,
        },
        offers=("yes",),
        carries_text=hand.facts.actor.person.staff and internal,
        purpose="confirm",
        version=hold,
        internal=internal,
    )


def _tell_of_forgery(hand: Hand, ticket: Ticket | None, address: str) -> None:
    """dmarc=fail: somebody else wrote it. Whose name it is hears of it once, and is not asked."""
    on_file = address in hand.facts.people.persons or bool(ticket and address in ticket.customers)
    if on_file and tells_of_forgery(hand.tx, address, hand.facts.now):
        internal = hand.facts.people.person(address).staff
        send(hand, ticket, (QueueMail("forged", (address,), answer=True, internal=internal),))
