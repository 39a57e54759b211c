"""`import`: mails of mbox files, Maildirs and .eml files, as if they arrived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.frame import Session, Wrong, pass_session

if TYPE_CHECKING:
    from gateway.door import Door
    from gateway.intake.files import Found

TOGETHER = 20
"""Mails that share a commit."""


@click.command("import")
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="PATH...",
)
@click.option("--desk", required=True, help="The address of the desk that they are for.")
@click.option("--quiet", is_flag=True, help="Nobody is written to.")
@pass_session
def command(session: Session, paths: tuple[Path, ...], desk: str, quiet: bool) -> int:
    """Take in mbox files, Maildirs or .eml files; safe to repeat."""
    with session.door() as door:
        return _import(session, door, paths, desk.strip().lower(), quiet)


def _import(session: Session, door: Door, paths: tuple[Path, ...], desk: str, quiet: bool) -> int:
    from gateway.cli.screen import visible
    from gateway.intake.files import find, measure
    from rules.faults import did_you_mean

    if door.configuration.desk(desk) is None:
        raise Wrong(f"there is no desk {desk}: {did_you_mean(desk, door.configuration.desks)}")
    counts: Counter[str] = Counter()
    found = find(paths, door.configuration.smtp.max_size)
    for batch in _batches(_with_progress(found, measure(paths))):
        for problem in (f"{f.origin}: {f.problem}" for f in batch if f.problem):
            click.echo(visible(problem), err=True)
            counts["unreadable"] += 1
        now = session.clock()
        sound = [f for f in batch if not f.problem]
        # A microsecond apart, so that they are handled in the order of the file.
        moments = (now + timedelta(microseconds=number) for number in count())
        mails = [f.raw(desk, moment) for f, moment in zip(sound, moments, strict=False)]
        counts.update(receipt.accepted.value for receipt in door.accept(mails, quiet=quiet))
    click.echo(
        f"{counts['stored']} imported, {counts['duplicate']} here already, "
        f"{counts['unreadable']} not read"
    )
    return 1 if counts["unreadable"] else 0


def _batches(found: Iterable[Found]) -> Iterator[list[Found]]:
    iterator = iter(found)
    while batch := list(islice(iterator, TOGETHER)):
        yield batch


def _with_progress(found: Iterable[Found], whole: int) -> Iterator[Found]:
    """The same, with a bar on standard error where that is a terminal."""
    from rich.progress import Progress

    from gateway.cli.screen import console

    errors = console(errors=True)
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("importing", total=whole)
        for mail in found:
            yield mail
            progress.advance(task, mail.weight)
