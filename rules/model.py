"""What a desk knows: people, desks and a ticket as it stands.

Frozen values; amounts are Decimal, moments aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum

Scalar = str | int | bool | None
"""What a field of a ticket may hold: values that JSON keeps exactly. Amounts are text."""


class Proof(StrEnum):
    """How it was shown that a mail comes from whom its From names (`sender_verified`)."""

    NONE = "none"
    DOMAIN = "domain"
    TOKEN = "token"  # noqa: S105 - a kind of proof, not a secret
    BOTH = "both"
    CONFIRMED = "confirmed"


class ActClass(IntEnum):
    """What an act may do, and so what proof it needs (docs/security.md)."""

    KEEP = 0
    COMMENT = 1
    READ = 2
    WORK = 3
    OUTWARD = 4
    BIND = 5
    MONEY = 6


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def rank(self) -> int:
        """3 for urgent down to 0 for low."""
        return list(Priority).index(self)


class Visibility(StrEnum):
    PUBLIC = "public"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on file. Staff have roles; a customer has an organisation and rights in it."""

    address: str
    name: str = ""
    language: str | None = None
    roles: frozenset[str] = frozenset()
    desks: frozenset[str] | None = None
    """The desks a staff member works at; None for all."""
    organisation: str | None = None
    may: frozenset[str] = frozenset()
    staff: bool = False

    def works_at(self, desk: str) -> bool:
        return self.staff and (self.desks is None or desk in self.desks)


@dataclass(frozen=True, slots=True)
class Contract:
    """What an organisation has agreed to pay a month; its rates an hour win over the desk's."""

    name: str
    hours_per_month: Decimal | None = None
    amount_per_month: Decimal | None = None
    currency: str | None = None
    rates: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Organisation:
    name: str
    domains: frozenset[str] = frozenset()
    segment: str | None = None
    account_manager: str | None = None
    contracts: tuple[Contract, ...] = ()
    country: str | None = None

    def contract(self, name: str | None) -> Contract | None:
        return next(
            (c for c in self.contracts if name and c.name.casefold() == name.casefold()), None
        )


@dataclass(frozen=True, slots=True)
class People:
    """Everybody on file, by lower-case address, and the organisations by name."""

    persons: Mapping[str, Person] = field(default_factory=dict)
    organisations: Mapping[str, Organisation] = field(default_factory=dict)

    def person(self, address: str) -> Person:
        """The person of this address; somebody unknown is a person without rights."""
        known = self.persons.get(address)
        if known is not None:
            return known
        organisation = self.organisation_of(address)
        return Person(address, organisation=organisation.name if organisation else None)

    def organisation_of(self, address: str) -> Organisation | None:
        """By the person's entry first, then by the domain of the address."""
        known = self.persons.get(address)
        if known is not None:
            return self.organisations.get(known.organisation or "")
        domain = address.rpartition("@")[2]
        return next((o for o in self.organisations.values() if domain in o.domains), None)

    def staff(self, desk: str, role: str | None = None) -> Iterator[Person]:
        """Who works at the desk, in the order of the file; with `role`, who holds it there."""
        for person in self.persons.values():
            if person.works_at(desk) and (role is None or role in person.roles):
                yield person


@dataclass(frozen=True, slots=True)
class Desk:
    """One address that customers write to, and the process that runs there."""

    address: str
    name: str
    process: str
    language: str = "en"
    time_zone: str = "UTC"
    currency: str = "EUR"
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    """Per hour, by role or type; "default" for what no other entry names."""
    finance: tuple[str, ...] = ()
    type: str | None = None
    development: str | None = None
    list_id: str | None = None
    country: str | None = None
    """ISO 3166 code whose public holidays are no business days."""
    paid_limit: Decimal | None = None
    """Above it, in the desk's currency, `#paid` needs a second person; None: never."""

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Task:
    number: int
    title: str
    role: str | None = None
    assignee: str | None = None
    done: bool = False
    due: date | None = None
    key: str | None = None
    """What the process calls it, so that a command can fulfil it; None where a person wrote it."""


@dataclass(frozen=True, slots=True)
class TimeEntry:
    minutes: int
    by: str
    on: date
    billable: bool
    text: str
    rate: str | None = None
    """The name of the rate that it is billed at; None for the default."""


@dataclass(frozen=True, slots=True)
class Quote:
    number: int
    amount: Decimal
    currency: str
    status: str
    """sent, approved, declined, superseded or expired"""
    text: str = ""
    by: str = ""
    sent_at: datetime | None = None
    valid_until: date | None = None
    """The last day, at the desk, on which it may be approved."""
    minutes: int | None = None
    """What is asked for in time."""
    template: str = "quote"
    """The mail that brought it."""
    reserves: bool = False
    """What is approved is reserved from the contract of its ticket."""


@dataclass(frozen=True, slots=True)
class Billing:
    basis: str = "none"
    amount: Decimal | None = None
    currency: str | None = None
    status: str = "none"
    invoice: str | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    sent_at: datetime
    score: int | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """kind: bug, idea, pbi, related, merged, split; `to`: a ticket's number, a PBI or a URL."""

    kind: str
    to: str


REMIND = "remind"
"""The timer that a person sets; it outlives every status but a closed one."""
EXPIRY = "expiry"
"""The timer at which the current quote expires."""
OWN_TIMERS = frozenset({REMIND, EXPIRY})
"""What every process has; none of its own is called so."""


@dataclass(frozen=True, slots=True)
class Timer:
    """Due at a moment; or, with its clock standing still, due once so many seconds of the time that
    it counts have passed after that."""

    name: str
    due_at: datetime | None
    seconds_left: int | None = None


@dataclass(frozen=True, slots=True)
class MessageFact:
    """What rules may ask about a mail of the ticket, oldest first in `Ticket.messages`."""

    direction: str
    kind: str
    visibility: Visibility
    sender: str
    by_staff: bool
    at: datetime
    template: str | None = None
    attachments: int = 0
    id: int = 0
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as it stands. `number` is 0 until the store has given it one."""

    number: int
    desk: str
    process: str
    process_version: str
    subject: str
    status: str
    requester: str
    opened_at: datetime
    requester_name: str = ""
    language: str = "en"
    type: str | None = None
    priority: Priority = Priority.NORMAL
    level: str | None = None
    organisation: str | None = None
    assignee: str | None = None
    participants: tuple[str, ...] = ()
    """Beside the requester; they receive all that the requester receives."""
    contract: str | None = None
    resolution: str | None = None
    closed_at: datetime | None = None
    status_since: datetime | None = None
    fields: Mapping[str, Scalar] = field(default_factory=dict)
    """What the process itself keeps, by the names its file declares."""
    tasks: tuple[Task, ...] = ()
    time: tuple[TimeEntry, ...] = ()
    quotes: tuple[Quote, ...] = ()
    billing: Billing = Billing()
    survey: Survey | None = None
    links: tuple[Link, ...] = ()
    timers: tuple[Timer, ...] = ()
    messages: tuple[MessageFact, ...] = ()
    version: int = 0

    @property
    def customers(self) -> tuple[str, ...]:
        """Requester and participants: who receives what is public."""
        return (self.requester, *self.participants)

    @property
    def current_quote(self) -> Quote | None:
        return next((q for q in reversed(self.quotes) if q.status != "superseded"), None)

    def task(self, number: int) -> Task | None:
        return next((t for t in self.tasks if t.number == number), None)
