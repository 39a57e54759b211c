"""Open tickets that a changed process file would strand: they need what it does not have any more.

Such a change is refused, by `check` before it goes live and by `serve` when it would.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from gateway.checking import Checked
from gateway.configuration.loading import process_folders
from gateway.configuration.opening import open_store
from gateway.house import House
from rules.faults import Fault
from rules.model import OWN_TIMERS, Desk
from rules.process import Process
from rules.source import parse
from store.database import Transaction, is_made
from store.errors import StoreOutdated
from store.migrate import check_schema
from store.reliance import Reliance, reliances, relying

_NAMED = 20
"""Tickets that one fault names; it says how many more there are."""
_SECTIONS = {
    "status": "statuses",
    "type": "types",
    "level": "roles",
    "role": "roles",
    "task": "commands",
    "timer": "timers",
}
_NEED = {
    "status": ("stands in it", "stand in it"),
    "type": ("is of it", "are of it"),
    "level": ("is at it", "are at it"),
    "role": ("has a task for it", "have tasks for it"),
    "task": ("has it to do", "have it to do"),
    "timer": ("waits for it", "wait for it"),
}


def stranded(
    tx: Transaction, home: Path, processes: Mapping[str, Process], desks: Mapping[str, Desk]
) -> tuple[Fault, ...]:
    """A fault for each word that open tickets need and these files do not have."""
    return tuple(sorted(_faults(tx, home, processes, desks)))


def _faults(
    tx: Transaction, home: Path, processes: Mapping[str, Process], desks: Mapping[str, Desk]
) -> Iterator[Fault]:
    for on in reliances(tx):
        desk = desks.get(on.desk)
        if desk is None:
            continue  # its tickets rest until the desk is back
        process = processes.get(on.process) or processes.get(desk.process)
        if process is not None and on.word not in _words(process, on.kind):
            yield _fault(tx, home, process, on)


def _words(process: Process, kind: str) -> Collection[str]:
    match kind:
        case "status":
            return process.statuses
        case "type":
            return process.types
        case "level":
            return process.roles
        case "role":
            return process.roles
        case "timer":
            return {*process.timers, *OWN_TIMERS}
    return set(_task_keys(process))


def _task_keys(process: Process) -> Iterator[str]:
    """What the steps of the file call tasks by: to add, hand on or fulfil them."""
    for step in (
        *(step for command in process.commands.values() for step in command.steps),
        *(step for timer in process.timers.values() for step in timer.steps),
        *(step for status in process.statuses.values() for step in status.enter),
    ):
        if step.task is not None and step.task.key:
            yield step.task.key
        if step.give is not None:
            yield step.give.task
        if step.complete is not None:
            yield step.complete


def _fault(tx: Transaction, home: Path, process: Process, on: Reliance) -> Fault:
    numbers = relying(tx, on, _NAMED)
    more = f" and {on.count - len(numbers)} more" if on.count > len(numbers) else ""
    which = f"{', '.join(map(str, numbers))}{more}"
    one, many = _NEED[on.kind]
    tickets = f"open ticket {which} {one}" if on.count == 1 else f"open tickets {which} {many}"
    file, line, column = _place(home, process.process, _SECTIONS[on.kind])
    return Fault(
        file,
        line,
        column,
        f"there is no {on.kind} {on.word} any more, and {tickets}",
        "keep it until they have gone on; what brings tickets there can be taken out at once",
    )


def _place(home: Path, process: str, section: str) -> tuple[str, int, int]:
    """Where the file says its statuses, types, roles or timers; else its first line."""
    for file in (folder / f"{process}.yaml" for folder in process_folders(home)):
        if file.is_file():
            text = file.read_text(encoding="utf-8", errors="replace")
            return (str(file), *parse(text, str(file)).marks.get((section,), (1, 1)))
    return str(home), 0, 0


def stranded_by(home: Path, house: House) -> tuple[Fault, ...]:
    """What this installation, with the files that it has now, would strand."""
    with house.database.read() as tx:
        return stranded(tx, home, house.processes, house.desks)


def stranded_in(home: Path, checked: Checked) -> tuple[Fault, ...]:
    """What `serve` would refuse of files that are sound by themselves. Raises StoreError.

    A store that is not made yet has no tickets; one of another version is not looked at.
    """
    configuration = checked.configuration
    if checked.faults or configuration is None or not is_made(configuration.store.url):
        return ()
    database = open_store(configuration.store, os.environ)
    try:
        check_schema(database)
        with database.read() as tx:
            return stranded(tx, home, checked.processes, configuration.desks)
    except StoreOutdated:
        return ()
    finally:
        database.dispose()
