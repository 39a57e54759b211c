"""A mail that has arrived, where a timer of its ticket counts from that."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.handle.carry_out import carry_out
from gateway.handle.facts import gather
from gateway.handle.hand import Hand
from gateway.house import House
from rules.decide import decide
from rules.decide.facts import Actor, DeliveryReported
from rules.model import Person
from store import messages, tickets
from store.database import Transaction
from store.outbox import OutboxItem


def counted(house: House, items: Sequence[OutboxItem]) -> set[int]:
    """Those of the outbox from whose arrival a timer counts; one look for all of them."""
    timers = [t for process in house.processes.values() for t in process.timers.values()]
    templates = {timer.of for timer in timers if timer.of}
    copies = {item.message: item.id for item in items if item.message is not None}
    if not templates or not copies:
        return set()
    with house.database.read() as tx:
        return {copies[message] for message in messages.made_from(tx, copies, templates)}


def tell_delivered(tx: Transaction, house: House, item: OutboxItem) -> None:
    """Starts what counts from the arrival of this mail."""
    ticket = tickets.load(tx, item.ticket, lock=True) if item.ticket is not None else None
    desk = house.desks.get(ticket.desk) if ticket else None
    if ticket is None or desk is None or item.message is None:
        return
    event = DeliveryReported(item.recipient, delivered=True, message=item.message)
    facts = gather(tx, house, desk, event, Actor(Person("")), ticket)
    decision = decide(facts)
    if decision.effects:
        carry_out(Hand(tx=tx, house=house, facts=facts, actor="gateway"), decision)
