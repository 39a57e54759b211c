"""`rules replay`: which past decisions a changed process file would change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.frame import Session, as_json, pass_session

if TYPE_CHECKING:
    from gateway.replaying import Replayed
    from gateway.views.scalars import Json, Object


@click.command("replay")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@as_json
@pass_session
def command(session: Session, name: str, file: Path, as_json: bool) -> int:
    """Make every past decision of process NAME once more as the changed FILE has it, and show those
    that would be others. Changes nothing; exit 1 where there are some."""
    from gateway.cli.rules_file import process_of, read_process_file
    from gateway.cli.screen import print_json
    from gateway.configuration.loading import process_folders
    from gateway.replaying import replay
    from rules.loading import load_processes
    from store import decisions

    process_of(session, name)
    changed = read_process_file(session, file, name)
    processes, _ = load_processes(process_folders(session.home))
    found: list[Json] = []
    with session.reading() as tx, _progress(decisions.count(tx, name)) as step:
        keep = found.append if as_json else _print
        done = replay(tx, changed.process, processes, changed.place, keep, step)
    if as_json:
        numbers: Object = {"decisions": done.decisions, "forgotten": done.forgotten}
        print_json({"process": name, "file": str(file), **numbers, "differences": found})
    else:
        _conclude(name, done)
    return 1 if done.differences else 0


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """A bar on a terminal that is one, on standard error; nothing elsewhere."""
    from rich.progress import Progress

    from gateway.cli.screen import console

    errors = console(errors=True)
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task("replaying", total=total)
        yield lambda: bar.advance(task)


def _print(difference: Object) -> None:
    from gateway.cli.screen import visible, when

    event = difference["event"]
    assert isinstance(event, dict)
    what = " ".join(str(value) for value in event.values())
    at = when(str(difference["at"]))
    click.echo(visible(f"ticket {difference['ticket'] or '-'}, {at}, {what}"))
    for title, key in (("was", "decided"), ("would", "would")):
        lines = difference[key]
        assert isinstance(lines, list)
        for line in lines or ["nothing more"]:
            click.echo(f"  {title + ':':<6} {visible(line)}")
    causes = difference["by"]
    assert isinstance(causes, list)
    for cause in causes:
        assert isinstance(cause, dict)
        click.echo(f"  {'by:':<6} {visible(cause['name'])} ({visible(cause['place'])})")


def _conclude(name: str, done: Replayed) -> None:
    if not done.decisions:
        click.echo(f"no decisions of {name} are kept here")
        return
    differ = "none would" if not done.differences else f"{done.differences} would"
    click.echo(f"{done.decisions} decisions, {differ} be another")
    if done.forgotten:
        click.echo(f"{done.forgotten} could not be made again: what they rested on was erased")
