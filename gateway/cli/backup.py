"""`backup`: the installation in one file, while it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.frame import Session, as_json, pass_session

if TYPE_CHECKING:
    from gateway.backup.making import Made


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@as_json
@pass_session
def command(session: Session, file: Path, as_json: bool) -> int:
    """Copy the installation into FILE, as it is at one moment; `serve` goes on meanwhile."""
    from gateway.backup.making import make
    from gateway.cli.screen import progress

    with session.database() as database, progress() as bar:
        where = file.absolute()
        made = make(session.home, session.configuration, database, where, session.clock(), bar)
    if as_json:
        _print_json(made)
    else:
        _print(made)
    return 1 if made.manifest.lost else 0


def _print_json(made: Made) -> None:
    from gateway.cli.screen import print_json

    print_json(
        {
            "file": str(made.file),
            "size": made.size,
            "revision": made.manifest.revision,
            "rows": dict(made.manifest.rows),
            "lost": list(made.manifest.lost),
            "left_out": list(made.left_out),
        }
    )


def _print(made: Made) -> None:
    rows = made.manifest.rows
    click.echo(
        f"wrote {made.file}: {rows['inbox']} mails received, {rows['tickets']} tickets, "
        f"{sum(rows.values())} rows in all, {made.size} octets"
    )
    click.echo("It holds the keys that sign addresses, and every mail: keep it as you keep those.")
    for name in made.left_out:
        click.echo(f"not in it: {name}")
    for name in made.manifest.lost:
        click.echo(f"lost before: the bytes of {name}", err=True)
