"""`audit`: every mail accounted for, proven from what is stored; whoever is not is named."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.frame import Session, as_json, pass_session

if TYPE_CHECKING:
    from gateway.views.scalars import Object
    from store.audit import Expected, Fault, Finding
    from store.database import Database


@click.command("audit")
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Message-IDs, one a line, that a sender believes acknowledged.",
)
@click.option("--offline", is_flag=True, help="Do not ask the servers of mailboxes.")
@as_json
@pass_session
def command(session: Session, against: Path | None, offline: bool, as_json: bool) -> int:
    """Prove that every mail is accounted for, against what mailboxes hold too; name each that is
    not. Works while `serve` runs, and changes nothing."""
    from gateway.cli.screen import print_json, visible
    from store.audit import audit, strays
    from store.status import status

    faults: list[Fault] = []
    rows: dict[str, int] = {}
    with session.database() as database:
        found = audit(database, session.clock(), _expected(against) if against else None)
        held = () if offline else _in_mailboxes(session, database)
        for finding in _with_progress(chain(found, held)):
            rows[finding.part] = finding.done
            faults += finding.faults
            if not as_json:
                for fault in finding.faults:
                    click.echo(visible(_line(fault)))
        idle = sorted(strays(database))
        with database.read() as tx:
            numbers = status(tx, session.clock())
    if as_json:
        views = [_view(fault) for fault in faults]
        print_json({"faults": views, "looked_at": rows, "status": numbers, "strays": idle})
    else:
        for name in idle:
            click.echo(visible(f"{name}: an object that belongs to no mail, which is no fault."))
        click.echo(_summary(faults, rows))
    return 1 if faults else 0


def _in_mailboxes(session: Session, database: Database) -> Iterator[Finding]:
    """What the servers of the configured mailboxes hold."""
    from gateway.mailboxes import account_of
    from gateway.mailboxes.comparing import compared
    from gateway.predecessors import owner_name
    from gateway.signin.tokens import Tokens, http_client

    configuration = session.configuration
    tokens = Tokens(database, session.clock, http_client, os.environ, owner_name())
    for entry in configuration.mailboxes:
        yield from compared(database, str(entry.url), account_of(entry, configuration, tokens))


def _expected(file: Path) -> Expected:
    """What stands between the brackets of each line, or the line itself; empty lines are none."""
    expected = set()
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            inner = line.partition("<")[2].partition(">")[0] or line.strip()
            if inner:
                expected.add(f"<{inner}>")
    return expected


def _with_progress(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The same, with a bar for each part on standard error where that is a terminal."""
    from rich.progress import Progress, TaskID

    from gateway.cli.screen import console

    errors = console(errors=True)
    bars: dict[str, TaskID] = {}
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress:
        for finding in findings:
            if finding.part not in bars:
                bars[finding.part] = progress.add_task(finding.part)
            progress.update(bars[finding.part], completed=finding.done, total=finding.whole)
            yield finding


def _line(fault: Fault) -> str:
    from gateway.cli.screen import when

    known = (
        f"arrived {when(fault.at)}" if fault.id.startswith("in") else when(fault.at),
        fault.message_id,
        fault.sender,
    )
    about = ", ".join(part for part in known if part)
    return f"{fault.id}: {fault.text}{f' ({about})' if about else ''}. {fault.mend}."


def _view(fault: Fault) -> Object:
    from gateway.views.scalars import moment

    return {
        "fault": fault.fault,
        "id": fault.id,
        "at": moment(fault.at),
        "message_id": fault.message_id,
        "from": fault.sender,
        "text": fault.text,
        "mend": fault.mend,
    }


def _summary(faults: list[Fault], rows: dict[str, int]) -> str:
    looked = ", ".join(f"{number} {part}" for part, number in rows.items() if part != "sums")
    if not faults:
        return f"Everything is accounted for: {looked or 'nothing has arrived yet'}."
    return f"{len(faults)} not accounted for; looked at {looked}."
