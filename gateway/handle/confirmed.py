"""A mail that was held, once its sender has said yes: it is decided on once more."""

from __future__ import annotations

from dataclasses import replace

from gateway.handle import carrying
from gateway.handle.carry_out import carry_out
from gateway.handle.case import Case, facts_of, message_of, tell_of_money, visibility_of
from gateway.handle.hand import Hand, Outcome
from gateway.handle.identity import identify
from gateway.handle.journal_words import written
from gateway.handle.matching import match
from gateway.handle.read_mail import read
from gateway.house import House
from gateway.reading import Unreadable
from rules.decide import decide
from rules.effects import Decision
from rules.model import Proof
from store import evidence, holds, inbox, journal, messages, tickets
from store.database import Transaction
from store.inbox import InboxItem
from store.messages import Message


def do_held(tx: Transaction, house: House, hold: int) -> None:
    """The mail of this hold does now what it asked for; nothing where it cannot be read."""
    held = holds.get(tx, hold)
    item = inbox.get(tx, held.inbox) if held else None
    if held is None or item is None:
        return
    stored = messages.of_inbox(tx, item.id)
    case = _case(tx, house, item, held, stored)
    if case is None:
        return
    facts = facts_of(case)
    decision = decide(facts)
    tell_of_money(case, decision)
    actor = case.identity.actor
    hand = Hand(
        tx=tx,
        house=house,
        facts=facts,
        actor=actor.address,
        item=item,
        message=stored.id if stored is not None else None,
        carried=carrying.carried(case.parsed, actor, decision.text),
        commanded=decision.commanded,
    )
    outcome = carry_out(hand, decision)
    if stored is not None:
        messages.confirm(tx, stored.id, visibility_of(case, decision))
    else:
        _put_on_ticket(case, decision, outcome)


def _case(
    tx: Transaction, house: House, item: InboxItem, held: holds.Held, stored: Message | None
) -> Case | None:
    """The mail as one whose sender has said yes."""
    mail = read(house, item, evidence.get(tx, item.raw))
    if mail is None or isinstance(mail.parsed, Unreadable):
        return None
    found = match(tx, mail.desk, mail.parsed, mail.envelope, house.people, house.clock())
    if stored is not None:
        # It may have opened its ticket when it came, which nothing in it names.
        found = replace(found, ticket=tickets.load(tx, stored.ticket, lock=True))
    identity = identify(mail.parsed, found, house.people, mail.authentication)
    actor = replace(
        identity.actor,
        confirmed=True,
        shown=held.shows,
        proof=Proof.CONFIRMED,
        seconded=held.address if held.shows.get("by") else "",
    )
    return Case(tx, house, mail, mail.parsed, found, replace(identity, actor=actor))


def _put_on_ticket(case: Case, decision: Decision, outcome: Outcome) -> None:
    """It was set aside when it came, and is on the ticket from now on."""
    if outcome.ticket is None:
        return
    tx, number = case.tx, outcome.ticket.number
    added = messages.add(tx, replace(message_of(case, decision), ticket=number))
    entry = written(case.house.clock(), case.identity.actor.address, added.id)
    journal.append(tx, number, [entry])
    inbox.move(tx, case.mail.item.id, number)
