"""A process as its file says it: frozen, and complete once `rules.loading` has passed it.

The field names are the keys of the file; `docs/processes.md` is the guide to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from rules.words import Vocabulary

Text = str | Mapping[str, str]
"""Words for people: in the process's own language, or by language code."""

ArgumentType = Literal[
    "text",
    "choice",
    "flag",
    "word",
    "person",
    "address",
    "addresses",
    "ticket",
    "task",
    "duration",
    "moment",
    "date",
    "amount",
    "phone",
    "url",
    "contract",
    "desk",
    "type",
    "priority",
    "score",
]

Act = Literal[
    "assign",
    "help",
    "status",
    "list",
    "history",
    "find",
    "note",
    "take_next",
    "move_desk",
    "spam",
    "link_ticket",
    "merge",
    "split",
    "reporter",
    "participants",
    "phone",
    "send",
    "contract",
    "confirm",
]
"""What the engine itself can do, beyond what the steps say."""


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _argument(value: object) -> object:
    return {"type": value} if isinstance(value, str) else value


def _arguments(value: object) -> object:
    return {value: "text"} if isinstance(value, str) else value


Words = Annotated[
    tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=str | tuple[str, ...])
]
"""One word or a list of them."""


class Part(BaseModel):
    """Whatever stands in a process file: unknown keys are faults, nothing changes after loading."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, use_attribute_docstrings=True
    )


class Status(Part):
    label: Text
    closed: bool = False
    waits_for: Literal["customer", "desk"] = "desk"
    """Whose turn it is while the ticket stands here."""
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


ChoiceWords = Mapping[str, Words] | Words
"""The words that mean a value: by language code, or a list that no language claims."""


class Argument(Part):
    """One argument of a command. `choices`: the value kept -> the words that mean it."""

    type: ArgumentType = "text"
    choices: Mapping[str, ChoiceWords] = {}
    after: Words = ()
    """The word before it ("due", "task"); needed where an optional argument is no other's kind."""
    words: Words = ()
    """The words that raise a flag."""
    signed: bool = False
    """Of a duration: a minus before it takes back as much."""
    past: bool = False
    """Of a date: the last such day ("friday" of time worked), never one to come."""
    below: bool = False
    """Of a text: where the line has none, the text of the mail stands for it."""
    example: str = ""
    """What the usage shows for it, where its kind says too little: `yesterday`."""

    def words_for(self, value: str) -> tuple[str, ...]:
        """All words that mean this choice, itself among them."""
        words = self.choices[value]
        groups = words.values() if isinstance(words, Mapping) else (words,)
        return (value, *(word for group in groups for word in group))

    def word_in(self, value: str, language: str) -> str:
        """The word for this choice in the language; the value itself where there is none."""
        words = self.choices.get(value, ())
        own = words.get(language, ()) if isinstance(words, Mapping) else ()
        return next(iter(own), value)


Arguments = Annotated[
    Mapping[
        str,
        Annotated[
            Argument, BeforeValidator(_argument, json_schema_input_type=ArgumentType | Argument)
        ],
    ],
    BeforeValidator(_arguments, json_schema_input_type=str | Mapping[str, ArgumentType | Argument]),
]
"""Arguments by name; just a name stands for one that is a text, just a kind for its spec."""


class Guard(Part):
    """What must hold; `says` is told where it does not."""

    that: str
    says: Text


class Case(Part):
    when: str | None = None
    value: str | bool | int | None = Field(default=None, alias="is")


class Value(Part):
    """A value that is worked out: from an argument, an expression, or the first case that holds."""

    argument: str | None = None
    expression: str | None = None
    first: tuple[Case, ...] = ()


Given = Value | bool | int | str | None
"""A literal as it stands, or a value to be worked out."""


class TaskStep(Part):
    title: Text
    """May hold {number}, {subject}, {month}, {year}, {reason} and the command's arguments."""
    key: str | None = None
    role: str | None = None
    """A role, `actor`, `assignee` or `argument NAME`; in common.yaml `desk`: who hears first."""
    due: Given = None
    once_per: Literal["month", "ticket", "open"] | None = None
    """Not again in this month, on this ticket, or while such a task is open."""


class GiveStep(Part):
    """Hands the open task of this key to somebody."""

    task: str
    to: str
    """A role, `actor`, `assignee` or `argument NAME`."""


class Offer(Part):
    """A command that a mail holds ready as a link; without a label its own help text is shown."""

    does: str
    """The command with its arguments, in English words: `impact blocked all`."""
    label: Text = ""


def _offer(value: object) -> object:
    return {"does": value} if isinstance(value, str) else value


Offers = tuple[Annotated[Offer, BeforeValidator(_offer, json_schema_input_type=str | Offer)], ...]


