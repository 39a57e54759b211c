"""From a mail that a decision queues to one final copy for each recipient."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from gateway import tokens as signatures
from gateway.calendar_invitation import Method, Visit, invitation
from gateway.compose import Automatic, CalendarPart, Headers, compose
from gateway.handle.carrying import bounded
from gateway.handle.proofs import proofs
from gateway.handle.reading_back import Asked as AskedOf
from gateway.handle.reading_back import History, reading_back
from gateway.house import House
from gateway.render.documents import document
from gateway.render.mail import render
from gateway.render.offers import offer_links, questions
from gateway.render.page import Asked, Carried, Link, Page, Recipient
from gateway.values import Attachment, Mailbox
from rules.decide.audience import language_of
from rules.decide.facts import Facts
from rules.decide.guards import holds
from rules.decide.knowledge import known
from rules.decide.possible import handy, may_use
from rules.effects import QueueMail
from rules.model import Ticket, Visibility
from store import evidence as kept
from store import messages, outbox, tokens
from store.database import Transaction
from store.messages import Message
from store.outbox import Outgoing
from store.tokens import SigningKey, Token

GIVE_UP = timedelta(days=5)
"""After so long a mail that could not be delivered counts as failed (RFC 5321, 4.5.4.1)."""
CONFIRM_WITHIN = timedelta(days=7)
RELAYED = frozenset({"reply", "comment", "outside"})
"""Templates that bring a person's words and little else: no machine wrote them (RFC 3834)."""


@dataclass(frozen=True, slots=True)
class Desktop:
    """What all letters of one event share."""

    tx: Transaction
    house: House
    facts: Facts
    ticket: Ticket | None
    now: datetime
    key: SigningKey
    carried: Carried | None = None
    """The new text, formatting and attachments of the mail at hand."""
    earlier: Sequence[Message] = field(default=())
    """The ticket's mails, the one at hand included."""
    believed: bool = True
    """Whether what the sender wrote may be repeated to them."""
    arrived_at: datetime | None = None
    """When the mail at hand arrived."""


def post(desk: Desktop, queued: QueueMail) -> list[int]:
    """Writes each recipient's copy into the outbox, and onto the ticket; their message rows.

    Raises DocumentError where a document cannot be set: no mail goes without the one it names, so
    that nothing of the whole event happens, and it is tried again as after any fault of ours.
    """
    desk = _bounded(desk, queued)
    papers: dict[str, tuple[Attachment, ...]] = {}
    copies = [_copy(desk, queued, address, papers) for address in queued.to]
    names = kept.put_all(desk.tx, [copy.body for copy in copies])
    if desk.ticket is None:
        rows: list[int | None] = [None] * len(copies)
    else:
        stored = messages.add_all(
            desk.tx,
            [
                replace(copy.message, raw=name)
                for copy, name in zip(copies, names, strict=True)
                if copy.message
            ],
        )
        rows = [message.id for message in stored]
    outbox.add(
        desk.tx,
        [
            replace(copy.outgoing, raw=name, message=row)
            for copy, name, row in zip(copies, names, rows, strict=True)
        ],
    )
    for copy, row in zip(copies, rows, strict=True):
        if copy.bounce is not None and row is not None:
            tokens.issue(desk.tx, replace(copy.bounce, version=row))
    return [row for row in rows if row is not None]


def _bounded(desk: Desktop, queued: QueueMail) -> Desktop:
    """Staff are told of a mail of ten megabytes, each, and need not have it ten times."""
    if desk.carried is None or not queued.internal or queued.template in RELAYED:
        return desk
    limits = desk.house.configuration.limits
    return replace(desk, carried=bounded(desk.carried, limits.notice_text, limits.notice_files))


@dataclass(frozen=True, slots=True)
class _Copy:
    body: bytes
    outgoing: Outgoing
    message: Message | None
    bounce: Token | None


