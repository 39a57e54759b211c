"""Every expression of the file compiles, and names what there is."""

from __future__ import annotations

from collections.abc import Iterator

from rules.checks.context import Arguments, Checked
from rules.expressions import Mistake, compile_guard
from rules.faults import Fault
from rules.names import names_of
from rules.process import Given, Process, SpanCases, Step, Value
from rules.source import Path


def expressions(c: Checked) -> Iterator[Fault]:
    for source, path, arguments in _expressions(c):
        compiled = compile_guard(source, names_of(c.process, arguments))
        if isinstance(compiled, Mistake):
            yield c.fault(path, compiled.message, compiled.mend)


def _expressions(c: Checked) -> Iterator[tuple[str, Path, Arguments]]:
    p = c.process
    for name, command in p.commands.items():
        given = {**command.needs, **command.takes}
        for n, guard in enumerate(command.guards):
            yield guard.that, ("commands", name, "guards", n, "that"), given
        for n, stricter in enumerate(command.stricter):
            yield stricter.when, ("commands", name, "stricter", n, "when"), given
    yield from _of_statuses_and_timers(p)
    yield from _of_digests(p)
    yield from _of_mails_and_hints(p)
    if p.reopening:
        yield p.reopening.unless, ("reopening", "unless"), {}
    if p.queue.top is not None:
        yield p.queue.top, ("queue", "top"), {}
    for step, path, arguments in c.steps():
        for source, inner in _of_step(step, path):
            yield source, inner, arguments


def _of_statuses_and_timers(p: Process) -> Iterator[tuple[str, Path, Arguments]]:
    for name, status in p.statuses.items():
        if status.leads_when is not None:
            yield status.leads_when, ("statuses", name, "leads_when"), {}
    for name, timer in p.timers.items():
        if timer.unless is not None:
            yield timer.unless, ("timers", name, "unless"), {}
        if isinstance(timer.after, SpanCases):
            for n, case in enumerate(timer.after.first):
                if case.when is not None:
                    yield case.when, ("timers", name, "after", "first", n, "when"), {}


def _of_digests(p: Process) -> Iterator[tuple[str, Path, Arguments]]:
    for name, digest in p.digests.items():
        if digest.when is not None:
            yield digest.when, ("digests", name, "when"), {}


def _of_mails_and_hints(p: Process) -> Iterator[tuple[str, Path, Arguments]]:
    for n, question in enumerate(p.mails.asks):
        if question.when is not None:
            yield question.when, ("mails", "asks", n, "when"), {}
    for n, hint in enumerate(p.hints):
        yield hint.when, ("hints", n, "when"), {}


def _of_step(step: Step, path: Path) -> Iterator[tuple[str, Path]]:
    if step.when is not None:
        yield step.when, (*path, "when")
    for name, given in (step.set or {}).items():
        yield from _of_value(given, (*path, "set", name))
    if step.task:
        yield from _of_value(step.task.due, (*path, "task", "due"))
    if step.open:
        yield from _of_value(step.open.title, (*path, "open", "title"))


def _of_value(given: Given, path: Path) -> Iterator[tuple[str, Path]]:
    if not isinstance(given, Value):
        return
    if given.expression is not None:
        yield given.expression, (*path, "expression")
    for n, case in enumerate(given.first):
        if case.when is not None:
            yield case.when, (*path, "first", n, "when")
