"""What a decision is made from. Everything is a value: the same facts give the same decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from rules.budget import Use
from rules.model import Desk, People, Person, Proof, Ticket
from rules.process import Process


class Found(StrEnum):
    """How a mail found its ticket; kept on the message."""

    TOKEN = "token"  # noqa: S105 - a way of finding, not a secret
    REFERENCES = "references"
    SUBJECT = "subject"
    COMMAND = "command"
    NEW = "new"


class Unverified(StrEnum):
    """What the installation does with classes 1 to 4 of senders nobody verified (gateway.toml)."""

    REFUSE = "refuse"
    CONFIRM = "confirm"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class Token:
    """The signed address that the mail came in by, already found genuine and in date.

    `address` is the person it was given to: it proves something only where they are the sender.
    """

    address: str
    purpose: str
    version: int = 0


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and how well that is shown."""

    person: Person
    proof: Proof = Proof.NONE
    domain: bool = False
    """E1: the domain of the From is proven."""
    quality: bool = False
    """E4: the signature covers what matters."""
    confirmed: bool = False
    """E5: asked back at the address on file, and the answer was yes."""
    confirmed_here: bool = False
    """They said yes on this ticket before, and this mail came by an address that only they have."""
    shown: Mapping[str, object] = field(default_factory=dict)
    """What they were shown when they said yes (`Hold.shows`)."""
    seconded: str = ""
    """E6: the second person who agreed, by their own answer."""
    failed: bool = False
    """dmarc=fail: somebody else wrote this."""
    operator: bool = False

    @property
    def address(self) -> str:
        return self.person.address


@dataclass(frozen=True, slots=True)
class Mail:
    """An arrived mail, as far as rules may look at it."""

    sender_name: str
    sender: str
    subject: str
    text: str
    """New text alone, command lines included."""
    kind: str = "human"
    kind_reason: str = ""
    absence: bool = False
    """An automatic reply to somebody, as against a machine that writes of its own accord."""
    flood: bool = False
    """The first of many with which its sender counts as a machine."""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    attachments: int = 0
    language: str | None = None
    original_sender: str | None = None
    original_name: str = ""
    original_subject: str | None = None
    original_text: str = ""
    forwarder_comment: str = ""
    unambiguous: bool = True
    inside: tuple[str, ...] = ()
    """Passages of the new text that are internal on its ticket."""
    assumed: bool = False
    """The text is a quoted mail, above which nothing was written."""
    doubtful: tuple[str, ...] = ()
    found: Found = Found.NEW
    token: Token | None = None
    mentions: tuple[int, ...] = ()
    """Numbers of tickets in the subject that the sender is not on."""
    twins: tuple[int, ...] = ()
    """The tickets that this very mail opened at other desks."""
    bounced: str | None = None
    """The recipient whose copy of a mail of ours came back, and why."""
    bounce_text: str = ""
    bounced_template: str = ""
    delayed: bool = False
    """That copy is still being tried: nothing has failed yet."""
    spam: bool = False


@dataclass(frozen=True, slots=True)
class MailArrived:
    mail: Mail


@dataclass(frozen=True, slots=True)
class TimerDue:
    name: str


@dataclass(frozen=True, slots=True)
class OperatorCommand:
    text: str


@dataclass(frozen=True, slots=True)
class Held:
    """Commands that wait for the `#yes` of their sender."""

    id: int
    address: str
    commands: str
    asked_by: str = ""
    """Of a second person: whose commands they are."""


@dataclass(frozen=True, slots=True)
class DeliveryReported:
    """What became of a copy of ours for good."""

    recipient: str
    delivered: bool
    text: str = ""
    message: int = 0
    """The copy, as its ticket has it."""


Event = MailArrived | TimerDue | OperatorCommand | DeliveryReported


@dataclass(frozen=True, slots=True)
class Policy:
    """What the installation allows."""

    unverified: Unverified = Unverified.CONFIRM
    operators: tuple[str, ...] = ()
    readers: int = 20
    """In To and Cc of a mail, above which it is a mailing."""
    quiet: bool = False
    """Nobody is written to (import --quiet)."""


@dataclass(frozen=True, slots=True)
class Facts:
    event: Event
    actor: Actor
    desk: Desk
    process: Process
    people: People
    now: datetime
    policy: Policy = field(default_factory=Policy)
    ticket: Ticket | None = None
    desks: tuple[Desk, ...] = ()
    processes: Mapping[str, Process] = field(default_factory=dict)
    others: Mapping[int, Ticket] = field(default_factory=dict)
    """Tickets whose numbers the mail names."""
    linked: Mapping[int, Ticket] = field(default_factory=dict)
    """Tickets that this one is tied to."""
    queue: tuple[Ticket, ...] = ()
    """Open tickets of the desk that nobody has taken, where the mail asks for the next one."""
    held: Held | None = None
    budgets: tuple[Use, ...] = ()
    """The contracts of the ticket's organisation this month, where the mail may change them."""
    next_number: int = 1
    """What the next ticket is called; the store checks that it still is so when it opens one."""