def _copy(
    desk: Desktop, queued: QueueMail, address: str, papers: dict[str, tuple[Attachment, ...]]
) -> _Copy:
    """`papers`: the documents that were set for those before, by language."""
    recipient = recipient_of(desk, address)
    message_id = _message_id(desk)
    reply_to = _reply_to(desk, queued, address)
    history = reading_back(
        AskedOf(desk.tx, desk.house, desk.facts, desk.ticket, queued, recipient, desk.earlier)
    )
    page = _page(desk, queued, recipient, reply_to, history)
    rendered = render(desk.house.renderer, page)
    inline, attached = _parts(desk, queued, history)
    if recipient.language not in papers:
        papers[recipient.language] = (*_documents(desk, queued, page), *_proofs(desk, queued))
    attached = (*papers[recipient.language], *attached)
    references = _references(desk, address)
    headers = Headers(
        sender=Mailbox(desk.facts.desk.name, desk.facts.desk.address),
        to=Mailbox(recipient.name, address),
        reply_to=reply_to,
        message_id=message_id,
        date=desk.now,
        in_reply_to=references[-1] if references else None,
        references=references,
        automatic=_automatic(queued),
    )
    body = compose(rendered, headers, attached, inline, _calendar(desk, queued, page))
    bounce = None if queued.answer else _bounce_token(desk, address, message_id)
    envelope_from = _envelope_from(desk, bounce, message_id)
    outgoing = Outgoing(
        recipient=address,
        envelope_from=envelope_from,
        raw="",
        message_id=message_id,
        created_at=desk.now,
        due_at=desk.now,
        give_up_at=desk.now + GIVE_UP,
        ticket=desk.ticket.number if desk.ticket else None,
        arrived_at=desk.arrived_at,
    )
    return _Copy(
        body, outgoing, _message(desk, queued, recipient, headers, rendered.subject, body), bounce
    )


def recipient_of(desk: Desktop, address: str) -> Recipient:
    """As mails to this address are written."""
    facts = desk.facts
    person = facts.people.person(address)
    name = person.name
    if not name and desk.ticket and address == desk.ticket.requester:
        name = desk.ticket.requester_name
    return Recipient(
        address=address,
        name=name,
        language=language_of(facts, address, desk.ticket),
        time_zone=facts.desk.time_zone,
        staff=person.staff or address in facts.policy.operators or address in facts.desk.finance,
    )


# --- addresses -----------------------------------------------------------------------------------


def _message_id(desk: Desktop) -> str:
    """Nobody can guess it, so that whoever names it has seen the mail."""
    random = b32encode(desk.house.random(20)).decode().lower()
    number = desk.ticket.number if desk.ticket else 0
    return f"<{number}.{random}@{desk.facts.desk.domain}>"


def _reply_to(desk: Desktop, queued: QueueMail, address: str) -> str:
    """The desk's address with a signed token for this person; a plain one where no ticket is."""
    ticket = desk.ticket.number if desk.ticket else None
    if ticket is None and queued.purpose == "reply":
        return desk.facts.desk.address
    return signed_address(desk, ticket, address, queued.purpose, queued.version)


def signed_address(
    desk: Desktop, ticket: int | None, address: str, purpose: str = "reply", version: int = 0
) -> str:
    """The desk's address with a signed token for this person and ticket."""
    until = desk.now + CONFIRM_WITHIN if purpose == "confirm" else None
    token = Token("", desk.key.id, ticket, address, purpose, version, desk.now, until)
    return signatures.address(desk.facts.desk, ticket, _issued(desk, token))


def _issued(desk: Desktop, token: Token) -> str:
    """The signature, whose row is written once: the same words sign the same."""
    signature = signatures.sign(desk.key, signatures.parts_of(token))
    hint = signature[: signatures.HINT]
    if not any(row.address == token.address for row in tokens.find(desk.tx, hint)):
        tokens.issue(desk.tx, replace(token, hint=hint))
    return signature


def _bounce_token(desk: Desktop, address: str, message_id: str) -> Token | None:
    """What comes back to this address is about this very copy. Its version is the message's row,
    which is only known once it is stored, so the Message-ID is signed in its place."""
    if desk.ticket is None:
        return None
    signature = bounce_signature(desk.key, address, message_id)
    hint = signature[: signatures.HINT]
    return Token(hint, desk.key.id, desk.ticket.number, address, "bounce", 0, desk.now)


