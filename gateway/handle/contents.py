"""What a letter holds: its page, links, attachments, documents and invitation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from gateway.calendar_invitation import Method, Visit, invitation
from gateway.compose import CalendarPart
from gateway.handle.desktop import Desktop
from gateway.handle.proofs import proofs
from gateway.handle.reading_back import History
from gateway.render.documents import document
from gateway.render.offers import offer_links, questions
from gateway.render.page import Asked, Carried, Link, Page, Recipient
from gateway.values import Attachment, Mailbox
from rules.decide.guards import holds
from rules.decide.knowledge import known
from rules.decide.possible import handy, may_use
from rules.effects import QueueMail
from rules.model import Ticket
from store import messages


def page_of(
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


def parts_of(
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


def documents_of(desk: Desktop, queued: QueueMail, page: Page) -> tuple[Attachment, ...]:
    """The same for all who read one language: nothing in them is of one recipient alone."""
    renderer = desk.house.renderer
    return tuple(document(renderer, name, page, queued.version) for name in queued.attach)


def proofs_of(desk: Desktop, queued: QueueMail) -> tuple[Attachment, ...]:
    if not queued.evidence or desk.ticket is None:
        return ()
    return proofs(desk.tx, desk.facts.process, desk.ticket)


def calendar_of(desk: Desktop, queued: QueueMail, page: Page) -> CalendarPart | None:
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
