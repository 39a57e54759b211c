"""An arrived mail, from its bytes to a committed decision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from gateway.authentication import Authentication, authenticate
from gateway.configuration.settings import Trust
from gateway.handle import carrying
from gateway.handle.bounces import bounced_copy
from gateway.handle.brakes import tells_of_absence, tells_of_busy, too_busy
from gateway.handle.canary import is_canary
from gateway.handle.carry_out import Hand, Outcome, blocked, carry_out
from gateway.handle.facts import (
    Bounced,
    gather,
    held_fact,
    internal_passages,
    is_absence,
    mail_fact,
)
from gateway.handle.identity import Identity, identify
from gateway.handle.journal_words import written
from gateway.handle.matching import TicketMatch, match
from gateway.handle.operators import tell_operators
from gateway.house import House
from gateway.reading import Unreadable, parse
from gateway.reading.problems import NO_FROM, QUARANTINE
from gateway.routing import is_postmaster
from gateway.values import Channel, Envelope, Kind, ParsedMail
from rules.decide import decide
from rules.decide.facts import Facts, MailArrived
from rules.effects import Decision, Quarantine, QueueMail, SetAside
from rules.model import Desk, Proof, Ticket, Visibility
from rules.said import Why
from store import claims, evidence, holds, inbox, journal, mailboxes, messages, settings, tickets
from store.database import Transaction
from store.inbox import Disposition, InboxItem
from store.messages import Message, NewAttachment

log = structlog.get_logger(__name__)

_TOO_BUSY = "more mails than a person writes"


@dataclass(frozen=True, slots=True)
class ReadMail:
    """An arrival that was read, outside of any transaction: reading takes time."""

    item: InboxItem
    desk: Desk
    envelope: Envelope
    size: int
    parsed: ParsedMail | Unreadable
    authentication: Authentication

    @property
    def put_off(self) -> str:
        """Why it should be read another time: the machine was at fault; "" for nearly all."""
        parsed = self.parsed
        return parsed.reason if isinstance(parsed, Unreadable) and parsed.temporary else ""


def read(house: House, item: InboxItem, body: bytes) -> ReadMail | None:
    """Reads a mail; None where its desk is no desk any more."""
    desk = house.desks.get(item.desk)
    if desk is None:
        return None
    envelope = Envelope(
        channel=Channel(item.channel),
        mail_from=item.mail_from,
        rcpt_to=item.recipients,
        received_at=item.received_at,
        peer=item.peer,
        helo=item.helo,
    )
    list_ids = frozenset(d.list_id for d in house.desks.values() if d.list_id)
    parsed = _parsed(house, item, body, list_ids)
    authentication = Authentication()
    if not isinstance(parsed, Unreadable):
        trust, hops = _trusted(house, item)
        most = house.bounds.header_block
        authentication = authenticate(body, envelope, parsed, trust, hops=hops, header_block=most)
    return ReadMail(item, desk, envelope, len(body), parsed, authentication)


def _trusted(house: House, item: InboxItem) -> tuple[Trust, int]:
    """Whose stamps are believed, below how many Received: in a mailbox those of its hosting."""
    trust = house.configuration.trust
    if item.channel != Channel.IMAP:
        return trust, 0
    with house.database.read() as tx:
        name = mailboxes.name_of(tx, item.id)
    found = (box for box in house.configuration.mailboxes if str(box.url) == name)
    box = next(found, None)
    authserv_id = box.authserv_id if box else ""
    return trust.model_copy(update={"authserv_id": authserv_id}), box.trusted_hops if box else 0


def _parsed(
    house: House, item: InboxItem, body: bytes, list_ids: frozenset[str]
) -> ParsedMail | Unreadable:
    """What was in hand alone when a process ended may have ended it: it is read in a child.
    A child that dies over a mail dies of something else once, of the mail twice."""
    parsed: ParsedMail | Unreadable = Unreadable("it was not read")
    for _ in range(house.configuration.limits.deaths):
        alone = item.interruptions >= claims.SUSPECT
        parsed = parse(
            body, mail_from=item.mail_from, list_ids=list_ids, alone=alone, bounds=house.bounds
        )
        if isinstance(parsed, ParsedMail) or parsed.temporary:
            break
    return parsed


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
    parsed = _unless_too_busy(tx, house, mail, parsed, found, identity, now)
    facts = _facts(tx, house, mail, parsed, found, identity, bounced.fact if bounced else None)
    decision = decide(facts)
    outcome = _carry_out(tx, house, mail, parsed, facts, found, identity, decision)
    _tell_of_money(tx, house, mail, decision)
    if bounced is not None and not bounced.fact.delayed:
        messages.set_delivery(tx, bounced.fact.message, "bounced")
    _settle(tx, owner, mail, decision, outcome, now)
    for hold in outcome.confirmed:
        _do_held(tx, house, hold)
    return outcome


def _tell_of_money(tx: Transaction, house: House, mail: ReadMail, decision: Decision) -> None:
    """What needs a second person where there is none is for those who run the gateway."""
    for refusal in decision.refusals:
        if refusal["why"] == Why.MONEY.value:
            details = {"id": mail.item.id, "from": mail.item.mail_from, "line": refusal["line"]}
            tell_operators(tx, house, mail.desk, "second_person", details)


def _unless_too_busy(
    tx: Transaction,
    house: House,
    mail: ReadMail,
    parsed: ParsedMail,
    found: TicketMatch,
    identity: Identity,
    now: datetime,
) -> ParsedMail:
    """The mail of a machine that does not say so is told by how many it writes; an archive that is
    imported comes all at once."""
    actor, ticket = identity.actor, found.ticket
    if parsed.kind is not Kind.HUMAN or ticket is None or mail.item.quiet:
        return parsed
    limits = house.configuration.limits
    if not too_busy(tx, limits, actor.address, actor.proof, ticket.number, now):
        return parsed
    log.warning("too many mails for a person", sender=actor.address, ticket=ticket.number)
    return replace(parsed, kind=Kind.AUTO, kind_reason=_TOO_BUSY)


def _known_here(tx: Transaction, identity: Identity, found: TicketMatch) -> Identity:
    """Work and answers are confirmed once for each ticket and sender (docs/security.md)."""
    actor = identity.actor
    by_token = found.token is not None and found.token.address == actor.address
    if not by_token or found.ticket is None:
        return identity
    here = holds.was_confirmed(tx, actor.address, found.ticket.number)
    return replace(identity, actor=replace(actor, confirmed_here=here))


def _facts(
    tx: Transaction,
    house: House,
    mail: ReadMail,
    parsed: ParsedMail,
    found: TicketMatch,
    identity: Identity,
    bounced: Bounced | None,
) -> Facts:
    sender = parsed.sender.address if parsed.sender else ""
    spam = settings.get(tx, blocked(mail.desk.address, sender)) is not None
    spam = spam and "spam" not in mail.item.released
    others = [address for address in house.desks if address != mail.item.desk]
    twins = inbox.tickets_at(tx, mail.item.content_key, others)
    absence, flood = _machine_to_tell_of(tx, house, parsed, found.ticket)
    passages = internal_passages(tx, house.people, identity.actor, parsed, found.ticket)
    return gather(
        tx,
        house,
        _desk_of(house, mail, found),
        MailArrived(
            mail_fact(
                parsed,
                found,
                bounced,
                spam=spam,
                twins=twins,
                inside=passages,
                absence=absence,
                flood=flood,
            )
        ),
        identity.actor,
        found.ticket,
        held=held_fact(tx, found),
        quiet=mail.item.quiet,
    )


def _machine_to_tell_of(
    tx: Transaction, house: House, parsed: ParsedMail, ticket: Ticket | None
) -> tuple[bool, bool]:
    """Whether the mail says that somebody is away, and whether it is one too many of a machine;
    staff are told of either once."""
    busy, now = parsed.kind_reason == _TOO_BUSY, house.clock()
    absence = is_absence(parsed) and not busy
    if ticket is None:
        return absence, False
    sender = parsed.sender.address if parsed.sender else ""
    return (
        absence and tells_of_absence(tx, sender, ticket.number, now),
        busy and tells_of_busy(tx, sender, ticket.number, now),
    )


def _desk_of(house: House, mail: ReadMail, found: TicketMatch) -> Desk:
    """Where the ticket is now: it may have moved since the mail that this one answers."""
    ticket = found.ticket
    return house.desks.get(ticket.desk, mail.desk) if ticket else mail.desk


def _carry_out(
    tx: Transaction,
    house: House,
    mail: ReadMail,
    parsed: ParsedMail,
    facts: Facts,
    found: TicketMatch,
    identity: Identity,
    decision: Decision,
) -> Outcome:
    hand = Hand(
        tx=tx,
        house=house,
        facts=facts,
        actor=identity.actor.address or "gateway",
        item=mail.item,
        mail=_message(mail, parsed, found, identity, decision),
        parts=tuple(
            NewAttachment(a.name, a.type, a.content, a.content_id, a.inline)
            for a in parsed.attachments
        ),
        carried=carrying.carried(parsed, identity.actor, decision.text),
        believed=identity.actor.domain
        or identity.actor.person.staff
        or house.configuration.trust.unverified == "allow",
        commanded=decision.commanded,
    )
    return carry_out(hand, decision)


def _message(
    mail: ReadMail,
    parsed: ParsedMail,
    found: TicketMatch,
    identity: Identity,
    decision: Decision,
) -> Message:
    sender = parsed.sender
    staff = identity.actor.person.staff
    return Message(
        ticket=0,
        direction="in",
        kind=parsed.kind.value,
        visibility=_visibility(parsed, staff, decision),
        sender=sender.address if sender else mail.item.mail_from,
        sender_name=sender.name if sender else "",
        by_staff=staff,
        subject=parsed.subject,
        at=mail.item.received_at,
        raw=mail.item.raw,
        size=mail.size,
        message_id=parsed.message_id,
        to=tuple(box.address for box in parsed.to),
        cc=tuple(box.address for box in parsed.cc),
        in_reply_to=parsed.in_reply_to,
        reference_ids=parsed.references,
        sender_verified=identity.actor.proof,
        proof_reasons=identity.reasons,
        matched_by=found.how.value,
        inbox=mail.item.id,
        language=parsed.language,
        new_text=decision.text if parsed.kind.value == "human" else parsed.new_text,
        new_html=parsed.new_html,
    )


def _visibility(parsed: ParsedMail, staff: bool, decision: Decision) -> Visibility:
    """A customer's words are theirs to see; of staff's only what went out; machines' to nobody."""
    if parsed.kind.value != "human" or decision.internal:
        return Visibility.INTERNAL
    if not staff:
        return Visibility.PUBLIC
    went_out = any(
        isinstance(e, QueueMail) and e.carries_text and not e.internal for e in decision.effects
    )
    return Visibility.PUBLIC if went_out or decision.reason == "opened" else Visibility.INTERNAL


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


