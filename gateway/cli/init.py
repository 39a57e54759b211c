"""`init`: a home's two files, commented, to be filled in."""

from __future__ import annotations

import click

from gateway.cli.frame import Session, Wrong, pass_session


@click.command("init")
@pass_session
def command(session: Session) -> None:
    """Write a commented gateway.toml and people.yaml."""
    from gateway.configuration.home import command as advised
    from gateway.configuration.starting import write_home

    try:
        files = write_home(session.home, "init")
    except FileExistsError as error:
        raise Wrong(f"{error}: nothing was written") from error
    for file in files:
        click.echo(f"wrote {file}")
    check, serve = (advised(session.home, verb) for verb in ("check", "serve"))
    click.echo(f"Fill them in, then: {check}, {serve}")
