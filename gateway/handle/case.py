"""A mail with the ticket and the person that it was found to belong to, and what is known then."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.handle.brakes import tells_of_absence, tells_of_busy
from gateway.handle.carry_out import blocked
from gateway.handle.facts import (
    Bounced,
    gather,
    held_fact,
    internal_passages,
    is_absence,
    mail_fact,
)
from gateway.handle.identity import Identity
from gateway.handle.matching import TicketMatch
from gateway.handle.operators import tell_operators
from gateway.handle.read_mail import ReadMail
from gateway.house import House
from gateway.values import ParsedMail
from rules.decide.facts import Facts, MailArrived
from rules.effects import Decision, QueueMail
from rules.model import Desk, Visibility
from rules.said import Why
from store import inbox, settings
from store.database import Transaction
from store.messages import Message

TOO_BUSY = "more mails than a person writes"


@dataclass(frozen=True, slots=True)
class Case:
    """One mail that is decided on. `parsed` is its content as it counts: a machine that does not
    say so is told by how much it writes."""

    tx: Transaction
    house: House
    mail: ReadMail
    parsed: ParsedMail
    found: TicketMatch
    identity: Identity

    @property
    def sender(self) -> str:
        """The address in From, "" where there is none."""
        return self.parsed.sender.address if self.parsed.sender else ""

    @property
    def by_staff(self) -> bool:
        return self.identity.actor.person.staff

    @property
    def desk(self) -> Desk:
        """Where the ticket is now: it may have moved since the mail that this one answers."""
        ticket = self.found.ticket
        return self.house.desks.get(ticket.desk, self.mail.desk) if ticket else self.mail.desk


def facts_of(case: Case, bounced: Bounced | None = None) -> Facts:
    """All that a decision on this mail may know."""
    tx, house, found = case.tx, case.house, case.found
    actor = case.identity.actor
    absence, flood = _machine_to_tell_of(case)
    passages = internal_passages(tx, house.people, actor, case.parsed, found.ticket)
    arrived = mail_fact(
        case.parsed,
        found,
        bounced,
        spam=_is_blocked(case),
        twins=_twins(case),
        inside=passages,
        absence=absence,
        flood=flood,
    )
    return gather(
        tx,
        house,
        case.desk,
        MailArrived(arrived),
        actor,
        found.ticket,
        held=held_fact(tx, found),
        quiet=case.mail.item.quiet,
    )


def _is_blocked(case: Case) -> bool:
    """Staff said that what comes from there is spam, and have not released this one."""
    if "spam" in case.mail.item.released:
        return False
    return settings.get(case.tx, blocked(case.mail.desk.address, case.sender)) is not None


def _twins(case: Case) -> tuple[int, ...]:
    """The tickets at other desks that the same mail is on."""
    item = case.mail.item
    others = [address for address in case.house.desks if address != item.desk]
    return inbox.tickets_at(case.tx, item.content_key, others)


def _machine_to_tell_of(case: Case) -> tuple[bool, bool]:
    """Whether the mail says that somebody is away, and whether it is one too many of a machine;
    staff are told of either once."""
    busy, now = case.parsed.kind_reason == TOO_BUSY, case.house.clock()
    absence = is_absence(case.parsed) and not busy
    ticket = case.found.ticket
    if ticket is None:
        return absence, False
    return (
        absence and tells_of_absence(case.tx, case.sender, ticket.number, now),
        busy and tells_of_busy(case.tx, case.sender, ticket.number, now),
    )


def tell_of_money(case: Case, decision: Decision) -> None:
    """What needs a second person where there is none is for those who run the gateway."""
    for refusal in decision.refusals:
        if refusal["why"] == Why.MONEY.value:
            item = case.mail.item
            details = {"id": item.id, "from": item.mail_from, "line": refusal["line"]}
            tell_operators(case.tx, case.house, case.mail.desk, "second_person", details)


def message_of(case: Case, decision: Decision) -> Message:
    """The mail as a message of a ticket, whose number is still to be put in."""
    parsed, item = case.parsed, case.mail.item
    sender = parsed.sender
    return Message(
        ticket=0,
        direction="in",
        kind=parsed.kind.value,
        visibility=visibility_of(case, decision),
        sender=sender.address if sender else item.mail_from,
        sender_name=sender.name if sender else "",
        by_staff=case.by_staff,
        subject=parsed.subject,
        at=item.received_at,
        raw=item.raw,
        size=case.mail.size,
        message_id=parsed.message_id,
        to=tuple(box.address for box in parsed.to),
        cc=tuple(box.address for box in parsed.cc),
        in_reply_to=parsed.in_reply_to,
        reference_ids=parsed.references,
        sender_verified=case.identity.actor.proof,
        proof_reasons=case.identity.reasons,
        matched_by=case.found.how.value,
        inbox=item.id,
        language=parsed.language,
        new_text=decision.text if parsed.kind.value == "human" else parsed.new_text,
        new_html=parsed.new_html,
    )


def visibility_of(case: Case, decision: Decision) -> Visibility:
    """A customer's words are theirs to see; of staff's only what went out; machines' to nobody."""
    if case.parsed.kind.value != "human" or decision.internal:
        return Visibility.INTERNAL
    if not case.by_staff:
        return Visibility.PUBLIC
    went_out = any(
        isinstance(e, QueueMail) and e.carries_text and not e.internal for e in decision.effects
    )
    return Visibility.PUBLIC if went_out or decision.reason == "opened" else Visibility.INTERNAL
