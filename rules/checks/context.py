"""What the checks look at: the process, and where in the file each part of it stands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rules.faults import Fault, did_you_mean
from rules.process import Argument, Command, Process, Step
from rules.source import Path, Source, at

STAFF_WORDS = frozenset({"staff", "assignee", "level"})
WHO = STAFF_WORDS | {"anyone", "customer", "requester", "finance"}
"""Who may use a command, beside the roles of the process."""
RECIPIENTS = frozenset({"customer", "requester", "actor", "assignee", "desk", "staff", "finance"})
"""Who is written to, beside the roles of the process."""

Arguments = Mapping[str, Argument]
Templates = Callable[[str], Collection[str]]
"""The languages in which a mail template is complete; none where there is no such template."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One process under its checks.

    `given` is the data of the file before anything faulty was left out, so that what it names is
    not called unknown; `whole` says that nothing was.
    """

    process: Process
    source: Source
    given: object
    common: Mapping[str, Command]
    templates: Templates | None
    whole: bool
    name: str
    """What the process must be called."""

    def fault(self, path: Path, message: str, mend: str) -> Fault:
        return self.source.fault(path, message, mend)

    def names(self, part: str) -> frozenset[str]:
        """The keys of a mapping of the file: statuses, roles, fields …"""
        given = at(self.given, (part,))
        known: Mapping[str, Any] = getattr(self.process, part)
        return frozenset(known) | frozenset(given if isinstance(given, Mapping) else ())

    def unknown(
        self, what: str, words: Collection[str], path: Path, known: Collection[str]
    ) -> Iterator[Fault]:
        """A fault for each word that is not known, at its own place in a list."""
        for n, word in enumerate(words):
            if word not in known:
                message = f"unknown {what} '{word}'"
                yield self.fault((*path, n), message, did_you_mean(word, known))

    def steps(self) -> Iterator[tuple[Step, Path, Arguments]]:
        """Every step of the process, its place, and the arguments that it can use."""
        process = self.process
        for name, command in process.commands.items():
            arguments = {**command.needs, **command.takes}
            yield from _each(command.steps, ("commands", name, "do"), arguments)
        for name, status in process.statuses.items():
            yield from _each(status.enter, ("statuses", name, "enter"), {})
        for name, timer in process.timers.items():
            yield from _each(timer.steps, ("timers", name, "do"), {})


def _each(
    steps: tuple[Step, ...], path: Path, arguments: Arguments
) -> Iterator[tuple[Step, Path, Arguments]]:
    for n, step in enumerate(steps):
        yield step, (*path, n), arguments
