"""An arrived mail, from its bytes to a committed decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import structlog

from gateway.handle import carrying
from gateway.handle.bounces import bounced_copy
from gateway.handle.brakes import too_busy
from gateway.handle.canary import is_canary
from gateway.handle.carry_out import carry_out
from gateway.handle.case import TOO_BUSY, Case, facts_of, message_of, tell_of_money
from gateway.handle.confirmed import do_held
from gateway.handle.hand import Hand, Outcome
from gateway.handle.identity import Identity, identify
from gateway.handle.matching import TicketMatch, match
from gateway.handle.operators import tell_operators
from gateway.handle.read_mail import ReadMail
from gateway.house import House
from gateway.reading import Unreadable
from gateway.reading.problems import NO_FROM, QUARANTINE
from gateway.routing import is_postmaster
from gateway.values import Kind, ParsedMail
from rules.decide import decide
from rules.decide.facts import Facts
from rules.effects import Decision, Quarantine, SetAside
from store import claims, holds, inbox, messages
from store.database import Transaction
from store.inbox import Disposition
from store.messages import NewAttachment

log = structlog.get_logger(__name__)


def handle_mail(tx: Transaction, house: House, owner: str, mail: ReadMail) -> Outcome:
    """Decides on a mail that was read and writes what follows; the row of the inbox is settled.

    Raises StoreError: then nothing of it happened, and the mail waits as before.
    """
    if is_canary(tx, house, mail.parsed):
        claims.settle(tx, mail.item.id, owner, house.clock(), Disposition.SET_ASIDE, "canary")
        return Outcome()
    reason = _unfit(mail)
    if reason and reason not in mail.item.released:
        return _quarantine(tx, house, owner, mail, reason)
    assert not isinstance(mail.parsed, Unreadable)
    if all(is_postmaster(address) for address in mail.item.recipients):
        return _for_operators(tx, house, owner, mail, mail.parsed)
    return _decide(tx, house, owner, mail, mail.parsed)


def _unfit(mail: ReadMail) -> str | None:
    """Why nobody should act on this mail by themselves."""
    parsed = mail.parsed
    if isinstance(parsed, Unreadable):
        return parsed.reason
    for problem in parsed.problems:
        if problem in QUARANTINE:
            return problem
    if parsed.sender is None and parsed.kind.value == "human":
        return next((p for p in parsed.problems if "From" in p), NO_FROM)
    return None


def _quarantine(tx: Transaction, house: House, owner: str, mail: ReadMail, reason: str) -> Outcome:
    """Kept whole; the operators are told, since nobody else can be."""
    now = house.clock()
    claims.settle(tx, mail.item.id, owner, now, Disposition.QUARANTINED, reason)
    tell_operators(
        tx,
        house,
        mail.desk,
        "quarantined",
        {"id": mail.item.id, "reason": reason, "size": mail.size, "from": mail.item.mail_from},
    )
    log.warning("quarantined", inbox=mail.item.id, reason=reason)
    return Outcome()


def _for_operators(
    tx: Transaction, house: House, owner: str, mail: ReadMail, parsed: ParsedMail
) -> Outcome:
    """Mail to postmaster@ goes to those who run the gateway (RFC 5321, 4.5.1)."""
    now = house.clock()
    claims.settle(tx, mail.item.id, owner, now, Disposition.SET_ASIDE, "postmaster")
    if parsed.kind.value == "human":
        sender = parsed.sender.address if parsed.sender else ""
        details = {"id": mail.item.id, "from": sender, "subject": parsed.subject}
        tell_operators(tx, house, mail.desk, "postmaster", details, text=parsed.new_text)
    return Outcome()


# --- deciding ------------------------------------------------------------------------------------


def _decide(
    tx: Transaction, house: House, owner: str, mail: ReadMail, parsed: ParsedMail
) -> Outcome:
    now = house.clock()
    found = match(tx, mail.desk, parsed, mail.envelope, house.people, now)
    identity = _known_here(tx, identify(parsed, found, house.people, mail.authentication), found)
    bounced = bounced_copy(tx, parsed, found) if parsed.kind.value == "bounce" else None
    if bounced is not None:
        found = replace(found, ticket=found.ticket or bounced.ticket)
    case = _unless_too_busy(Case(tx, house, mail, parsed, found, identity))
    facts = facts_of(case, bounced.fact if bounced else None)
    decision = decide(facts)
    outcome = carry_out(_hand(case, facts, decision), decision)
    tell_of_money(case, decision)
    if bounced is not None and not bounced.fact.delayed:
        messages.set_delivery(tx, bounced.fact.message, "bounced")
    _settle(tx, owner, mail, decision, outcome, now)
    for hold in outcome.confirmed:
        do_held(tx, house, hold)
    return outcome


def _unless_too_busy(case: Case) -> Case:
    """The mail of a machine that does not say so is told by how many it writes; an archive that is
    imported comes all at once."""
    actor, ticket, parsed = case.identity.actor, case.found.ticket, case.parsed
    if parsed.kind is not Kind.HUMAN or ticket is None or case.mail.item.quiet:
        return case
    limits, now = case.house.configuration.limits, case.house.clock()
    if not too_busy(case.tx, limits, actor.address, actor.proof, ticket.number, now):
        return case
    log.warning("too many mails for a person", sender=actor.address, ticket=ticket.number)
    return replace(case, parsed=replace(parsed, kind=Kind.AUTO, kind_reason=TOO_BUSY))


def _known_here(tx: Transaction, identity: Identity, found: TicketMatch) -> Identity:
    """Work and answers are confirmed once for each ticket and sender (docs/security.md)."""
    actor = identity.actor
    by_token = found.token is not None and found.token.address == actor.address
    if not by_token or found.ticket is None:
        return identity
    here = holds.was_confirmed(tx, actor.address, found.ticket.number)
    return replace(identity, actor=replace(actor, confirmed_here=here))


def _hand(case: Case, facts: Facts, decision: Decision) -> Hand:
    actor, parsed = case.identity.actor, case.parsed
    return Hand(
        tx=case.tx,
        house=case.house,
        facts=facts,
        actor=actor.address or "gateway",
        item=case.mail.item,
        mail=message_of(case, decision),
        parts=tuple(
            NewAttachment(a.name, a.type, a.content, a.content_id, a.inline)
            for a in parsed.attachments
        ),
        carried=carrying.carried(parsed, actor, decision.text),
        believed=actor.domain
        or case.by_staff
        or case.house.configuration.trust.unverified == "allow",
        commanded=decision.commanded,
    )


def _settle(
    tx: Transaction,
    owner: str,
    mail: ReadMail,
    decision: Decision,
    outcome: Outcome,
    now: datetime,
) -> None:
    """Exactly one disposition for every mail."""
    aside = next((e for e in decision.effects if isinstance(e, SetAside)), None)
    spam = next((e for e in decision.effects if isinstance(e, Quarantine)), None)
    if spam is not None and outcome.ticket is None:
        claims.settle(tx, mail.item.id, owner, now, Disposition.QUARANTINED, spam.reason)
    elif outcome.ticket is not None:
        claims.settle(
            tx,
            mail.item.id,
            owner,
            now,
            Disposition.TICKET,
            decision.reason,
            outcome.ticket.number,
        )
        if spam is not None:
            inbox.quarantine_ticket(tx, outcome.ticket.number, spam.reason, except_=mail.item.id)
    else:
        reason = aside.reason if aside else decision.reason
        claims.settle(tx, mail.item.id, owner, now, Disposition.SET_ASIDE, reason)
