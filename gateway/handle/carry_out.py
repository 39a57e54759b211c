"""A decision written: ticket, journal, timers, holds, outbox, all in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from gateway.handle.hand import Hand, Outcome
from gateway.handle.holding import hold
from gateway.handle.journal_words import entry_of, written
from gateway.handle.remembering import known, remember
from gateway.handle.sending import is_hushed, send
from rules.effects import (
    Block,
    Decision,
    Effect,
    Hold,
    OnOther,
    OpenOther,
    OpenTicket,
    SettleHold,
)
from rules.evolve import evolve_all
from rules.model import Ticket
from store import holds, inbox, journal, messages, settings, tickets
from store.database import Transaction
from store.errors import Conflict


def carry_out(hand: Hand, decision: Decision) -> Outcome:
    """Raises Conflict where somebody else was there first: decide again then."""
    before = hand.facts.ticket
    knew = known(hand.tx, hand.facts)
    opened = next((e for e in decision.effects if isinstance(e, OpenTicket)), None)
    if opened is not None:
        before = None
        _take_number(hand.tx, opened.ticket.number)
    after = _after(before, decision.effects)
    outcome = Outcome(ticket=after)
    if after is not None:
        outcome.ticket = after = tickets.save(hand.tx, before, after)
        outcome.message = _write_message(hand, after)
        _write_journal(hand, after, before, decision.effects, outcome.message)
    hand = replace(hand, hushed=is_hushed(hand, outcome.ticket, decision.effects))
    for effect in decision.effects:
        _beyond(hand, outcome, effect)
    send(hand, outcome.ticket, decision.effects)
    number = outcome.ticket.number if outcome.ticket else None
    remember(hand.tx, hand.house, hand.facts, knew, decision, number)
    return outcome


def _take_number(tx: Transaction, expected: int) -> None:
    """The number that the decision gave the ticket; another mail may have had it meanwhile."""
    if tickets.new_number(tx) != expected:
        raise Conflict(f"ticket {expected} was opened by somebody else")


def _after(before: Ticket | None, effects: Iterable[Effect]) -> Ticket | None:
    opening = next((e for e in effects if isinstance(e, OpenTicket)), None)
    start = opening.ticket if opening else before
    return evolve_all(start, effects) if start is not None else None


def _write_message(hand: Hand, ticket: Ticket) -> int | None:
    if hand.mail is None:
        return hand.message
    return messages.add(hand.tx, replace(hand.mail, ticket=ticket.number), hand.parts).id


def _write_journal(
    hand: Hand,
    ticket: Ticket,
    before: Ticket | None,
    effects: Iterable[Effect],
    message: int | None,
) -> None:
    entries = []
    status = before.status if before else None
    for effect in effects:
        entry = entry_of(effect, hand.facts.now, hand.actor, status, message)
        if entry is not None:
            entries.append(entry)
            status = entry.to_status or status
    if message is not None and not entries:
        entries.append(written(hand.facts.now, hand.actor, message))
    journal.append(hand.tx, ticket.number, entries)


# --- beyond the ticket ---------------------------------------------------------------------------


def _beyond(hand: Hand, outcome: Outcome, effect: Effect) -> None:
    match effect:
        case OnOther(number, effects):
            _on_other(hand, number, effects)
        case OpenOther():
            _open_other(hand, effect)
        case Hold():
            hold(hand, outcome.ticket, effect)
        case SettleHold(held, confirmed):
            state = "confirmed" if confirmed else "cancelled"
            if holds.settle(hand.tx, held, state, hand.facts.now):
                holds.cancel_others(hand.tx, held, hand.facts.now)
                outcome.confirmed += [held] if confirmed else []
        case Block(desk, address):
            settings.put(hand.tx, blocked(desk, address), True)
        case _:
            pass


def blocked(desk: str, address: str) -> str:
    """The name under which the store keeps that this sender's mail is spam here."""
    return f"blocked {desk} {address}"


def _on_other(hand: Hand, number: int, effects: Sequence[Effect]) -> None:
    before = tickets.load(hand.tx, number, lock=True)
    if before is None:
        return
    after = tickets.save(hand.tx, before, evolve_all(before, effects))
    desk = hand.house.desks.get(before.desk, hand.facts.desk)
    process = hand.house.processes.get(before.process, hand.facts.process)
    facts = replace(hand.facts, desk=desk, process=process, ticket=before)
    other = replace(hand, mail=None, message=None, facts=facts)
    _write_journal(other, after, before, effects, None)
    send(other, after, effects)


def _open_other(hand: Hand, effect: OpenOther) -> None:
    """The ticket is saved as its effects leave it, so that its first version is whole."""
    _take_number(hand.tx, effect.ticket.number)
    there = hand.house.desks.get(effect.ticket.desk, hand.facts.desk)
    facts = replace(hand.facts, desk=there, process=hand.house.process_of(there), ticket=None)
    other = replace(hand, facts=facts, mail=None, message=None)
    effects = (OpenTicket(effect.ticket), *effect.effects)
    ticket = tickets.save(hand.tx, None, evolve_all(effect.ticket, effect.effects))
    _write_journal(other, ticket, None, effects, None)
    if effect.moves_message is not None:
        messages.move(hand.tx, effect.moves_message, ticket.number)
        _account_for(hand.tx, effect.moves_message, ticket.number)
    send(other, ticket, effect.effects)


def _account_for(tx: Transaction, message: int, ticket: int) -> None:
    moved = messages.get(tx, message)
    if moved is not None and moved.inbox is not None:
        inbox.move(tx, moved.inbox, ticket)
