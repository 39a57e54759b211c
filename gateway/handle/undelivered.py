"""A mail that will not be delivered: those who look after its ticket are told."""

from __future__ import annotations

import structlog

from gateway.handle.carry_out import carry_out
from gateway.handle.facts import gather
from gateway.handle.hand import Hand
from gateway.handle.operators import tell_operators
from gateway.house import House
from rules.decide import decide
from rules.decide.facts import Actor, DeliveryReported
from rules.model import Person
from store import messages, tickets
from store.database import Transaction
from store.outbox import OutboxItem

log = structlog.get_logger(__name__)


def tell_undelivered(tx: Transaction, house: House, item: OutboxItem, text: str) -> None:
    """By a notice to staff; where it was itself a mail to staff, or on no ticket, by the operators:
    a notice of a lost notice would go the same way."""
    if item.ticket is None and _watched_otherwise(house, item.recipient):
        log.error("a mail about the gateway itself is lost", to=item.recipient, error=text)
        return
    ticket = tickets.load(tx, item.ticket, lock=True) if item.ticket is not None else None
    desk = house.desks.get(ticket.desk) if ticket else None
    message = messages.get(tx, item.message) if item.message is not None else None
    internal = message is None or message.visibility.value == "internal"
    if ticket is None or desk is None or internal:
        desk = desk or next(iter(house.desks.values()))
        details = {"to": item.recipient, "ticket": item.ticket or "", "error": text}
        tell_operators(tx, house, desk, "undelivered", details)
        return
    event = DeliveryReported(item.recipient, delivered=False, text=text)
    facts = gather(tx, house, desk, event, Actor(Person("")), ticket)
    carry_out(Hand(tx=tx, house=house, facts=facts, actor="gateway"), decide(facts))


def _watched_otherwise(house: House, recipient: str) -> bool:
    """What operators cannot be told that way is not told them that way; a canary is missed."""
    configuration = house.configuration
    canaries = {*configuration.desks, configuration.watch.canary_to}
    return recipient in configuration.operators or recipient in canaries