class MailStep(Part):
    template: str
    to: Words = ("customer",)
    """customer (requester and participants), requester, actor, assignee, desk, finance, roles."""
    offers: Offers = ()
    carries_text: bool = False
    """The text, formatting and attachments of the mail at hand go with it."""
    text: str | None = None
    """An argument of kind text whose words stand before those of the mail at hand."""
    binds: str | None = None
    """The template that answers to this mail decide on: its own name makes a new version of it."""
    attach: Words = ()
    """Documents that go with it as PDF, by their templates: `quote` is quote.typ."""
    must_arrive: bool = True
    cites: bool = False
    """The customer's latest answer stands in it."""


class QuoteStep(Part):
    amount: str = "amount"
    text: str = "text"
    time: str | None = None
    """An argument of kind duration: the hours that are asked for."""
    template: str = "quote"
    again: str = "quote_again"
    """The mail that brings it once more, where it was answered by an old version."""
    attach: Words = ("quote",)
    """Documents that go with it as PDF."""
    offers: Offers = (Offer(does="approve"), Offer(does="decline"))
    valid_for: str | None = None
    """A span such as `30 days`: then it expires."""
    reserves: bool = False
    """What is approved is reserved from the contract that pays for the ticket."""


class OpenStep(Part):
    """A linked ticket at another desk."""

    desk: str
    """`development`: the desk that the configuration names; or an address."""
    title: Given
    tie: str


class Step(Part):
    """One thing that a command, a status or a timer does: exactly one key beside `when`."""

    when: str | None = None
    set: Mapping[str, Given] | None = None
    """Fields that the file declares; type, priority, level, contract and resolution."""
    move: str | None = None
    """The status it leads to, where `to` says too little."""
    assign: str | None = None
    """actor, nobody, a role, or `argument NAME`"""
    task: TaskStep | None = None
    give: GiveStep | None = None
    complete: str | None = None
    """A task's key, or `argument NAME`."""
    time: bool | None = None
    """Time worked, from the arguments duration, on, not_billable and text."""
    mail: MailStep | None = None
    tell: Words | None = None
    """Roles that are told at once, in the mail they get anyway."""
    quote: QuoteStep | None = None
    settle: Literal["approved", "declined", "expired"] | None = None
    survey: Literal["send", "answer"] | None = None
    start: str | None = None
    """A timer of this file, or `remind`, due at the argument `when`."""
    stop: str | None = None
    link: str | None = None
    """The kind of link; where to: the first argument."""
    open: OpenStep | None = None
    bill: Literal["request", "raised", "paid"] | None = None
    invite: str | None = None
    """A calendar invitation to customer and assignee for the moment in this field."""
    do: Act | None = None
    """What the engine brings (rules/decide/acts)."""

    @property
    def act(self) -> tuple[str, Any]:
        """The one key that is given beside `when`, and its value."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            if name != "when" and value is not None:
                return name, value
        raise ValueError("a step without a key")


class Stricter(Part):
    """Where this holds, the command needs the proof of a higher class."""

    when: str
    act_class: int = Field(alias="class", ge=1, le=6)


class Command(Part):
    help: Text = ""
    alias: Mapping[str, Words] = {}
    """By language code."""
    who: Words = ("staff",)
    """Roles; or anyone, customer, staff, assignee, level, requester."""
    from_: Words | None = Field(default=None, alias="from")
    """Statuses; `any_open`, `any_closed`, `any` mean what they say; none given: `any_open`."""
    types: Words = ()
    act_class: int = Field(default=3, alias="class", ge=1, le=6)
    stricter: tuple[Stricter, ...] = ()
    """More proof where an expression holds: `quote.amount > 10000` asks for class 6."""
    needs: Arguments = {}
    takes: Arguments = {}
    guards: tuple[Guard, ...] = ()
    to: str | Mapping[str, str] | None = None
    """The status it leads to, or by the status it is in."""
    steps: tuple[Step, ...] = Field(default=(), alias="do")
    ticket: Literal["needed", "optional", "none"] = "needed"
    """none: it stands in a mail to the desk, on no ticket."""
    internal: bool = False
    """The mail that holds it is not relayed to the customer."""
    binds: str | None = None
    """What a token must name for it to count: `quote`, or what a mail step binds."""
    bill: Literal["time", "quote", "nothing"] | None = None
    """What its closing bills: wins over the status's and the type's."""
    by_process: bool = False
    """Of a common command: part of a process only where its file names it."""

    @property
    def task_argument(self) -> bool:
        """Whether what follows it first may be the number of a task."""
        first = next(iter((*self.needs.values(), *self.takes.values())), None)
        return first is not None and first.type == "task"


class Span(Part):
    """A length of time such as `5 days`, `2 business hours`, by priority where it differs."""

    urgent: str
    high: str
    normal: str
    low: str


class SpanCase(Part):
    when: str | None = None
    span: str = Field(alias="is")


class SpanCases(Part):
    """A length of time by the first case that holds; the last one has no `when`."""

    first: tuple[SpanCase, ...]


def _way_of_saying(after: object) -> str:
    """Which of the ways of `after` was meant, so that its faults are told and no other's."""
    if isinstance(after, SpanCases) or (isinstance(after, Mapping) and "first" in after):
        return "cases"
    return "priorities" if isinstance(after, Mapping | Span) else "span"


