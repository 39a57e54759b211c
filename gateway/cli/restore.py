"""`restore`: an installation out of the file of a backup."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.frame import Session, Wrong, as_json, pass_session

if TYPE_CHECKING:
    from gateway.backup.restoring import Restored


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--overwrite", is_flag=True, help="Set aside what the home has, and take FILE's.")
@as_json
@pass_session
def command(session: Session, file: Path, overwrite: bool, as_json: bool) -> None:
    """Make the installation anew from FILE; where gateway.toml names PostgreSQL, there."""
    from gateway.backup.archive import Unfit
    from gateway.backup.restoring import restore
    from gateway.cli.screen import progress
    from gateway.configuration.secrets import SecretMissing

    session.start_logging()
    try:
        with progress() as bar:
            restored = restore(session.home, file, session.clock(), bar, overwrite=overwrite)
    except (Unfit, SecretMissing) as error:
        raise Wrong(str(error)) from error
    if as_json:
        _print_json(restored)
    else:
        _print(session.home, restored)


def _print_json(restored: Restored) -> None:
    from gateway.cli.screen import print_json

    print_json(
        {
            "made_at": restored.manifest.made_at,
            "store": restored.store,
            "rows": dict(restored.rows),
            "kept": list(restored.kept),
            "aside": list(restored.aside),
            "status": dict(restored.status),
        }
    )


def _print(home: Path, restored: Restored) -> None:
    numbers = restored.status
    click.echo(
        f"restored {sum(restored.rows.values())} rows of {restored.manifest.made_at} into "
        f"{restored.store}: {numbers['received']} mails received, {numbers['tickets']} tickets"
    )
    for name in restored.kept:
        click.echo(f"kept {home / name}, which differs from the backup's")
    for name in restored.aside:
        click.echo(f"set aside as {name}")
    if numbers["outbox"]:
        click.echo(f"`serve` will send {numbers['outbox']} mails that waited then")
