"""What an operator's command did, as sentences for the terminal."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.handle.due import Ordered
from gateway.house import House
from gateway.render.mail import render
from gateway.render.page import Page, Recipient

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
    page = Page(
        template="terminal",
        ticket=ticket,
        desk=desk,
        process=house.process_of(desk),
        recipient=Recipient(address, "", _LANGUAGE, desk.time_zone, staff=True),
        now=house.clock(),
        may_repeat=True,
        data={"lines": done.decision.lines, "refusals": done.decision.refusals},
    )
    text = render(house.renderer, page).text
    lines = tuple(line.strip() for line in text.splitlines() if line.strip())
    return Acted(lines, bool(done.decision.refusals))