# --- what was held -------------------------------------------------------------------------------


def _do_held(tx: Transaction, house: House, hold: int) -> None:
    """The mail is decided on once more, as one whose sender has said yes."""
    held = holds.get(tx, hold)
    item = inbox.get(tx, held.inbox) if held else None
    if held is None or item is None:
        return
    mail = read(house, item, evidence.get(tx, item.raw))
    if mail is None or isinstance(mail.parsed, Unreadable):
        return
    parsed = mail.parsed
    found = match(tx, mail.desk, parsed, mail.envelope, house.people, house.clock())
    stored = messages.of_inbox(tx, item.id)
    if stored is not None:
        # It may have opened its ticket when it came, which nothing in it names.
        found = replace(found, ticket=tickets.load(tx, stored.ticket, lock=True))
    identity = identify(parsed, found, house.people, mail.authentication)
    actor = replace(
        identity.actor,
        confirmed=True,
        shown=held.shows,
        proof=Proof.CONFIRMED,
        seconded=held.address if held.shows.get("by") else "",
    )
    identity = replace(identity, actor=actor)
    facts = _facts(tx, house, mail, parsed, found, identity, None)
    decision = decide(facts)
    _tell_of_money(tx, house, mail, decision)
    hand = Hand(
        tx=tx,
        house=house,
        facts=facts,
        actor=actor.address,
        item=item,
        message=stored.id if stored is not None else None,
        carried=carrying.carried(parsed, actor, decision.text),
        commanded=decision.commanded,
    )
    outcome = carry_out(hand, decision)
    if stored is not None:
        visibility = _visibility(parsed, actor.person.staff, decision)
        messages.confirm(tx, stored.id, visibility)
    elif outcome.ticket is not None:
        message = _message(mail, parsed, found, identity, decision)
        added = messages.add(tx, replace(message, ticket=outcome.ticket.number))
        entry = written(house.clock(), actor.address, added.id)
        journal.append(tx, outcome.ticket.number, [entry])
        inbox.move(tx, item.id, outcome.ticket.number)
