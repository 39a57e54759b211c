"""From what the store and the readers know to the facts of one decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from gateway.handle.inside import MOST, Ground, Said, inside
from gateway.handle.matching import TicketMatch
from gateway.house import House
from gateway.values import ParsedMail
from rules import commands as reading
from rules.budget import Use, uses
from rules.decide.audience import roles_of
from rules.decide.facts import Actor, Event, Facts, Held, Mail, MailArrived
from rules.decide.possible import allowed
from rules.model import Desk, Organisation, People, Ticket, Visibility
from rules.process import Process
from store import accounts, holds, messages, search, tickets
from store.database import Transaction
from store.messages import Message


@dataclass(frozen=True, slots=True)
class Bounced:
    """The copy of ours that came back: its recipient, and the words of the other server."""

    address: str
    text: str
    message: int
    template: str = ""
    delayed: bool = False
    """It is still being tried: nothing has failed yet."""


def mail_fact(
    parsed: ParsedMail,
    match: TicketMatch,
    bounced: Bounced | None,
    *,
    spam: bool,
    twins: tuple[int, ...] = (),
    inside: tuple[str, ...] = (),
    absence: bool = False,
    flood: bool = False,
) -> Mail:
    """What rules may look at of a mail."""
    sender = parsed.sender
    original = parsed.original
    return Mail(
        sender_name=sender.name if sender else "",
        sender=sender.address if sender else "",
        subject=parsed.subject,
        text=parsed.new_text,
        kind=parsed.kind.value,
        kind_reason=parsed.kind_reason,
        absence=absence,
        flood=flood,
        to=tuple(box.address for box in parsed.to),
        cc=tuple(box.address for box in parsed.cc),
        attachments=sum(not a.inline for a in parsed.attachments),
        language=parsed.language,
        original_sender=original.sender.address if original else None,
        original_name=original.sender.name if original else "",
        original_subject=original.subject if original else None,
        original_text=original.text if original else "",
        forwarder_comment=original.comment if original else "",
        unambiguous=parsed.unambiguous,
        inside=inside,
        assumed=parsed.assumed,
        doubtful=parsed.doubtful_commands,
        found=match.how,
        token=match.fact,
        mentions=match.mentions,
        twins=twins,
        bounced=bounced.address if bounced else None,
        bounce_text=bounced.text if bounced else "",
        bounced_template=bounced.template if bounced else "",
        delayed=bounced is not None and bounced.delayed,
        spam=spam,
    )


def internal_passages(
    tx: Transaction, people: People, actor: Actor, parsed: ParsedMail, ticket: Ticket | None
) -> tuple[str, ...]:
    """What of this mail would tell customers what is internal on the ticket; asked of staff's."""
    if ticket is None or not actor.person.works_at(ticket.desk):
        return ()
    mails = messages.of_ticket(tx, ticket.number)
    ground = Ground(
        internal=[Said(m.sender, m.new_text) for m in mails if _is_internal(m, ticket)],
        public=[m.new_text for m in mails if m.visibility is Visibility.PUBLIC],
        staff={person.address for person in people.persons.values() if person.staff},
    )
    original = parsed.original.text if parsed.original else ""
    told = f"{parsed.new_text}\n{original}\n{parsed.truncated}"
    return (*inside(told, actor.address, ground), *_internal_files(parsed, actor, mails, ticket))


def _internal_files(
    parsed: ParsedMail, actor: Actor, mails: Sequence[Message], ticket: Ticket
) -> tuple[str, ...]:
    """Files of this mail that only a note of somebody else has. Pictures in the text are asked
    about where nobody can tell whether the quoted mail shows them: else they are known."""
    public = {a.sha256 for m in mails if m.visibility is Visibility.PUBLIC for a in m.attachments}
    noted = [m for m in mails if _is_internal(m, ticket) and m.sender != actor.address]
    internal = {a.sha256 for m in noted for a in m.attachments} - public
    unsure = parsed.new_html is None
    return tuple(
        a.name
        for a in parsed.attachments
        if a.sha256 in internal and not a.quoted and (unsure or not (a.inline and a.content_id))
    )[:MOST]


def _is_internal(mail: Message, ticket: Ticket) -> bool:
    """Notes, and mails of people who are no customers here."""
    arrived = mail.direction == "in" and mail.kind == "human"
    hidden = mail.visibility is Visibility.INTERNAL
    return arrived and hidden and mail.sender not in ticket.customers


def is_absence(parsed: ParsedMail) -> bool:
    """An automatic answer to a mail (RFC 3834), as against a machine that writes of its own
    accord, such as a monitoring system."""
    answers = bool(parsed.in_reply_to or parsed.references)
    return parsed.kind.value == "auto" and (answers or "replied" in parsed.kind_reason)


