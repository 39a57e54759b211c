"""What an answer reads out of the store: the conversation, lists of tickets, what is left of a
contract. Each recipient gets what they may see and no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from gateway.handle.facts import contract_uses
from gateway.house import House
from gateway.reading import names
from gateway.render.page import Entry, Recipient
from gateway.render.subject import bare_subject
from gateway.values import Attachment
from rules import commands
from rules.decide.facts import Facts, MailArrived
from rules.effects import QueueMail
from rules.model import Ticket, Visibility
from store import evidence, messages, search
from store.database import Transaction
from store.messages import Message
from store.search import Filter

SHOWN = 50
"""Tickets in one list."""
_ORIGINALS = 15_000_000
"""Octets of originals that one mail brings: beyond it most servers refuse the whole."""


@dataclass(frozen=True, slots=True)
class History:
    entries: tuple[Entry, ...] = ()
    originals: tuple[Attachment, ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)


def reading_back(asked: Asked) -> History:
    """What this mail to this recipient needs beyond its decision; empty for most."""
    reader = _READERS.get(asked.queued.template)
    return reader(asked) if reader else History()


@dataclass(frozen=True, slots=True)
class Asked:
    """One mail to one recipient, and where to look."""

    tx: Transaction
    house: House
    facts: Facts
    ticket: Ticket | None
    queued: QueueMail
    recipient: Recipient
    earlier: Sequence[Message] = ()
    """The ticket's mails, the one at hand included."""


Reader = Callable[[Asked], History]


def _conversation(asked: Asked) -> History:
    """Every mail that the recipient may read, once, with the originals that are theirs to have."""
    if asked.ticket is None:
        return History()
    every = messages.of_ticket(asked.tx, asked.ticket.number)
    mails = [m for m in every if _readable(m, asked.recipient)]
    entries = tuple(_entry(m, asked.facts) for m in mails if m.new_text.strip())
    if asked.queued.template == "next":
        mails = [m for m in mails if _tells_more(m, asked)]
    return History(entries, _originals(asked.tx, mails, asked.recipient))


def _tells_more(mail: Message, asked: Asked) -> bool:
    """Whether its original is of use to who is given the ticket: neither their own, nor commands of
    a colleague and no more."""
    told = not mail.by_staff or mail.attachments or _without_commands(mail, asked)
    return bool(told) and mail.sender != asked.recipient.address


def _readable(mail: Message, recipient: Recipient) -> bool:
    """Staff read everything that came in; customers what is public: what came in from customers,
    and what went out to them."""
    if recipient.staff:
        return mail.direction == "in"
    if mail.visibility is not Visibility.PUBLIC:
        return False
    if mail.direction == "in":
        return not mail.by_staff
    return mail.recipient == recipient.address


def _entry(mail: Message, facts: Facts) -> Entry:
    name = facts.people.person(mail.sender).name or mail.sender_name
    author = name if mail.direction == "out" or name else mail.sender
    return Entry(
        at=mail.at,
        author=author or facts.desk.name,
        text=mail.new_text,
        attachments=tuple(a.name for a in mail.attachments if not a.inline),
        internal=mail.visibility is Visibility.INTERNAL,
    )


def _cited(asked: Asked) -> History:
    """The customer's answer that the end of the ticket rests on."""
    cited = asked.queued.data.get("cites")
    if not isinstance(cited, int):
        return History()
    message = messages.get(asked.tx, cited)
    return History((_entry(message, asked.facts),) if message else ())


def _originals(
    tx: Transaction, mails: list[Message], recipient: Recipient
) -> tuple[Attachment, ...]:
    """The mails as they are, newest first while they fit. A customer gets what they sent and what
    they were sent; another's mail may hold addresses and quotes that are not for them."""
    found: list[Attachment] = []
    room = _ORIGINALS
    for mail in reversed(mails):
        theirs = recipient.address in (mail.sender, mail.recipient)
        if not (recipient.staff or theirs) or mail.size > room:
            continue
        room -= mail.size
        body = evidence.get(tx, mail.raw)
        name = names.safe(f"{mail.at:%Y-%m-%d-%H%M%S} {mail.subject[:60]}.eml")
        found.append(Attachment(name, "message/rfc822", len(body), mail.raw, body))
    return tuple(reversed(found))


