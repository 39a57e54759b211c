"""A process as its file says it: frozen, and complete once `rules.loading` has passed it.

The field names are the keys of the file; `docs/processes.md` is the guide to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from rules.shapes.clocks import After, Digest, Hours, Moment, Span, SpanCase, SpanCases, TimerSpec
from rules.shapes.commands import (
    Act,
    Argument,
    Arguments,
    ArgumentType,
    Command,
    GiveStep,
    MailStep,
    Offer,
    Offers,
    OpenStep,
    OwnWords,
    QuoteStep,
    Step,
    Stricter,
    TaskStep,
)
from rules.shapes.common import Case, Given, Guard, Part, Text, Value, Words
from rules.words import Vocabulary

__all__ = [
    "Act",
    "After",
    "Argument",
    "ArgumentType",
    "Arguments",
    "Case",
    "Command",
    "Digest",
    "FieldSpec",
    "GiveStep",
    "Given",
    "Guard",
    "Hours",
    "Invoicing",
    "MailStep",
    "Mails",
    "Moment",
    "Offer",
    "Offers",
    "OpenStep",
    "OwnWords",
    "Part",
    "Process",
    "Question",
    "Queue",
    "QuoteStep",
    "Reopening",
    "Role",
    "Span",
    "SpanCase",
    "SpanCases",
    "Status",
    "Step",
    "Stricter",
    "TaskStep",
    "Text",
    "TicketType",
    "TimerSpec",
    "Value",
    "Words",
]


class Status(Part):
    label: Text
    closed: bool = False
    waits_for: Literal["customer", "desk"] = "desk"
    """Whose turn it is while the ticket stands here."""
    turn: Text = ""
    """What the customer reads of it, where something else than an answer is awaited of them."""
    leads_to: str | None = None
    """The status that follows at once, in the same decision."""
    leads_when: str | None = None
    """It follows only where this holds; the ticket stays otherwise."""
    bill: Literal["time", "quote", "nothing"] | None = None
    """What entering this status bills; nothing is billed twice."""
    rate: str | None = None
    """The rate (gateway.toml, contracts) that time worked here is billed at."""
    covered_by: Words = ()
    """Contracts that make time worked here free."""
    planned_in: str | None = None
    """The field that holds when this is planned: a visit without time is on the notice too."""
    tells: Words = ()
    """Roles that hear of mails here while nobody is assigned; empty: the process's."""
    enter: tuple[Step, ...] = ()
    """What happens each time a ticket comes here."""


class Role(Part):
    label: Text
    held_by: Literal["staff", "account_manager", "finance"] = "staff"
    """Staff who have the role in people.yaml, the organisation's account manager, or the desk's
    finance addresses."""


class TicketType(Part):
    label: Text
    level: str | None = None
    """The level (a role) at which a ticket of this type starts."""
    bill: Literal["time", "quote", "nothing"] | None = None
    """Wins over the status's."""


class FieldSpec(Part):
    """A field that tickets of this process carry beside the common ones."""

    label: Text
    type: Literal["text", "choice", "flag", "moment", "date", "amount", "url", "phone"] = "text"
    choices: Mapping[str, Text] = {}


class Reopening(Part):
    to: str
    within: str = "14 days"
    unless: str = "billing.status != 'none'"


class Queue(Part):
    """The order of `#next`: where `top` holds, then by priority, then first in first out."""

    statuses: Words = ()
    top: str | None = None


class Invoicing(Part):
    """How the notice to finance is made."""

    lines: Literal["entry", "person"] = "entry"
    """One for each entry of time, or one for each person and rate."""
    attach: Words = ("invoice_notice",)
    """Documents that go with it as PDF."""


class Question(Part):
    text: Text
    offers: Offers
    when: str | None = None
    """Asked only where this holds."""


class Mails(Part):
    """Which template goes out when nothing else is said."""

    acknowledgement: str = "acknowledgement"
    offers: Offers = ()
    """Commands that the acknowledgement holds ready."""
    asks: tuple[Question, ...] = ()
    """What the acknowledgement asks, answered by one tap."""


class Hint(Part):
    """What those who look after a ticket are told when this begins to hold."""

    when: str
    says: Text


class Process(Part):
    process: str
    title: Text
    language: str
    languages: tuple[str, ...]
    currency: str | None = None
    start: str
    roles: Mapping[str, Role]
    tells: Words
    statuses: Mapping[str, Status]
    types: Mapping[str, TicketType] = {}
    fields: Mapping[str, FieldSpec] = {}
    resolutions: Mapping[str, Text] = {}
    """What people read of each way in which a ticket was resolved; the word itself without."""
    commands: Mapping[str, Command] = {}
    """The file's own; `rules.loading` adds those that every process has."""
    timers: Mapping[str, TimerSpec] = {}
    digests: Mapping[str, Digest] = {}
    replies: Mapping[str, Mapping[str, str]] = {}
    """Who writes without a command (customer, staff): the status before -> the status after."""
    reopening: Reopening | None = None
    hours: Hours = Hours()
    queue: Queue = Queue()
    invoice: Invoicing = Invoicing()
    mails: Mails = Mails()
    hints: tuple[Hint, ...] = ()
    version: str = ""
    """Of the file's content; filled in by the loader."""

    def say(self, text: Text, language: str) -> str:
        """The words in that language, else in the process's own, else in whichever there are."""
        if isinstance(text, str):
            return text
        return text.get(language) or text.get(self.language) or next(iter(text.values()), "")

    def type_labels(self, language: str) -> tuple[str, ...]:
        """What its request types are called in that language."""
        return tuple(self.say(spec.label, language) for spec in self.types.values())

    def open_statuses(self) -> tuple[str, ...]:
        return tuple(name for name, status in self.statuses.items() if not status.closed)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Every command by its own name and by its aliases."""
        words = {
            alias: name
            for name, command in self.commands.items()
            for aliases in command.alias.values()
            for alias in aliases
        }
        return Vocabulary(words | {name: name for name in self.commands})


Process.model_rebuild()
