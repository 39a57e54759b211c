"""`act`: an operator's command on a ticket."""

from __future__ import annotations

import click

from gateway.cli.frame import Session, Wrong, pass_session


@click.command("act")
@click.argument("number", type=click.IntRange(min=1))
@click.argument("text")
@click.option("--as", "address", required=True, help="On whose behalf: an address on file.")
@pass_session
def command(session: Session, number: int, text: str, address: str) -> int:
    """Carry out a command on ticket NUMBER: act 88 "#assign marie" --as ops@accel.example"""
    from gateway.cli.screen import visible

    with session.app() as app:
        acted = app.act(number, text, address.strip().lower())
    if acted is None:
        raise Wrong(f"there is no ticket {number}")
    for line in acted.lines:
        click.echo(visible(line), err=acted.refused)
    return 1 if acted.refused else 0
