"""`pipe`: one mail on standard input, as an MTA's pipe transport delivers it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from gateway.cli.frame import Session, pass_session

if TYPE_CHECKING:
    from gateway.door import Door
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

    from gateway.cli.screen import visible
    from gateway.intake.pipe import Exit, receive

    try:
        with session.door() as door:
            size = door.configuration.smtp.max_size
            taking = _Taking(door)
            result = asyncio.run(receive(words, sys.stdin.buffer, taking, session.clock, size))
    except Exception as error:  # noqa: BLE001 - whatever is wrong here is not the mail's fault
        click.echo(f"deskpost: {visible(error)}", err=True)
        return Exit.TEMPFAIL
    if result.text:
        click.echo(f"deskpost: {visible(result.text)}", err=True)
    return int(result.code)


class _Taking:
    """Stores the one mail of this call."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._desks = dict(door.configuration.desks)

    def known(self, address: str) -> bool | Rejection:
        from gateway.accept import NO_DESK
        from gateway.intake.answers import Rejection
        from gateway.routing import desk_of

        return desk_of(address, self._desks) is not None or Rejection(NO_DESK)

    async def accept(self, raw: RawMail) -> tuple[Answer, ...]:
        from gateway.intake.answers import Answer, Outcome

        receipts = self._door.accept([raw])
        return tuple(Answer(Outcome(receipt.accepted.value)) for receipt in receipts)
