"""What all letters of one event share, and how each recipient is written to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from gateway.house import House
from gateway.render.page import Carried, Recipient
from rules.decide.audience import language_of
from rules.decide.facts import Facts
from rules.model import Ticket
from store.database import Transaction
from store.messages import Message
from store.tokens import SigningKey

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
