"""`serve`: everything that runs until SIGTERM."""

from __future__ import annotations

import click

from gateway.cli.frame import Session, pass_session


@click.command("serve")
@pass_session
def command(session: Session) -> int:
    """Take mail in, work on it, send what goes out, until SIGTERM."""
    if not session.chosen and not (session.home / "gateway.toml").exists():
        _first_start(session)
    with session.app() as app:
        return app.serve()


def _first_start(session: Session) -> None:
    """The default home is made where it is missing; any other is made by `init`."""
    from gateway.configuration.starting import write_home

    for file in write_home(session.home, "run"):
        click.echo(f"wrote {file}")
