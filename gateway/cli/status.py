"""`status`: every mail accounted for, in numbers."""

from __future__ import annotations

import click

from gateway.cli.frame import Session, as_json, pass_session

WORDS = {
    "received": "mails received",
    "on_tickets": "on tickets",
    "set_aside": "set aside",
    "duplicates": "duplicates",
    "quarantined": "in quarantine",
    "inbox": "not processed yet",
    "outbox": "to be delivered now",
    "failed": "given up",
    "tickets": "tickets",
}


@click.command("status")
@as_json
@pass_session
def command(session: Session, as_json: bool) -> None:
    """Count what came in, what became of it, and what is to go out."""
    from gateway.cli.screen import print_json, visible, when
    from gateway.handle.closed_way import NAME
    from store import mailboxes, settings
    from store.status import status

    with session.reading() as tx:
        numbers = status(tx, session.clock())
        failing = [box for box in mailboxes.everything(tx) if box.failing_since]
        closed = settings.get(tx, NAME)
    if as_json:
        print_json(numbers)
        return
    for name, words in WORDS.items():
        click.echo(f"{numbers[name]:>8}  {words}")
    for box in failing:
        click.echo(visible(f"{box.name} since {when(box.failing_since)} UTC: {box.last_error}"))
    if closed:
        click.echo(
            visible(f"The way out is closed since {when(closed['since'])} UTC: {closed['error']}")
        )
