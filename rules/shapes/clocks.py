"""What a process file says of time: timers, digests, hours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from rules.shapes.commands import MailStep, Offers, Step
from rules.shapes.common import Part, Text, Words, listed


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
        BeforeValidator(listed, json_schema_input_type=Moment | tuple[Moment, ...]),
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


class Hours(Part):
    """When business time runs. days: mon-fri; hours: 08:30-17:30."""

    days: Words = ("mon", "tue", "wed", "thu", "fri")
    hours: Words = ("09:00-17:00",)
    holidays: str | None = None
    """ISO 3166 code of the country; the desk's own wins."""
    closed: tuple[str, ...] = ()
    """Days of one's own, as 2026-12-24."""
