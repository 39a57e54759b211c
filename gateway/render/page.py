"""What a mail is rendered from, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gateway.values import Attachment
from rules.model import Desk, Organisation, Ticket
from rules.process import Process


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who reads the mail; `language` as in nl, `time_zone` as in Europe/Brussels."""

    address: str
    name: str
    language: str
    time_zone: str
    staff: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A command that waits for one tap: `href` is a mailto: URL that writes the answer."""

    label: str
    href: str
    command: str = ""
    """The same as it is written by hand: `#goedkeuren`; "" where that helps nobody."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that is answered by one of its links."""

    text: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Carried:
    """What a person wrote and this mail brings. `html` is sanitised already, or None."""

    author: str
    text: str
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    cut: bool = False
    """Not all of it is here."""
    by_staff: bool = False
    """A member of staff says it, to a customer: the foot names them, and not whose turn it is."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One mail of a ticket's history. `attachments` are names: the originals come beside it."""

    at: datetime
    author: str
    text: str
    attachments: tuple[str, ...] = ()
    internal: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Everything one mail to one recipient may show. Templates see these names and nothing else."""

    template: str
    ticket: Ticket | None
    desk: Desk
    process: Process
    recipient: Recipient
    now: datetime
    may_repeat: bool
    """Whether the mail may hold what a sender wrote, the subject included. False for answers to a
    sender whom nobody verified: they say nothing that came from outside. Staff read everything."""
    data: Mapping[str, object] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    asks: tuple[Asked, ...] = ()
    carried: Carried | None = None
    others: tuple[str, ...] = ()
    """The other participants who receive the same, by name."""
    organisation: Organisation | None = None
    history: tuple[Entry, ...] = ()
    """Oldest first; only what this recipient may read."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Display names of addresses that the ticket mentions; an address that is missing is shown."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail's content: `subject` is one line, the lines of `text` end in \\n."""

    subject: str
    text: str
    html: str
