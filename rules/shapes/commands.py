"""Commands of a process file: their arguments, and the steps that they and timers take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from rules.shapes.common import Given, Guard, Part, Text, Words

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


def _argument(value: object) -> object:
    return {"type": value} if isinstance(value, str) else value


def _arguments(value: object) -> object:
    return {value: "text"} if isinstance(value, str) else value


OwnWords = Mapping[str, Words] | Words
"""Words that mean one thing: by language code, or a list that no language claims."""


def all_words(words: OwnWords) -> tuple[str, ...]:
    """Those of every language: whoever answers in another than the mail's is understood."""
    groups = words.values() if isinstance(words, Mapping) else (words,)
    return tuple(word for group in groups for word in group)


def own_word(words: OwnWords, language: str) -> str | None:
    """The first word of the language; None where it has none."""
    own = words.get(language, ()) if isinstance(words, Mapping) else ()
    return next(iter(own), None)


class Argument(Part):
    """One argument of a command. `choices`: the value kept -> the words that mean it."""

    type: ArgumentType = "text"
    choices: Mapping[str, OwnWords] = {}
    after: OwnWords = ()
    """The word before it ("due", "task"); needed where an optional argument is no other's kind."""
    words: OwnWords = ()
    """The words that raise a flag."""
    signed: bool = False
    """Of a duration: a minus before it takes back as much."""
    past: bool = False
    """Of a date: the last such day ("friday" of time worked), never one to come."""
    below: bool = False
    """Of a text: where the line has none, the text of the mail stands for it."""
    example: Text = ""
    """What the usage shows for it, where its kind says too little: `yesterday`."""

    def words_for(self, value: str) -> tuple[str, ...]:
        """All words that mean this choice, itself among them."""
        return (value, *all_words(self.choices[value]))

    def word_in(self, value: str, language: str) -> str:
        """The word for this choice in the language; the value itself where there is none."""
        return own_word(self.choices.get(value, ()), language) or value

    @property
    def keywords(self) -> tuple[str, ...]:
        """Every word that stands before it, or raises the flag."""
        return all_words(self.after or self.words)

    def keyword_in(self, language: str) -> str:
        """The word that stands before it, or raises the flag: the language's own, else the first
        there is; empty where none does."""
        return own_word(self.after or self.words, language) or next(iter(self.keywords), "")

    def example_in(self, language: str) -> str:
        """As `keyword_in`."""
        if isinstance(self.example, str):
            return self.example
        return self.example.get(language) or next(iter(self.example.values()), "")


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


class TaskStep(Part):
    title: Text
    """May hold {number}, {subject}, {month}, {year}, {reason} and the command's arguments."""
    says: Text = ""
    """What a customer who asked for it is told, with the same in braces; of tasks without it
    customers hear nothing."""
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
    label: Text = ""
    """What a link to it says; its own word where there is none."""
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
    needs: Arguments = Field(default={})
    takes: Arguments = Field(default={})
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
