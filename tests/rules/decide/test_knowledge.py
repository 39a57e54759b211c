"""What guards may ask of a conversation and of linked tickets, each fact by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rules.decide.knowledge import conversation, known
from rules.model import Link, MessageFact, Priority, Ticket, TimeEntry, Visibility
from tests.rules.decide import promises

_OPENED = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""A Monday, nine o'clock in Brussels."""


def at(day: int, hour: int) -> datetime:
    """Of November 2026, in UTC; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def theirs(when: datetime, attachments: int = 0, kind: str = "human") -> MessageFact:
    who = "jan@acme.example"
    return MessageFact("in", kind, Visibility.PUBLIC, who, False, when, attachments=attachments)


def ours(when: datetime, visibility: Visibility = Visibility.PUBLIC) -> MessageFact:
    return MessageFact("in", "human", visibility, "marie@accel.example", True, when)


def asked(*messages: MessageFact, now: datetime, status: str = "held") -> dict[str, object]:
    ticket = replace(
        promises.ticket(),
        status=status,
        opened_at=_OPENED,
        status_since=_OPENED,
        messages=(theirs(_OPENED), *messages),
    )
    return conversation(replace(promises.facts(ticket, "2026-11-23 10:00"), now=now), ticket)


@pytest.mark.parametrize(
    ("messages", "answered", "responded"),
    [
        ((), False, False),
        ((ours(at(23, 9)),), False, True),
        ((ours(at(23, 9)), theirs(at(23, 10))), True, True),
        ((ours(at(23, 9)), theirs(at(23, 10)), ours(at(23, 11))), False, True),
        ((ours(at(23, 9)), theirs(at(23, 10), kind="auto")), False, True),
        ((ours(at(23, 9), Visibility.INTERNAL), theirs(at(23, 10))), False, False),
    ],
    ids=["nothing", "we wrote", "they answered", "we asked again", "a machine", "a note"],
)
def test_who_answered_whom(
    messages: tuple[MessageFact, ...], answered: bool, responded: bool
) -> None:
    """The customer's own words after our last public mail are an answer; a machine's are none, and
    a note is no mail of ours."""
    facts = asked(*messages, now=at(23, 12))
    assert (facts["answered"], facts["responded"]) == (answered, responded)


@pytest.mark.parametrize(
    ("messages", "status", "attempts"),
    [
        ((ours(at(23, 9)),), "held", 1),
        ((ours(at(23, 9)), ours(at(23, 15))), "held", 1),
        ((ours(at(23, 9)), ours(at(24, 9))), "held", 2),
        ((ours(at(23, 9)), ours(at(24, 9)), theirs(at(24, 10))), "held", 0),
        ((ours(at(23, 9)), theirs(at(24, 8)), ours(at(24, 9))), "held", 1),
        ((ours(at(23, 9)), ours(at(24, 9))), "open", 0),
        ((ours(at(23, 9)), ours(at(24, 9), Visibility.INTERNAL)), "held", 1),
    ],
    ids=["one", "one day", "two days", "answered", "since then", "our turn", "a note"],
)
def test_attempts(messages: tuple[MessageFact, ...], status: str, attempts: int) -> None:
    """Public mails of staff that left the ticket waiting, since the customer last wrote; two on one
    business day are one."""
    assert asked(*messages, now=at(25, 9), status=status)["attempts"] == attempts


@pytest.mark.parametrize(
    ("now", "days"),
    [(at(23, 12), 0), (at(24, 8), 0), (at(24, 9), 1), (at(27, 9), 4), (at(29, 12), 4)],
    ids=["same day", "not a whole day", "one", "Friday", "Sunday"],
)
def test_business_days_of_silence(now: datetime, days: int) -> None:
    """Whole business days since our last public mail; a weekend is none."""
    assert asked(ours(at(23, 9)), now=now)["silent_business_days"] == days


def test_attachments_of_the_customer() -> None:
    """Those of all public mails of theirs together; staff's count among all attachments alone."""
    from_us = replace(ours(at(23, 10)), attachments=3)
    facts = asked(theirs(at(23, 9), attachments=2), from_us, now=at(23, 12))
    assert (facts["customer_attachments"], facts["attachments"]) == (2, 5)


def linked(bug: Ticket | None) -> dict[str, object]:
    ticket = replace(promises.ticket(), links=(Link("bug", "7"),))
    facts = replace(promises.facts(ticket, "2026-11-23 10:00"), linked={7: bug} if bug else {})
    found = known(facts, ticket, {})["links"]
    assert isinstance(found, dict)
    return found


def test_a_linked_ticket_and_how_it_stands() -> None:
    """Open or done, and its priority; one that is not at hand says only that it is linked."""
    bug = replace(promises.ticket(), number=7, priority=Priority.LOW)
    assert linked(bug) == {"bug": "7", "bug_open": True, "bug_priority": "low"}
    assert linked(replace(bug, closed_at=at(23, 8)))["bug_open"] is False
    assert linked(None) == {"bug": "7"}


def test_billable_time() -> None:
    """What is free does not count."""
    entry = TimeEntry(30, "marie@accel.example", _OPENED.date(), billable=True, text="")
    ticket = replace(promises.ticket(), time=(entry, replace(entry, minutes=20, billable=False)))
    facts = known(promises.facts(ticket, "2026-11-23 10:00"), ticket, {})
    assert facts["time"] == {"billable_minutes": 30}
