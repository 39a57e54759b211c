"""The FACTS of `rules simulate`: the shape of the file, and every fault of it at once.

YAML or JSON, which is YAML. docs/simulation.md is the guide to its keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from gateway.configuration.faults import faults_of
from gateway.configuration.peoplefile import PeopleFile
from gateway.configuration.places import KeyPath, Malformed, Places
from gateway.configuration.references import wrong_in_people
from gateway.configuration.scalars import Unfit, shown
from gateway.configuration.settings import (
    Address,
    Amount,
    Country,
    Currency,
    Label,
    Language,
    Section,
    TimeZone,
)
from gateway.configuration.yaml import read_yaml
from rules.durations import read_span
from rules.faults import Fault, did_you_mean
from rules.process import Process

CUSTOMER = "customer"
"""Who `from` means by this word: the one customer, or the first of people."""
_BEGIN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""A Monday morning, where the file says nothing."""


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise Unfit(f"{shown(value)} is no moment", "write it as 2026-11-23T09:00+01:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _span(value: object) -> str:
    if read_span(str(value)) is None:
        raise Unfit(f"{shown(value)} is no span", "write it as 5 days or 2 business hours")
    return str(value)


Moment = Annotated[datetime, BeforeValidator(_moment)]
Span = Annotated[str, BeforeValidator(_span)]


class DeskFacts(Section):
    """As a `[[desk]]` of gateway.toml, all of it optional."""

    address: Address = "desk@desk.example"
    name: Label = "Desk"
    language: Language | None = None
    time_zone: TimeZone = "UTC"
    currency: Currency | None = None
    rates: Mapping[str, Amount] = {}
    finance: tuple[Address, ...] = ("finance@desk.example",)
    type: str | None = None
    development: Address | None = None
    country: Country | None = None


class OtherDesk(Section):
    """A desk that tickets may be opened at or moved to."""

    address: Address
    process: str


class TicketFacts(Section):
    """The ticket as it stands when the first step comes; without it the first mail opens one."""

    status: str | None = None
    type: str | None = None
    level: str | None = None
    priority: Literal["low", "normal", "high", "urgent"] = "normal"
    subject: str = "Simulated"
    requester: str = CUSTOMER
    assignee: str | None = None
    contract: str | None = None
    fields: Mapping[str, str | bool | int] = {}


class Step(Section):
    """One thing that happens, after the clock has moved: a mail, a timer, or an operator's command.

    A step that holds nothing but `after` or `at` only lets time pass.
    """

    at: Moment | None = None
    after: Span | None = None
    sender: str | None = Field(default=None, alias="from")
    subject: str = ""
    text: str = ""
    attachments: int = Field(default=0, ge=0, le=100)
    proof: Literal["both", "domain", "none"] = "both"
    kind: Literal["human", "auto"] = "human"
    timer: str | None = None
    operator: str | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        happens = [n for n in ("sender", "timer", "operator") if getattr(self, n) is not None]
        if len(happens) > 1:
            raise Unfit("a step is one thing", "write from, timer or operator, each a step")
        if self.at is not None and self.after is not None:
            raise Unfit("at and after both say when", "keep one of them")
        if self.operator is not None and not self.text.strip():
            raise Unfit("the operator says nothing", 'add text: "#command"')
        return self


class FactsFile(Section):
    """The whole of FACTS."""

    at: Moment = _BEGIN
    unverified: Literal["refuse", "confirm", "allow"] = "confirm"
    desk: DeskFacts = DeskFacts()
    desks: tuple[OtherDesk, ...] = ()
    people: PeopleFile | None = None
    ticket: TicketFacts | None = None
    conversation: Annotated[tuple[Step, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class FactsRead:
    """FACTS without faults, and where its steps stand."""

    facts: FactsFile
    places: Places

    def line(self, step: int) -> int:
        return self.places.of(("conversation", step))[0]


def read_facts(
    text: str, file: str, process: Process, processes: Mapping[str, Process]
) -> FactsRead | tuple[Fault, ...]:
    """The file, or all that is wrong with it."""
    try:
        read = read_yaml(text)
    except Malformed as malformed:
        return tuple(Fault(file, *fault) for fault in malformed.faults)
    faults: dict[KeyPath, Fault] = {}
    value = None
    try:
        value = FactsFile.model_validate(read.data)
    except ValidationError as error:
        faults = dict(faults_of(error, FactsFile, file, read.places))
    for path, message, mend in _wrong(read.data, process, processes):
        faults.setdefault(path, Fault(file, *read.places.of(path), message, mend))
    if value is None or faults:
        return tuple(sorted(faults.values()))
    return FactsRead(value, read.places)


Wrong = tuple[KeyPath, str, str]


def _wrong(
    data: Mapping[str, object], process: Process, processes: Mapping[str, Process]
) -> Iterator[Wrong]:
    """What the file names and the process does not have."""
    people = data.get("people")
    if isinstance(people, Mapping):
        for path, message, mend in wrong_in_people(people, None, set(process.roles)):
            yield ("people", *path), message, mend
    yield from _wrong_ticket(data, process)
    for n, desk in enumerate(_list(data.get("desks"))):
        if isinstance(desk, Mapping):
            named = desk.get("process")
            yield from _unknown(("desks", n, "process"), "process", named, processes)
    people_said = _addresses(people)
    for n, step in enumerate(_list(data.get("conversation"))):
        if isinstance(step, Mapping):
            yield from _wrong_step(("conversation", n), step, process, people_said)


def _wrong_ticket(data: Mapping[str, object], process: Process) -> Iterator[Wrong]:
    ticket, desk = data.get("ticket"), data.get("desk")
    if isinstance(desk, Mapping):
        yield from _unknown(("desk", "type"), "type", desk.get("type"), process.types)
    if not isinstance(ticket, Mapping):
        return
    known = {"status": process.statuses, "type": process.types, "level": process.roles}
    for key, names in known.items():
        yield from _unknown(("ticket", key), key, ticket.get(key), names)
    fields = ticket.get("fields")
    for name in fields if isinstance(fields, Mapping) else ():
        yield from _unknown(("ticket", "fields", name), "field", name, process.fields)


def _wrong_step(
    path: KeyPath, step: Mapping[str, object], process: Process, people: frozenset[str]
) -> Iterator[Wrong]:
    # A reminder is every process's own timer.
    timers = {*process.timers, "remind"}
    yield from _unknown((*path, "timer"), "timer", step.get("timer"), timers)
    for key in ("from", "operator"):
        word = step.get(key)
        if isinstance(word, str) and "@" not in word:
            who = {*process.roles, CUSTOMER, *(p for p in people if "@" not in p)}
            yield from _unknown((*path, key), "person", word, who)


def _addresses(people: object) -> frozenset[str]:
    staff = _list(people.get("staff")) if isinstance(people, Mapping) else []
    return frozenset(str(p.get("email", "")) for p in staff if isinstance(p, Mapping))


def _unknown(path: KeyPath, what: str, word: object, known: object) -> Iterator[Wrong]:
    names = set(known) if isinstance(known, Mapping | set | frozenset) else set()
    if isinstance(word, str) and word not in names:
        mend = did_you_mean(word, names) or f"the process has no {what} at all"
        yield path, f"there is no {what} {shown(word)}", mend


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