def bounce_signature(key: SigningKey, address: str, message_id: str) -> str:
    return signatures.sign(key, ("bounce", address, message_id))


def _envelope_from(desk: Desktop, bounce: Token | None, message_id: str) -> str:
    if bounce is None or desk.ticket is None:
        return ""
    signature = bounce_signature(desk.key, bounce.address, message_id)
    return signatures.address(desk.facts.desk, desk.ticket.number, signature)


def _references(desk: Desktop, address: str) -> tuple[str, ...]:
    """What this person has of the conversation, so that their client threads it."""
    theirs = [
        m.message_id for m in desk.earlier if m.message_id and address in (m.sender, m.recipient)
    ]
    return tuple(dict.fromkeys(theirs))


def _automatic(queued: QueueMail) -> Automatic | None:
    if queued.template in RELAYED:
        return None
    return Automatic.REPLIED if queued.answer else Automatic.GENERATED


# --- content -------------------------------------------------------------------------------------


def _page(
    desk: Desktop, queued: QueueMail, recipient: Recipient, reply_to: str, history: History
) -> Page:
    facts, ticket = desk.facts, desk.ticket
    organisation = ticket.organisation if ticket else None
    return Page(
        template=queued.template,
        ticket=ticket,
        desk=facts.desk,
        process=facts.process,
        recipient=recipient,
        now=desk.now,
        may_repeat=desk.believed,
        data={**queued.data, **history.data},
        links=_links(desk, queued, recipient, reply_to),
        asks=_asks(desk, queued, recipient, reply_to),
        carried=_carried(desk, queued, recipient),
        others=_others(desk, queued, recipient),
        organisation=facts.people.organisations.get(organisation or ""),
        history=history.entries,
        names=_names(desk),
    )


def _links(
    desk: Desktop, queued: QueueMail, recipient: Recipient, reply_to: str
) -> tuple[Link, ...]:
    facts = replace(desk.facts, ticket=desk.ticket)
    offers = tuple(
        offer
        for offer in queued.offers
        if may_use(facts, recipient.address, offer.partition(" ")[0])
    )
    if queued.internal and not offers and recipient.staff and desk.ticket is not None:
        person = desk.facts.people.person(recipient.address)
        offers = handy(replace(facts, ticket=_as_written(desk, desk.ticket)), person)
    return offer_links(desk.facts.process, offers, recipient, reply_to, desk.ticket)


def _as_written(desk: Desktop, ticket: Ticket) -> Ticket:
    """The ticket with the mail at hand and what has gone out since: they decide what is next."""
    written = messages.facts(desk.tx, [ticket.number])[ticket.number]
    return replace(ticket, messages=tuple(written))


def _asks(
    desk: Desktop, queued: QueueMail, recipient: Recipient, reply_to: str
) -> tuple[Asked, ...]:
    process = desk.facts.process
    if queued.template != process.mails.acknowledgement:
        return ()
    about = known(desk.facts, desk.ticket, {})
    asks = (ask for ask in process.mails.asks if ask.when is None or holds(ask.when, about))
    return questions(process, asks, recipient, reply_to, desk.ticket)


def _carried(desk: Desktop, queued: QueueMail, recipient: Recipient) -> Carried | None:
    """Names of staff and customers are shown, addresses of staff never leave."""
    if not queued.carries_text or desk.carried is None:
        return None
    if recipient.staff or not desk.facts.actor.person.staff:
        return desk.carried
    name = desk.facts.actor.person.name or desk.facts.desk.name
    return replace(desk.carried, author=name, by_staff=True)


def _others(desk: Desktop, queued: QueueMail, recipient: Recipient) -> tuple[str, ...]:
    """Who else receives the same; staff are told of the customers."""
    ticket = desk.ticket
    if ticket is None or queued.template == "outside":
        return ()
    circle = ticket.customers if not queued.internal or recipient.staff else ()
    names = _names(desk)
    shown = [a for a in circle if a != recipient.address]
    if recipient.staff:
        shown = [a for a in shown if a != ticket.requester]
    return tuple(names.get(a) or a for a in shown)


