"""`show`: one ticket with all that belongs to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gateway.cli.frame import Session, Wrong, as_json, pass_session

if TYPE_CHECKING:
    from rules.model import Ticket
    from store.journal import Event
    from store.messages import Message


@click.command("show")
@click.argument("number", type=click.IntRange(min=1))
@as_json
@pass_session
def command(session: Session, number: int, as_json: bool) -> None:
    """Show ticket NUMBER: what it is, its mails, what happened."""
    ticket, mails, events = _load(session, number)
    labels = session.labels(ticket.process)
    if as_json:
        from gateway.cli.screen import print_json
        from gateway.views.tickets import shown

        print_json(shown(ticket, labels, mails, events))
        return
    from gateway.cli.ticket_page import print_ticket

    desk = session.configuration.desk(ticket.desk)
    print_ticket(ticket, labels, mails, events, desk.time_zone if desk else "UTC")


def _load(session: Session, number: int) -> tuple[Ticket, list[Message], list[Event]]:
    from store import journal, messages, tickets

    with session.reading() as tx:
        ticket = tickets.load(tx, number)
        if ticket is None:
            raise Wrong(f"there is no ticket {number}")
        return ticket, messages.of_ticket(tx, number), journal.of_ticket(tx, number)