def _list(asked: Asked) -> History:
    query = asked.queued.data.get("query")
    which = _filter(query if isinstance(query, dict) else {}, staff=asked.recipient.staff)
    tickets = search.find(asked.tx, which, SHOWN)
    rows = [row_of(t, asked.house, asked.recipient) for t in tickets]
    more = search.count(asked.tx, which) - len(rows)
    return History(data={"tickets": rows, "rows": rows, "more": more})


def _filter(query: Mapping[str, object], *, staff: bool) -> Filter:
    words = str(query.get("words", ""))
    opened = None if words else True
    match query.get("scope"):
        case "desk":
            return Filter(desks=(str(query["desk"]),), words=words, internal=staff, open=opened)
        case "organisation":
            return Filter(organisation=str(query["organisation"]), words=words)
    return Filter(person=str(query.get("address", "")), words=words)


def row_of(ticket: Ticket, house: House, recipient: Recipient) -> dict[str, object]:
    """The ticket in a list, in the recipient's language."""
    process = house.processes.get(ticket.process)
    status = process.statuses.get(ticket.status) if process else None
    label = process.say(status.label, recipient.language) if process and status else ticket.status
    assignee = house.people.person(ticket.assignee).name if ticket.assignee else ""
    return {
        "number": ticket.number,
        "subject": bare_subject(ticket.subject, ticket.number),
        "status_label": label,
        "closed": ticket.closed_at is not None,
        "opened_at": ticket.opened_at.isoformat(),
        "priority": ticket.priority.value,
        "requester": ticket.requester_name or ticket.requester,
        "assignee": assignee,
    }


def _contracts(asked: Asked) -> History:
    """What is left of each contract this month."""
    named = str(asked.queued.data.get("organisation") or "")
    organisation = asked.house.people.organisations.get(named)
    if organisation is None:
        return History(data={"rows": []})
    found = contract_uses(asked.tx, asked.house, asked.facts.desk, organisation)
    return History(data={"rows": [use.row() for use in found]})


def _told(asked: Asked) -> History:
    """A notice brings the conversation where who is told cannot have it yet."""
    if asked.queued.data.get("history"):
        return _conversation(asked)
    earlier = [] if _has_heard(asked) else _before(asked)
    mails = [m for m in earlier if _readable(m, asked.recipient)]
    spoken = [(m, _without_commands(m, asked)) for m in mails]
    entries = tuple(replace(_entry(m, asked.facts), text=text) for m, text in spoken if text)
    more = [m for m in mails if m.attachments]
    return History(entries, _originals(asked.tx, more, asked.recipient))


def _has_heard(asked: Asked) -> bool:
    """Whether they were written to, or have written themselves."""
    who = asked.recipient.address
    return any(who in (m.recipient, m.sender) for m in asked.earlier)


def _before(asked: Asked) -> Sequence[Message]:
    """What was there before the mail at hand, which the notice itself is about."""
    received = [m for m in asked.earlier if m.direction == "in"]
    return received[:-1] if isinstance(asked.facts.event, MailArrived) else received


def _without_commands(mail: Message, asked: Asked) -> str:
    facts = asked.facts
    zone = ZoneInfo(facts.desk.time_zone)
    read = commands.read(mail.new_text, facts.process, now=facts.now, time_zone=zone)
    return read.text.strip()


_READERS: Mapping[str, Reader] = {
    "notice": _told,
    "history": _conversation,
    "next": _conversation,
    "list": _list,
    "found": _list,
    "contract_left": _contracts,
    "closed": _cited,
}