After = Annotated[
    Annotated[str, Tag("span")]
    | Annotated[Span, Tag("priorities")]
    | Annotated[SpanCases, Tag("cases")],
    Discriminator(_way_of_saying),
]

Moment = Literal["status", "opening", "last_customer_mail", "last_staff_mail", "delivery"]


class TimerSpec(Part):
    while_: Words = Field(default=(), alias="while")
    """It runs in these statuses alone; empty: in any open status."""
    unless: str | None = None
    """Where this holds when it falls due, nothing happens."""
    until: Literal["customer_mail", "staff_mail"] | None = None
    """A public mail of theirs ends it."""
    counts_from: Annotated[
        tuple[Moment, ...],
        BeforeValidator(_listed, json_schema_input_type=Moment | tuple[Moment, ...]),
    ] = ("status",)
    """What starts it; each of them starts it anew."""
    of: str | None = None
    """With `delivery`: the template of the mail that must have arrived."""
    after: After = "5 days"
    """All in business time, or all in hours and days of any kind."""
    silence: bool = False
    """It takes silence for consent: any mail of the customer stops it."""
    again: MailStep | None = None
    """With `silence`: the mail that asks once more where the customer wrote and did not decide."""
    pauses: Words = ()
    """Statuses in which its clock stands still; it goes on with what is left."""
    repeat: bool = False
    breach: bool = False
    """It says that a promise was not kept: those who look after the ticket are told so."""
    to: str | None = None
    steps: tuple[Step, ...] = Field(default=(), alias="do")
    says: Text = ""

    @property
    def lengths(self) -> tuple[str, ...]:
        """All spans that it may take."""
        if isinstance(self.after, Span):
            return tuple(self.after.model_dump().values())
        if isinstance(self.after, SpanCases):
            return tuple(case.span for case in self.after.first)
        return (self.after,)

    @property
    def usual(self) -> str:
        """The span of a ticket about which nothing is known."""
        if isinstance(self.after, Span):
            return self.after.normal
        return self.lengths[-1]


class Digest(Part):
    """A list that staff are sent time and again, each the entries that are theirs."""

    label: Text
    to: Words
    """Roles; `assignee`, and for a task that nobody has who holds its role; `desk`: who looks after
    the ticket."""
    lists: Literal["tickets", "due_tasks"] = "tickets"
    """Tickets; or tasks that are due today or were before."""
    while_: Words = Field(default=(), alias="while")
    """Of tickets in these statuses alone; empty: in any open one, of tasks in any."""
    when: str | None = None
    """Of tickets for which this holds."""
    every: str | None = None
    """A length of time, such as `20 minutes`; or `at`."""
    at: str | None = None
    """A time of each business day, such as `08:00`."""
    repeats: bool = False
    """It comes each time; without, only where the list has changed since."""
    offers: Offers = ()
    """Commands that each entry holds ready as a link; one about a task is about that task."""


class Reopening(Part):
    to: str
    within: str = "14 days"
    unless: str = "billing.status != 'none'"


class Hours(Part):
    """When business time runs. days: mon-fri; hours: 08:30-17:30."""

    days: Words = ("mon", "tue", "wed", "thu", "fri")
    hours: Words = ("09:00-17:00",)
    holidays: str | None = None
    """ISO 3166 code of the country; the desk's own wins."""
    closed: tuple[str, ...] = ()
    """Days of one's own, as 2026-12-24."""


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


class Mails(Part):
    """Which template goes out when nothing else is said."""

    acknowledgement: str = "acknowledgement"
    offers: Offers = ()
    """Commands that the acknowledgement holds ready."""
    asks: tuple[Question, ...] = ()
    """What the acknowledgement asks, answered by one tap."""


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
    version: str = ""
    """Of the file's content; filled in by the loader."""

    def say(self, text: Text, language: str) -> str:
        """The words in that language, else in the process's own, else in whichever there are."""
        if isinstance(text, str):
            return text
        return text.get(language) or text.get(self.language) or next(iter(text.values()), "")

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
