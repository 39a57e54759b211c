"""What was decided, as sentences for the terminal."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.handle.due import Ordered
from gateway.house import House
from gateway.render.mail import render
from gateway.render.page import Page, Recipient
from rules.effects import Decision
from rules.model import Desk, Ticket

_QUOTED = "› "
"""What mails put before a line that would be a command in an answer to them."""
_LANGUAGE = "en"
"""The command line speaks English."""


@dataclass(frozen=True, slots=True)
class Acted:
    """What an operator's command did, a sentence each; or why it did not."""

    lines: tuple[str, ...]
    refused: bool


def told(house: House, done: Ordered, address: str) -> Acted:
    """A sentence for each thing that was done, or for each that could not be."""
    ticket = done.ticket
    desk = house.desks.get(ticket.desk) if ticket else None
    desk = desk or next(iter(house.desks.values()))
    lines = sentences(house, desk, ticket, done.decision, address)
    return Acted(lines, bool(done.decision.refusals))


def sentences(
    house: House, desk: Desk, ticket: Ticket | None, decision: Decision, address: str = ""
) -> tuple[str, ...]:
    """What a decision does, and what it refuses and why, in the words that mails have for it."""
    page = Page(
        template="terminal",
        ticket=ticket,
        desk=desk,
        process=house.process_of(desk),
        recipient=Recipient(address, "", _LANGUAGE, desk.time_zone, staff=True),
        now=house.clock(),
        may_repeat=True,
        data={"lines": decision.lines, "refusals": decision.refusals},
    )
    text = render(house.renderer, page).text
    lines = (line.strip().removeprefix(_QUOTED) for line in text.splitlines())
    return tuple(line for line in lines if line)
