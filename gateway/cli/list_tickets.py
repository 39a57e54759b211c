"""`list`: the tickets, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from gateway.cli.frame import Session, as_json, pass_session

if TYPE_CHECKING:
    from rules.model import Ticket
    from store.database import Transaction
    from store.search import Filter

PAGE = 500


@click.command("list")
@click.option("--open/--closed", "only_open", default=None, help="Only such tickets.")
@click.option("--desk", multiple=True, help="Only this desk's; may be said again.")
@click.option("--status", multiple=True, help="Only in this status; may be said again.")
@click.option("--person", help="Only those of this requester or participant.")
@click.option("--organisation", help="Only this organisation's.")
@click.option("--assignee", help="Only what this address has.")
@click.option("--words", default="", help="Only where these words stand, in subject or mails.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
@as_json
@pass_session
def command(
    session: Session,
    only_open: bool | None,
    desk: tuple[str, ...],
    status: tuple[str, ...],
    person: str | None,
    organisation: str | None,
    assignee: str | None,
    words: str,
    limit: int | None,
    as_json: bool,
) -> None:
    """List tickets, newest first."""
    from store.search import Filter

    which = Filter(
        desks=[address.lower() for address in desk] or None,
        person=person.lower() if person else None,
        organisation=organisation,
        assignee=assignee.lower() if assignee else None,
        open=only_open,
        statuses=status or None,
        words=words,
        internal=True,
    )
    with session.reading() as tx:
        tickets = _pages(tx, which, limit)
        if as_json:
            _print_json(session, tickets)
        else:
            _print_table(session, tickets)


def _pages(tx: Transaction, which: Filter, limit: int | None) -> Iterator[Ticket]:
    from store.search import find

    done = 0
    while limit is None or done < limit:
        page = find(tx, which, min(PAGE, limit - done) if limit else PAGE, done)
        yield from page
        done += len(page)
        if len(page) < PAGE:
            return


def _print_json(session: Session, tickets: Iterator[Ticket]) -> None:
    from gateway.cli.screen import print_json_lines
    from gateway.views.tickets import listed

    print_json_lines(listed(ticket, session.labels(ticket.process)) for ticket in tickets)


def _print_table(session: Session, tickets: Iterator[Ticket]) -> None:
    from gateway.cli.screen import console, table, when

    columns = ("#", "status", "priority", "requester", "assignee", "opened", "subject")
    rows = [
        (
            ticket.number,
            session.labels(ticket.process).get(ticket.status, ticket.status),
            ticket.priority.value,
            ticket.requester,
            ticket.assignee,
            when(ticket.opened_at),
            ticket.subject,
        )
        for ticket in tickets
    ]
    console().print(table(columns, rows) if rows else "no tickets")
