"""A visit as an invitation that calendars understand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from gateway.calendar_invitation import Method, Visit, invitation, uid
from gateway.values import Mailbox

NOW = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
VISIT = Visit(
    ticket=88,
    number=1,
    sequence=0,
    starts_at=datetime(2026, 11, 25, 13, 0, tzinfo=UTC),
    duration=timedelta(minutes=90),
    time_zone="Europe/Brussels",
    summary="[#88] Printer; broken, again",
    description="Bring a drum.\nRing twice.",
    organizer=Mailbox("Accel Service Desk", "helpdesk@accel.example"),
    attendees=(Mailbox("Jan; Maes", "jan@acme.example"), Mailbox("", "marie@accel.example")),
)


def read(content: bytes) -> tuple[Any, Any]:
    """The calendar and its only event."""
    calendar: Any = Calendar.from_ical(content)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def test_a_request() -> None:
    """What a calendar needs to show it, in the zone of the desk (RFC 5546, 3.2.2)."""
    content = invitation(VISIT, Method.REQUEST, NOW)
    calendar, event = read(content)
    assert calendar["METHOD"] == "REQUEST"
    assert event["UID"] == "ticket-88-visit-1@accel.example"
    assert event["SEQUENCE"] == 0
    assert event["STATUS"] == "CONFIRMED"
    assert event["DTSTART"].dt == VISIT.starts_at
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=90)
    assert event["DTSTAMP"].dt == NOW
    assert event["SUMMARY"] == VISIT.summary
    assert event["DESCRIPTION"] == VISIT.description
    assert event["ORGANIZER"] == "mailto:helpdesk@accel.example"
    assert event["ATTENDEE"] == ["mailto:jan@acme.example", "mailto:marie@accel.example"]
    assert b"DTSTART;TZID=Europe/Brussels:20261125T140000\r\n" in content
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/Brussels"]


def test_moved_and_cancelled_visits_keep_their_uid() -> None:
    """Calendars replace what has the same UID by what has the higher SEQUENCE."""
    later = replace(VISIT, sequence=1, starts_at=VISIT.starts_at + timedelta(days=1))
    cancelled, event = read(invitation(replace(later, sequence=2), Method.CANCEL, NOW))
    assert uid(later) == uid(VISIT) == event["UID"]
    assert cancelled["METHOD"] == "CANCEL"
    assert event["STATUS"] == "CANCELLED"
    assert event["SEQUENCE"] == 2
    assert uid(replace(VISIT, number=2)) != uid(VISIT)


def test_summer_time_is_part_of_the_zone() -> None:
    """A visit in July is at the hour that the wall clock shows."""
    july = replace(VISIT, starts_at=datetime(2027, 7, 1, 12, 0, tzinfo=UTC))
    content = invitation(july, Method.REQUEST, NOW)
    assert b"DTSTART;TZID=Europe/Brussels:20270701T140000\r\n" in content
    assert read(content)[1]["DTSTART"].dt == july.starts_at


@pytest.mark.parametrize(
    "text", ["a\r\nATTENDEE:mailto:x@y", 'x":\r\nX-EVIL:1', "a;b,c\\n:\x00\u202e"]
)
def test_hostile_words_bring_no_line_of_their_own(text: str) -> None:
    """RFC 5545, 3.3.11 and RFC 6868: line breaks, quotes and separators are escaped or gone."""
    hostile = replace(
        VISIT, summary=text, description=text, organizer=replace(VISIT.organizer, name=text)
    )
    hostile = replace(hostile, attendees=(Mailbox(text, "jan@acme.example"),))
    content = invitation(hostile, Method.REQUEST, NOW)
    plain = invitation(VISIT, Method.REQUEST, NOW)
    assert properties(content) == properties(plain)
    event = read(content)[1]
    assert event["ATTENDEE"] == "mailto:jan@acme.example"
    assert "\u202e" not in event["SUMMARY"]
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


def properties(content: bytes) -> set[str]:
    unfolded = content.decode().replace("\r\n ", "").split("\r\n")
    return {line.replace(";", ":").split(":")[0] for line in unfolded}


def test_times_without_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="without time zone"):
        invitation(VISIT, Method.REQUEST, NOW.replace(tzinfo=None))
