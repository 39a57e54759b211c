"""What a decision does. A ticket's effects are kept in its journal; `rules/evolve.py` is what they
mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from rules.model import (
    Billing,
    Priority,
    Scalar,
    Ticket,
    TimeEntry,
)

# --- what changes the ticket itself ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """The first effect of every ticket; `ticket` is the whole of it, still without number."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class MoveTo:
    status: str
    closed: bool
    at: datetime
    version: str
    """Of the process file that decided it."""


@dataclass(frozen=True, slots=True)
class SetPriority:
    priority: Priority


@dataclass(frozen=True, slots=True)
class SetValue:
    """One of the ticket's own attributes: type, level, contract, resolution, subject, language."""

    name: str
    value: str | None


@dataclass(frozen=True, slots=True)
class SetField:
    """One of the fields that the process file declares."""

    name: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class Assign:
    """None takes it from whoever had it."""

    assignee: str | None


@dataclass(frozen=True, slots=True)
class SetRequester:
    address: str
    name: str
    organisation: str | None
    language: str


@dataclass(frozen=True, slots=True)
class AddParticipant:
    address: str


@dataclass(frozen=True, slots=True)
class RemoveParticipant:
    address: str


@dataclass(frozen=True, slots=True)
class AddTask:
    title: str
    role: str | None = None
    assignee: str | None = None
    due: date | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class AssignTask:
    number: int
    assignee: str | None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class CompleteTask:
    number: int


@dataclass(frozen=True, slots=True)
class AddTime:
    entry: TimeEntry


@dataclass(frozen=True, slots=True)
class SendQuote:
    """A new version; the one before it is superseded."""

    amount: Decimal
    currency: str
    text: str
    by: str
    at: datetime
    valid_until: date | None = None
    minutes: int | None = None
    template: str = "quote"
    reserves: bool = False


@dataclass(frozen=True, slots=True)
class SettleQuote:
    """status: approved, declined or expired"""

    number: int
    status: str


@dataclass(frozen=True, slots=True)
class SetBilling:
    billing: Billing


@dataclass(frozen=True, slots=True)
class SendSurvey:
    at: datetime


@dataclass(frozen=True, slots=True)
class AnswerSurvey:
    score: int
    comment: str | None


@dataclass(frozen=True, slots=True)
class AddLink:
    kind: str
    to: str


@dataclass(frozen=True, slots=True)
class StartTimer:
    """A timer of that name starts; one that runs already is set anew."""

    name: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class PauseTimer:
    """Its clock stands still, with so much left of the time that it counts."""

    name: str
    seconds_left: int


@dataclass(frozen=True, slots=True)
class CancelTimer:
    name: str


# --- what goes beyond the ticket ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Note:
    """Nothing changes, but the journal says that it happened: `what` is a verb in the past."""

    what: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class QueueMail:
    """One copy to each of `to`, rendered from `template` in each recipient's language.

    `data` is what the template needs beyond the ticket, the desk and the recipient: JSON values.
    `offers` are the commands that it holds ready as links. `carries_text`: the new text, formatting
    and attachments of the mail at hand go with it.
    """

    template: str
    to: tuple[str, ...]
    data: Mapping[str, object] = field(default_factory=dict)
    offers: tuple[str, ...] = ()
    carries_text: bool = False
    internal: bool = False
    """For staff alone: may say what a customer never sees."""
    answer: bool = False
    """An acknowledgement, refusal or what was read: null sender, held back by the brakes."""
    purpose: str = "reply"
    """What its Reply-To token proves: reply, or a decision such as "quote" or "confirm"."""
    version: int = 0
    """Of what is decided on: the number of the quote, the id of the confirmation."""
    calendar: bool = False
    """An invitation for the moment `at` in `data`, of `duration` minutes, goes with it."""
    attach: tuple[str, ...] = ()
    """Documents that go with it as PDF, by the names of their templates."""
    evidence: bool = False
    """What the customer decided and what they were sent to decide on goes with it."""


@dataclass(frozen=True, slots=True)
class OnOther:
    """The same door for another ticket: its number, and what happens to it."""

    ticket: int
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class OpenOther:
    """A ticket of its own that this decision opens; `tie` is the kind of link that joins the two.

    `moves_message`: a mail of this ticket that belongs to the new one from now on (`#split`).
    """

    ticket: Ticket
    effects: tuple[Effect, ...] = ()
    tie: str | None = None
    moves_message: int | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """The commands wait until `address`, which is on file, confirms them; one mail asks for it."""

    address: str
    commands: str
    """The command lines as they were written."""
    shows: Mapping[str, object] = field(default_factory=dict)
    """JSON values: what is shown, and `does`, what the yes would bring as things stand."""
    act_class: int = 3
    """The highest of what waits."""
    reason: str = "unproven"
    """unproven; not_first: the line is not the first one; unclear: the mail has several readings;
    changed: since it was asked first; inside: the text holds what is internal; second: it needs a
    second person, who is asked here."""


@dataclass(frozen=True, slots=True)
class SettleHold:
    """The address on file answered what it was asked: yes, or anything else."""

    hold: int
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Block:
    """Mail of this sender to this desk is quarantined from now on, unanswered."""

    desk: str
    address: str


@dataclass(frozen=True, slots=True)
class SetAside:
    """The mail is on no ticket; `reason` is a machine constant."""

    reason: str


@dataclass(frozen=True, slots=True)
class Quarantine:
    """The mail waits for a person; nobody is answered."""

    reason: str


TicketEffect = (
    OpenTicket
    | MoveTo
    | SetPriority
    | SetValue
    | SetField
    | Assign
    | SetRequester
    | AddParticipant
    | RemoveParticipant
    | AddTask
    | AssignTask
    | CompleteTask
    | AddTime
    | SendQuote
    | SettleQuote
    | SetBilling
    | SendSurvey
    | AnswerSurvey
    | AddLink
    | StartTimer
    | PauseTimer
    | CancelTimer
)
Effect = (
    TicketEffect
    | Note
    | QueueMail
    | OnOther
    | OpenOther
    | Hold
    | SettleHold
    | Block
    | SetAside
    | Quarantine
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a mail, a timer or an operator brings about. `reason` is a machine constant.

    `lines` and `refusals` say what was done and what was not, in the words of `rules.said`.
    `internal`: the mail at hand is for staff alone.
    """

    effects: tuple[Effect, ...]
    reason: str
    lines: tuple[Mapping[str, object], ...] = ()
    refusals: tuple[Mapping[str, object], ...] = ()
    internal: bool = False
    text: str = ""
    """The new text without its command lines: what others may read of the mail."""
    commanded: bool = False
    """The mail held commands, and all of them could be done."""
