"""`pipe`: one mail on standard input, as an MTA's pipe transport delivers it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from gateway.cli.frame import Session, pass_session

if TYPE_CHECKING:
    from gateway.cli.application import App
    from gateway.intake.answers import Answer, Rejection
    from gateway.values import RawMail


@click.command(
    "pipe",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[-f SENDER] [RECIPIENT...]")
@pass_session
def command(session: Session, words: tuple[str, ...]) -> int:
    """Store one mail from standard input. The exit code is one of sysexits.h."""
    import asyncio

    from gateway.intake.pipe import Exit, receive

    try:
        app = session.application.open_home(session.home, create=True)
    except Exception as error:  # noqa: BLE001 - whatever is wrong here is not the mail's fault
        click.echo(f"deskpost: {error}", err=True)
        return Exit.TEMPFAIL
    try:
        size = app.configuration.smtp.max_size
        result = asyncio.run(receive(words, sys.stdin.buffer, _Door(app), session.clock, size))
    finally:
        app.close()
    if result.text:
        click.echo(f"deskpost: {result.text}", err=True)
    return int(result.code)


class _Door:
    """`accept` of the application, for one mail."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._desks = dict(app.configuration.desks)

    def known(self, address: str) -> bool | Rejection:
        from gateway.accept import NO_DESK
        from gateway.intake.answers import Rejection
        from gateway.routing import desk_of

        return desk_of(address, self._desks) is not None or Rejection(NO_DESK)

    async def accept(self, raw: RawMail) -> tuple[Answer, ...]:
        from gateway.intake.answers import Answer, Outcome

        receipts = self._app.accept([raw])
        return tuple(Answer(Outcome(receipt.accepted.value)) for receipt in receipts)