def _names(desk: Desktop) -> Mapping[str, str]:
    people, ticket = desk.facts.people, desk.ticket
    if ticket is None:
        return {}
    mentioned = [*ticket.customers, ticket.assignee or "", desk.facts.actor.address]
    mentioned += [t.assignee or "" for t in ticket.tasks] + [t.by for t in ticket.time]
    everybody = [people.person(address) for address in mentioned if address]
    # Somebody of staff without a name on file is the desk: their address is not for customers.
    names = {p.address: p.name or (desk.facts.desk.name if p.staff else "") for p in everybody}
    if ticket.requester_name:
        names[ticket.requester] = ticket.requester_name
    return {address: name for address, name in names.items() if name}


def _parts(
    desk: Desktop, queued: QueueMail, history: History
) -> tuple[tuple[Attachment, ...], tuple[Attachment, ...]]:
    """Pictures that the HTML shows, and what is attached."""
    if not queued.carries_text or desk.carried is None:
        return (), history.originals
    parts = desk.carried.attachments
    html = desk.carried.html or ""
    inline = tuple(a for a in parts if a.content_id and f"cid:{a.content_id}" in html)
    rest = tuple(a for a in parts if a not in inline)
    return inline, (*rest, *history.originals)


def _documents(desk: Desktop, queued: QueueMail, page: Page) -> tuple[Attachment, ...]:
    """The same for all who read one language: nothing in them is of one recipient alone."""
    renderer = desk.house.renderer
    return tuple(document(renderer, name, page, queued.version) for name in queued.attach)


def _proofs(desk: Desktop, queued: QueueMail) -> tuple[Attachment, ...]:
    if not queued.evidence or desk.ticket is None:
        return ()
    return proofs(desk.tx, desk.facts.process, desk.ticket)


def _calendar(desk: Desktop, queued: QueueMail, page: Page) -> CalendarPart | None:
    """A visit's invitation names the desk and the recipient: no address of staff leaves by it."""
    at = queued.data.get("at")
    if not queued.calendar or desk.ticket is None or not isinstance(at, str):
        return None
    invited = sum(m.template == queued.template for m in desk.ticket.messages)
    copies = max(len(queued.to), 1)
    minutes = queued.data.get("duration")
    visit = Visit(
        ticket=desk.ticket.number,
        number=1,
        sequence=invited // copies,
        starts_at=datetime.fromisoformat(at),
        duration=timedelta(minutes=minutes if isinstance(minutes, int) else 60),
        time_zone=desk.facts.desk.time_zone,
        summary=f"[#{desk.ticket.number}] {desk.facts.desk.name}: {desk.ticket.subject}",
        description=desk.carried.text if desk.carried else "",
        organizer=Mailbox(desk.facts.desk.name, desk.facts.desk.address),
        attendees=(Mailbox(page.recipient.name, page.recipient.address),),
    )
    return CalendarPart(invitation(visit, Method.REQUEST, desk.now), Method.REQUEST.value)


def _message(
    desk: Desktop,
    queued: QueueMail,
    recipient: Recipient,
    headers: Headers,
    subject: str,
    body: bytes,
) -> Message | None:
    if desk.ticket is None:
        return None
    return Message(
        ticket=desk.ticket.number,
        direction="out",
        kind="human" if queued.template in RELAYED else "auto",
        visibility=Visibility.INTERNAL if queued.internal else Visibility.PUBLIC,
        sender=desk.facts.desk.address,
        sender_name=desk.facts.desk.name,
        subject=subject,
        at=desk.now,
        raw="",
        size=len(body),
        message_id=headers.message_id,
        by_staff=_speaks_for_staff(desk, queued),
        to=(recipient.address,),
        in_reply_to=(headers.in_reply_to,) if headers.in_reply_to else (),
        reference_ids=headers.references,
        recipient=recipient.address,
        template=queued.template,
        delivery="queued",
        language=recipient.language,
        new_text=desk.carried.text if queued.carries_text and desk.carried else "",
    )


def _speaks_for_staff(desk: Desktop, queued: QueueMail) -> bool:
    """Whether a person of staff says something to the customer by it: an answer, not an echo."""
    return queued.carries_text and not queued.internal and desk.facts.actor.person.staff
