"""`check`: every fault of a home by file and line, with its mend."""

from __future__ import annotations

import os
from dataclasses import asdict

import click

from gateway.cli.frame import Session, as_json, pass_session


@click.command("check")
@as_json
@pass_session
def command(session: Session, as_json: bool) -> int:
    """Check configuration, people, rules and templates: each fault with file, line and mend."""
    from gateway.checking import check_home
    from gateway.cli.screen import print_json, visible

    checked = check_home(session.home, os.environ)
    if as_json:
        faults = [asdict(fault) for fault in checked.faults]
        warnings = [asdict(warning) for warning in checked.warnings]
        print_json({"faults": faults, "warnings": warnings, **checked.counts})
        return 1 if faults else 0
    for fault in checked.faults:
        click.echo(visible(fault))
    for warning in checked.warnings:
        click.echo(f"warning: {visible(warning)}")
    if not checked.faults:
        counts = ", ".join(f"{number} {what}" for what, number in checked.counts.items())
        click.echo(f"{session.home} is ready to serve: {counts}.")
    return 1 if checked.faults else 0