def gather(
    tx: Transaction,
    house: House,
    desk: Desk,
    event: Event,
    actor: Actor,
    ticket: Ticket | None,
    *,
    held: Held | None = None,
    quiet: bool = False,
    lock: bool = True,
) -> Facts:
    """All that the decision may ask, looked up."""
    process = _process(house, desk, ticket)
    text = event.mail.text if isinstance(event, MailArrived) else getattr(event, "text", "")
    facts = Facts(
        event=event,
        actor=actor,
        desk=desk,
        process=process,
        people=house.people,
        now=house.clock(),
        policy=house.policy(quiet=quiet),
        ticket=ticket,
        desks=tuple(house.desks.values()),
        processes={d.process: house.process_of(d) for d in house.desks.values()},
        linked=_linked(tx, ticket),
        held=held,
        budgets=_budgets(tx, house, desk, ticket) if _on_budget(text, process) else (),
        next_number=tickets.next_number(tx),
    )
    numbers, wants_next = _wanted(text, facts)
    return replace(
        facts,
        others=_others(tx, numbers, desk, lock),
        queue=_queue(tx, desk, process) if wants_next else (),
    )


def _process(house: House, desk: Desk, ticket: Ticket | None) -> Process:
    if ticket is not None and ticket.process in house.processes:
        return house.processes[ticket.process]
    return house.process_of(desk)


def _wanted(text: str, facts: Facts) -> tuple[set[int], bool]:
    """The numbers of tickets that command lines name, and whether the next one is asked for; of
    lines that are the sender's to use, so that nobody else has a ticket read or locked by them."""
    process, actor = facts.process, facts.actor
    roles = roles_of(facts, actor.person, facts.ticket)
    if facts.ticket is None:
        roles |= {"requester", "approver"}  # of the ticket that this mail may open
    numbers: set[int] = set()
    wants_next = False
    for line in reading.find_lines(text):
        name = process.vocabulary.command(line.word)
        spec = process.commands.get(name) if name else None
        if spec is None or not (actor.operator or allowed(spec, roles)):
            continue
        wants_next = wants_next or any(step.do == "take_next" for step in spec.steps)
        if any(a.type == "ticket" for a in (*spec.needs.values(), *spec.takes.values())):
            digits = "".join(c if c.isdigit() else " " for c in line.rest).split()
            numbers |= {int(d) for d in digits[:5] if len(d) <= 9}
    return numbers, wants_next


def _on_budget(text: str, process: Process) -> bool:
    """Whether a command line asks for, approves or chooses what a contract pays."""
    names = (process.vocabulary.command(line.word) for line in reading.find_lines(text))
    specs = (process.commands[name] for name in names if name and name in process.commands)
    return any(
        step.quote or step.settle or step.do == "contract" for s in specs for step in s.steps
    )


def _budgets(tx: Transaction, house: House, desk: Desk, ticket: Ticket | None) -> tuple[Use, ...]:
    """What is left of the contracts, while nobody else reserves of them."""
    named = ticket.organisation if ticket else None
    organisation = house.people.organisations.get(named or "")
    if organisation is None or not organisation.contracts:
        return ()
    accounts.hold(tx, organisation.name)
    return tuple(contract_uses(tx, house, desk, organisation))


def contract_uses(
    tx: Transaction, house: House, desk: Desk, organisation: Organisation
) -> list[Use]:
    """Each contract in the month that it is at the desk."""
    today = house.clock().astimezone(ZoneInfo(desk.time_zone)).date()
    month = accounts.of_month(tx, organisation.name, today)
    return uses(organisation, desk, house.people, month)


def _others(tx: Transaction, numbers: set[int], desk: Desk, lock: bool) -> Mapping[int, Ticket]:
    """Tickets of this desk alone: a number of elsewhere is as good as one that does not exist."""
    found = tickets.load_all(tx, sorted(numbers), lock=lock) if numbers else []
    return {ticket.number: ticket for ticket in found if ticket.desk == desk.address}


def _linked(tx: Transaction, ticket: Ticket | None) -> Mapping[int, Ticket]:
    numbers = sorted({int(k.to) for k in ticket.links if k.to.isdigit()}) if ticket else []
    return {t.number: t for t in tickets.load_all(tx, numbers)} if numbers else {}


def _queue(tx: Transaction, desk: Desk, process: Process) -> tuple[Ticket, ...]:
    statuses = process.queue.statuses or tuple(
        name for name in process.open_statuses() if process.statuses[name].waits_for != "customer"
    )
    return tuple(search.waiting(tx, desk.address, statuses))


def held_fact(tx: Transaction, match: TicketMatch) -> Held | None:
    """What waits for this mail's `#yes`: named by the signed address that it came in by."""
    token = match.token
    if token is None or token.purpose != "confirm":
        return None
    held = holds.get(tx, token.version)
    if held is None or held.state != "waiting":
        return None
    return Held(held.id, held.address, held.commands, str(held.shows.get("by", "")))
