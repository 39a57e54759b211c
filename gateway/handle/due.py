"""Timers that fell due, and what operators order: the same door as mails."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.handle.carry_out import carry_out
from gateway.handle.facts import gather
from gateway.handle.hand import Hand, Outcome
from gateway.house import House
from rules.decide import decide
from rules.decide.facts import Actor, Event, OperatorCommand, TimerDue
from rules.effects import Decision
from rules.model import Person, Ticket, Timer
from store import tickets
from store.database import Transaction


def handle_timer(tx: Transaction, house: House, number: int, timer: Timer) -> Outcome:
    """Fires one timer of a ticket that the caller has locked."""
    ticket = tickets.load(tx, number, lock=True)
    if ticket is None:
        return Outcome()
    event = TimerDue(timer.name)
    process = house.processes.get(ticket.process)
    spec = process.timers.get(timer.name) if process else None
    name = "silence" if spec and spec.silence else "timer"
    _, outcome = _handle(tx, house, ticket, event, Actor(Person("")), name)
    return outcome


@dataclass(frozen=True, slots=True)
class Ordered:
    """What an operator's command did; `decision.refusals` say why it did nothing."""

    decision: Decision
    ticket: Ticket | None


def handle_order(
    tx: Transaction, house: House, number: int, text: str, address: str
) -> Ordered | None:
    """An operator's command on a ticket, by the roles of `address`; None: no such ticket."""
    ticket = tickets.load(tx, number, lock=True)
    if ticket is None:
        return None
    actor = Actor(house.people.person(address), operator=True)
    event = OperatorCommand(text)
    decision, outcome = _handle(tx, house, ticket, event, actor, "operator")
    return Ordered(decision, outcome.ticket)


def _handle(
    tx: Transaction, house: House, ticket: Ticket, event: Event, actor: Actor, name: str
) -> tuple[Decision, Outcome]:
    desk = house.desks.get(ticket.desk)
    if desk is None:
        # The desk is gone from the configuration; its tickets stay as they are.
        return Decision((), "no_desk"), Outcome(ticket)
    facts = gather(tx, house, desk, event, actor, ticket)
    decision = decide(facts)
    if decision.refusals:
        return decision, Outcome(ticket)
    hand = Hand(tx=tx, house=house, facts=facts, actor=name)
    outcome = carry_out(hand, decision)
    return decision, outcome
