"""`rules`: the processes, one as a picture, and the shape of their files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gateway.cli import replay, simulate
from gateway.cli.frame import Session, as_json, pass_session

if TYPE_CHECKING:
    from gateway.views.scalars import Json, Object
    from rules.process import Process


@click.group("rules")
def command() -> None:
    """Look at the processes that can be run here."""


@command.command("list")
@as_json
@pass_session
def list_all(session: Session, as_json: bool) -> int:
    """List the processes, and the desks that run them."""
    from gateway.cli.screen import console, print_json_lines, table, visible
    from gateway.configuration.loading import process_folders
    from rules.loading import load_processes

    processes, faults = load_processes(process_folders(session.home))
    listed = [_listed(session, process) for process in processes.values()]
    for fault in faults:
        click.echo(visible(fault), err=True)
    if as_json:
        print_json_lines(listed)
    else:
        columns = ("name", "title", "language", "roles", "desks")
        cells = [[_cell(process[name]) for name in columns] for process in listed]
        console().print(table(columns, cells))
    return 1 if faults else 0


def _listed(session: Session, process: Process) -> Object:
    desks: list[Json] = [d for d, runs in _desks(session).items() if runs == process.process]
    return {
        "name": process.process,
        "title": process.say(process.title, process.language),
        "language": process.language,
        "languages": [*process.languages],
        "roles": [*process.roles],
        "types": [*process.types],
        "statuses": [*process.statuses],
        "commands": [*sorted(process.commands)],
        "version": process.version,
        "desks": desks,
    }


def _desks(session: Session) -> dict[str, str]:
    """Desk and process; also the processes of no installation can be looked at."""
    if not (session.home / "gateway.toml").exists():
        return {}
    return {address: desk.process for address, desk in session.configuration.desks.items()}


def _cell(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list) else value


@command.command("diagram")
@click.argument("name")
@click.option("--svg", "as_svg", is_flag=True, help="As SVG; else as Mermaid.")
@as_json
@pass_session
def diagram(session: Session, name: str, as_svg: bool, as_json: bool) -> None:
    """Draw process NAME: its statuses, and what leads from one to another."""
    from gateway.cli.rules_file import process_of
    from gateway.cli.screen import print_json
    from gateway.views.diagram import diagram_of, mermaid, svg

    drawn = diagram_of(process_of(session, name))
    picture = svg(drawn) if as_svg else mermaid(drawn)
    if as_json:
        form = "svg" if as_svg else "mermaid"
        print_json({"process": name, "format": form, "picture": picture})
    else:
        click.echo(picture, nl=False)


@command.command("schema")
def schema() -> None:
    """Print the JSON Schema of a process file, for editors."""
    from rules.jsonschema import schema_text

    click.echo(schema_text(), nl=False)


command.add_command(simulate.command)
command.add_command(replay.command)
