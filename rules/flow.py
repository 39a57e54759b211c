"""A process as a graph: what leads from which status to which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from rules.process import Command, Process, Step


@dataclass(frozen=True, slots=True)
class Transition:
    """`name`: of the command or timer; customer or staff of a reply; empty for what follows."""

    by: Literal["command", "timer", "reply", "following", "reopening"]
    name: str
    before: str
    after: str


def transitions(process: Process) -> Iterator[Transition]:
    """In the order of the file: commands, timers, replies, statuses that lead on, reopening."""
    for name, command in process.commands.items():
        for before, after in _ways(command.to, command.steps, sources(process, command)):
            yield Transition("command", name, before, after)
    for name, timer in process.timers.items():
        running = timer.while_ or process.open_statuses()
        for before, after in _ways(timer.to, timer.steps, running):
            yield Transition("timer", name, before, after)
    for who, moves in process.replies.items():
        for before, after in moves.items():
            yield Transition("reply", who, before, after)
    yield from _by_itself(process)


def _by_itself(process: Process) -> Iterator[Transition]:
    for name, status in process.statuses.items():
        if status.leads_to:
            yield Transition("following", "", name, status.leads_to)
    if process.reopening:
        for name in _closed(process):
            yield Transition("reopening", "customer", name, process.reopening.to)


def following(process: Process) -> Mapping[str, frozenset[str]]:
    """Status -> the statuses that anything leads to from there."""
    all_of_them = list(transitions(process))
    return {
        name: frozenset(t.after for t in all_of_them if t.before == name)
        for name in process.statuses
    }


def sources(process: Process, command: Command) -> tuple[str, ...]:
    """The statuses in which a command can be used."""
    meant = {
        "any": tuple(process.statuses),
        "any_open": process.open_statuses(),
        "any_closed": _closed(process),
    }
    words = command.from_ or ("any_open",)
    return tuple(dict.fromkeys(status for word in words for status in meant.get(word, (word,))))


def _closed(process: Process) -> tuple[str, ...]:
    return tuple(name for name, status in process.statuses.items() if status.closed)


def _ways(
    to: str | Mapping[str, str] | None, steps: tuple[Step, ...], before: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """Where `to` and the steps lead; a step's own `when` may rule some of it out."""
    yield from _moves(to, before)
    for step in steps:
        yield from _moves(step.move, before)


def _moves(
    to: str | Mapping[str, str] | None, before: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    for status in before:
        target = to.get(status) if isinstance(to, Mapping) else to
        if target is not None:
            yield status, target
