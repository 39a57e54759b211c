"""What a decision is carried out with, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.house import House
from gateway.render.page import Carried
from rules.decide.facts import Facts
from rules.model import Ticket
from store.database import Transaction
from store.inbox import InboxItem
from store.messages import Message, NewAttachment


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
