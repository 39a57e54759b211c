"""The mails of a decision, as far as brakes let them go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gateway.handle.brakes import (
    may_answer,
    may_notify,
    tells_of_hush,
)
from gateway.handle.desktop import Desktop
from gateway.handle.hand import Hand
from gateway.handle.letters import post
from gateway.house import House
from rules.decide.facts import Facts, MailArrived, Unverified
from rules.effects import (
    Effect,
    QueueMail,
)
from rules.model import Proof, Ticket
from rules.said import Headline
from store import messages, tokens
from store.database import Transaction
from store.tokens import SigningKey


def send(hand: Hand, ticket: Ticket | None, effects: Iterable[Effect]) -> None:
    """The mails among these effects, but those that a brake holds back."""
    queued = [e for e in effects if isinstance(e, QueueMail)]
    if not queued:
        return
    desktop = Desktop(
        tx=hand.tx,
        house=hand.house,
        facts=_facts_there(hand, ticket),
        ticket=ticket,
        now=hand.facts.now,
        key=signing_key(hand.tx, hand.house),
        carried=hand.carried,
        earlier=messages.of_ticket(hand.tx, ticket.number) if ticket else (),
        believed=hand.believed,
        arrived_at=hand.item.received_at if hand.item else None,
    )
    if hand.hushed:
        queued = [_once_for_all(hand, m) if _is_notice(m) else m for m in queued]
    for mail in queued:
        to = tuple(address for address in mail.to if _goes(hand, ticket, mail, address))
        if to:
            post(desktop, replace(mail, to=to))


def _is_notice(mail: QueueMail) -> bool:
    return mail.internal and not mail.answer and mail.purpose == "reply"


def is_hushed(hand: Hand, ticket: Ticket | None, effects: Iterable[Effect]) -> bool:
    """Whether too many mails came of late that nobody vouches for; this one is counted."""
    actor, now = hand.facts.actor, hand.facts.now
    shown = actor.proof is not Proof.NONE or actor.confirmed or actor.operator
    arrived = isinstance(hand.facts.event, MailArrived)
    if not arrived or shown or hand.facts.policy.unverified is Unverified.ALLOW:
        return False
    if not any(isinstance(e, QueueMail) and _is_notice(e) for e in effects):
        return False
    number = ticket.number if ticket else None
    return not may_notify(hand.tx, hand.house, hand.facts.desk.address, number, now)


def _once_for_all(hand: Hand, mail: QueueMail) -> QueueMail:
    """Staff hear once an hour that they do not hear of each such mail."""
    to = tuple(a for a in mail.to if tells_of_hush(hand.tx, a, hand.facts.now))
    data = {"headline": Headline.HUSHED.value, "lines": []}
    return replace(mail, template="notice", to=to, data=data, carries_text=False)


def _facts_there(hand: Hand, ticket: Ticket | None) -> Facts:
    """Mails of a ticket come from the desk where it is, also when it has just moved."""
    facts = hand.facts
    desk = hand.house.desks.get(ticket.desk, facts.desk) if ticket else facts.desk
    if desk == facts.desk:
        return facts
    return replace(facts, desk=desk, process=hand.house.process_of(desk))


def _goes(hand: Hand, ticket: Ticket | None, mail: QueueMail, address: str) -> bool:
    if not mail.answer:
        return True
    number = ticket.number if ticket else None
    trusted = _trusted(hand)
    return may_answer(hand.tx, hand.house, address, number, hand.facts.now, trusted=trusted)


def _trusted(hand: Hand) -> bool:
    """Verified staff, and whoever brought a command that was understood (docs/security.md), unless
    anybody may have written it in their name."""
    actor, policy = hand.facts.actor, hand.facts.policy
    shown = actor.proof is not Proof.NONE or policy.unverified is Unverified.ALLOW
    return (hand.commanded and shown) or (actor.person.staff and actor.domain)


def signing_key(tx: Transaction, house: House) -> SigningKey:
    """The newest key that still signs; the first of an installation is made on the way."""
    for key in tokens.keys(tx):
        if key.retired_at is None:
            return key
    key = SigningKey(house.random(8).hex(), house.random(32), house.clock())
    tokens.add_key(tx, key)
    return key
