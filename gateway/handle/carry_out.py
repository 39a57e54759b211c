"""A decision written: ticket, journal, timers, holds, outbox, all in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from gateway.handle.addressing import CONFIRM_WITHIN
from gateway.handle.brakes import (
    may_answer,
    may_ask,
    may_notify,
    may_say_waiting,
    tells_of_forgery,
    tells_of_hush,
)
from gateway.handle.desktop import Desktop
from gateway.handle.journal_words import entry_of, written
from gateway.handle.letters import post
from gateway.handle.remembering import known, remember
from gateway.house import House
from gateway.render.page import Carried
from rules.decide.facts import Facts, MailArrived, Unverified
from rules.effects import (
    Block,
    Decision,
    Effect,
    Hold,
    OnOther,
    OpenOther,
    OpenTicket,
    QueueMail,
    SettleHold,
)
from rules.evolve import evolve_all
from rules.model import Proof, Ticket
from rules.said import Headline, Why
from store import holds, inbox, journal, messages, settings, tickets, tokens
from store.database import Transaction
from store.errors import Conflict
from store.inbox import InboxItem
from store.messages import Message, NewAttachment
from store.tokens import SigningKey


@dataclass(frozen=True, slots=True)
class Hand:
    """What a decision is carried out with. `mail` and `parts` are the mail at hand, if any."""

    tx: Transaction
    house: House
    facts: Facts
    actor: str
    """As the journal names it: an address, or timer, silence, operator, gateway."""
    item: InboxItem | None = None
    mail: Message | None = None
    parts: Sequence[NewAttachment] = ()
    message: int | None = None
    """The mail at hand where it is on the ticket already."""
    carried: Carried | None = None
    believed: bool = True
    commanded: bool = False
    """The mail held a command that was understood."""
    hushed: bool = False
    """So much comes that nobody vouches for that staff hear of it as a number."""


@dataclass(slots=True)
class Outcome:
    """What became of it. `confirmed`: a held mail whose sender said yes."""

    ticket: Ticket | None = None
    message: int | None = None
    confirmed: list[int] = field(default_factory=list)


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
        outcome.ticket = after = _write_ticket(hand, before, after)
        outcome.message = _write_message(hand, after)
        _write_journal(hand, after, before, decision.effects, outcome.message)
    hand = replace(hand, hushed=_is_hushed(hand, outcome.ticket, decision.effects))
    for effect in decision.effects:
        _beyond(hand, outcome, effect)
    _send(hand, outcome.ticket, decision.effects)
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


def _write_ticket(hand: Hand, before: Ticket | None, after: Ticket) -> Ticket:
    return tickets.save(hand.tx, before, after)


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
            _hold(hand, outcome.ticket, effect)
        case SettleHold(hold, confirmed):
            state = "confirmed" if confirmed else "cancelled"
            if holds.settle(hand.tx, hold, state, hand.facts.now):
                holds.cancel_others(hand.tx, hold, hand.facts.now)
                outcome.confirmed += [hold] if confirmed else []
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
    _send(other, after, effects)


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
    _send(other, ticket, effect.effects)


def _account_for(tx: Transaction, message: int, ticket: int) -> None:
    moved = messages.get(tx, message)
    if moved is not None and moved.inbox is not None:
        inbox.move(tx, moved.inbox, ticket)


def _hold(hand: Hand, ticket: Ticket | None, effect: Hold) -> None:
    """What waits, and the one mail that asks for the yes; neither where enough was asked."""
    now, actor = hand.facts.now, hand.facts.actor
    number = ticket.number if ticket else None
    assert hand.item is not None, "only a mail is held"
    if actor.failed and not actor.confirmed:
        _tell_of_forgery(hand, ticket, effect.address)
        return
    if not may_ask(hand.tx, hand.house, actor, effect, number, now):
        if may_say_waiting(hand.tx, effect, number, now):
            _send(hand, ticket, (_answer_first(hand, effect),))
        return
    hold = holds.add(
        hand.tx,
        ticket=number,
        inbox=hand.item.id,
        address=effect.address,
        commands=effect.commands,
        shows={**effect.shows, "class": int(effect.act_class)},
        created_at=now,
        expires_at=now + CONFIRM_WITHIN,
    )
    _send(hand, ticket, (_question(hand, effect, hold),))


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
        _send(hand, ticket, (QueueMail("forged", (address,), answer=True, internal=internal),))


# --- mails ---------------------------------------------------------------------------------------


def _send(hand: Hand, ticket: Ticket | None, effects: Iterable[Effect]) -> None:
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


def _is_hushed(hand: Hand, ticket: Ticket | None, effects: Iterable[Effect]) -> bool:
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
