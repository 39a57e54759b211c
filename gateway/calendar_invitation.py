"""A visit as an invitation that calendars understand (RFC 5545, RFC 5546 iTIP, RFC 6047 iMIP)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText

from gateway.values import Mailbox

_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters (RFC 5545, 3.1) and bidi overrides."""

PRODUCT = "-//Deskpost//Visits//EN"


class Method(StrEnum):
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit of a ticket. `sequence` grows with each change of it, a cancellation included.

    `number` counts the visits of the ticket from 1: a visit that is moved keeps its number.
    """

    ticket: int
    number: int
    sequence: int
    starts_at: datetime
    duration: timedelta
    time_zone: str
    summary: str
    description: str
    organizer: Mailbox
    attendees: Sequence[Mailbox]


def uid(visit: Visit) -> str:
    """The same for every mail about the visit (RFC 5545, 3.8.4.7)."""
    domain = visit.organizer.address.rpartition("@")[2]
    return f"ticket-{visit.ticket}-visit-{visit.number}@{domain}"


def invitation(visit: Visit, method: Method, now: datetime) -> bytes:
    """The iCalendar object; `now` and `visit.starts_at` are aware. Raises ValueError where not."""
    if visit.starts_at.tzinfo is None or now.tzinfo is None:
        raise ValueError("a visit without time zone")
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method.value)
    calendar.add_component(_event(visit, method, now))
    calendar.add_missing_timezones(
        first_date=visit.starts_at.date() - timedelta(days=1),
        last_date=visit.starts_at.date() + timedelta(days=366),
    )
    octets: bytes = calendar.to_ical()
    return octets


def _event(visit: Visit, method: Method, now: datetime) -> Event:
    starts = visit.starts_at.astimezone(ZoneInfo(visit.time_zone))
    event = Event()
    event.add("uid", uid(visit))
    event.add("sequence", visit.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", starts)
    event.add("dtend", starts + visit.duration)
    event.add("summary", _one_line(visit.summary))
    event.add("description", _shown(visit.description))
    event.add("status", "CANCELLED" if method is Method.CANCEL else "CONFIRMED")
    event.add("organizer", _address(visit.organizer), encode=False)
    for attendee in visit.attendees:
        event.add("attendee", _attendee(attendee), encode=False)
    return event


def _attendee(box: Mailbox) -> vCalAddress:
    address = _address(box)
    address.params["role"] = vText("REQ-PARTICIPANT")
    address.params["partstat"] = vText("NEEDS-ACTION")
    address.params["rsvp"] = vText("FALSE")
    return address


def _address(box: Mailbox) -> vCalAddress:
    address = vCalAddress(f"mailto:{box.address}")
    name = _one_line(box.name)
    if name:
        address.params["cn"] = vText(name)
    return address


def _shown(text: str) -> str:
    return _UNSHOWN.sub("", text)


def _one_line(text: str) -> str:
    return " ".join(_shown(text).split())
