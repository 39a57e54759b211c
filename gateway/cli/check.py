"""`check`: every fault of a home by file and line, with its mend."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import click

from gateway.cli.frame import Session, as_json, pass_session

if TYPE_CHECKING:
    from gateway.checking import Checked
    from gateway.configuration.settings import Configuration
    from gateway.trial import Trial
    from rules.faults import Fault


@click.command("check")
@click.option(
    "--connect", "connects", is_flag=True, help="Sign in everywhere too; nothing is sent."
)
@as_json
@pass_session
def command(session: Session, connects: bool, as_json: bool) -> int:
    """Check configuration, people, rules and templates: each fault with file, line and mend."""
    from gateway.checking import check_home

    checked = check_home(session.home, os.environ)
    if not checked.faults:
        # Files that are sound may still not fit the tickets that there are.
        checked = replace(checked, faults=_stranded(session, checked))
    show = _print_json if as_json else _print
    good = show(session, checked, connects=connects)
    return 0 if good else 1


def _print_json(session: Session, checked: Checked, *, connects: bool) -> bool:
    from gateway.cli.screen import print_json

    faults = [asdict(fault) for fault in checked.faults]
    warnings = [asdict(warning) for warning in checked.warnings]
    told: dict[str, object] = {"faults": faults, "warnings": warnings, **checked.counts}
    good = not faults
    if connects and checked.configuration and good:
        with _trial(session, checked.configuration) as trial:
            tried = list(trial.run())
        told["connections"] = [asdict(one) for one in tried]
        good = all(one.good for one in tried)
    print_json(told)
    return good


def _print(session: Session, checked: Checked, *, connects: bool) -> bool:
    from gateway.cli.screen import visible

    for fault in checked.faults:
        click.echo(visible(fault))
    for warning in checked.warnings:
        click.echo(f"warning: {visible(warning)}")
    if checked.faults or checked.configuration is None:
        return False
    counts = ", ".join(f"{number} {what}" for what, number in checked.counts.items())
    click.echo(f"{session.home} is ready to serve: {counts}.")
    good = True
    if connects:
        with _trial(session, checked.configuration) as trial:
            for tried in trial.run():
                click.echo(visible(tried))
                good = good and tried.good
    return good


@contextmanager
def _trial(session: Session, configuration: Configuration) -> Iterator[Trial]:
    from gateway.authentication.resolver import system_resolver
    from gateway.cli.frame import Wrong
    from gateway.configuration.opening import open_store
    from gateway.configuration.secrets import SecretMissing
    from gateway.signin.tokens import Tokens, http_client
    from gateway.trial import Trial
    from store.errors import StoreError

    session.start_logging()
    try:
        database = open_store(configuration.store, os.environ)
    except (SecretMissing, StoreError) as missing:
        raise Wrong(str(missing)) from missing
    http = http_client()
    tokens = Tokens(database, session.clock, lambda: http, os.environ, f"check-{os.getpid()}")
    with closing(http):
        try:
            yield Trial(configuration, tokens, system_resolver())
        finally:
            database.dispose()


def _stranded(session: Session, checked: Checked) -> tuple[Fault, ...]:
    """Whether open tickets rely on what the files do not have any more, where that can be seen."""
    from gateway.configuration.secrets import SecretMissing
    from gateway.stranding import stranded_in
    from store.errors import StoreError

    try:
        return stranded_in(session.home, checked)
    except (SecretMissing, StoreError) as error:
        click.echo(f"open tickets were not looked at: {error}", err=True)
        return ()
