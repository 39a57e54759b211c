"""What commands, statuses and timers do: one thing a step, with fields and arguments there are."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from rules.checks.aliases import LANGUAGES
from rules.checks.context import Arguments, Checked
from rules.faults import Fault, did_you_mean
from rules.model import REMIND, Priority, Scalar
from rules.names import facts_of
from rules.process import Argument, Given, OwnWords, Step, Value
from rules.source import Path
from rules.words import normalise

ATTRIBUTES = ("type", "priority", "level", "contract", "resolution")
"""What a step may set beside the fields of the file."""
_IN_TITLES = ("number", "subject", "month", "year")


def one_key(c: Checked) -> Iterator[Fault]:
    for step, path, _ in c.steps():
        keys = [name for name in step.model_fields_set if name != "when"]
        if len(keys) > 1:
            message = f"one step does one thing, and this does {' and '.join(sorted(keys))}"
            yield c.fault(path, message, "Make them two steps.")
        elif not keys and c.whole:
            yield c.fault(path, "this step does nothing", "Say what it does, or take it out.")


def fields(c: Checked) -> Iterator[Fault]:
    known = c.names("fields") | set(ATTRIBUTES)
    for step, path, _ in c.steps():
        for name, given in (step.set or {}).items():
            place = (*path, "set", name)
            if name not in known:
                yield c.fault(place, f"unknown field '{name}'", did_you_mean(name, known))
            for literal, inner in _literals(given, place):
                yield from _possible(c, name, literal, inner)
        if step.invite is not None:
            spec = c.process.fields.get(step.invite)
            if spec is None or spec.type != "moment":
                moments = [n for n, s in c.process.fields.items() if s.type == "moment"]
                mend = did_you_mean(step.invite, moments) or "Declare a field of type moment."
                message = f"'{step.invite}' is no field that holds a moment"
                yield c.fault((*path, "invite"), message, mend)
    for name, spec in c.process.fields.items():
        if spec.type == "choice" and not spec.choices:
            mend = "Write choices: and their labels."
            yield c.fault(("fields", name), f"'{name}' has nothing to choose from", mend)


def _literals(given: Given, path: Path) -> Iterator[tuple[Scalar, Path]]:
    if not isinstance(given, Value):
        yield given, path
        return
    for n, case in enumerate(given.first):
        yield case.value, (*path, "first", n, "is")


def _possible(c: Checked, name: str, literal: Scalar, path: Path) -> Iterator[Fault]:
    """A word must be one of those that the field or attribute can hold."""
    words: Collection[str] | None = {
        "type": c.names("types"),
        "priority": frozenset(p.value for p in Priority),
        "level": c.names("roles"),
    }.get(name)
    spec = c.process.fields.get(name)
    if spec is not None and spec.type == "choice":
        words = frozenset(spec.choices)
    if words is not None and literal is not None and literal not in words:
        message = f"'{name}' can never be '{literal}'"
        yield c.fault(path, message, did_you_mean(str(literal), words))
    if spec is not None and spec.type == "flag" and not isinstance(literal, bool | None):
        message = f"'{name}' can never be '{literal}'"
        yield c.fault(path, message, "Write true or false.")


def arguments(c: Checked) -> Iterator[Fault]:
    """What steps take from the command must be among its arguments."""
    for step, path, known in c.steps():
        for name, place in _used(step, path):
            if name not in known:
                mend = did_you_mean(name, known) or "Give the command one; nothing else has any."
                yield c.fault(place, f"unknown argument '{name}'", mend)
        if step.link is not None and not known:
            mend = "Give the command an argument that says where to."
            yield c.fault((*path, "link"), "a link leads to the first argument", mend)
        yield from _title_words(c, step, path, known)


def _used(step: Step, path: Path) -> Iterator[tuple[str, Path]]:
    for key in ("assign", "complete"):
        yield from _named(getattr(step, key), (*path, key))
    if step.task:
        yield from _named(step.task.role, (*path, "task", "role"))
        yield from _of_value(step.task.due, (*path, "task", "due"))
    if step.give:
        yield from _named(step.give.to, (*path, "give", "to"))
    for name, given in (step.set or {}).items():
        yield from _of_value(given, (*path, "set", name))
    if step.open:
        yield from _of_value(step.open.title, (*path, "open", "title"))
    if step.mail and step.mail.text:
        yield step.mail.text, (*path, "mail", "text")
    yield from _always(step, path)


def _always(step: Step, path: Path) -> Iterator[tuple[str, Path]]:
    """The arguments that a step reads by names of its own."""
    if step.quote:
        yield step.quote.amount, (*path, "quote", "amount")
        yield step.quote.text, (*path, "quote", "text")
    if step.time:
        yield "duration", (*path, "time")
    if step.survey == "answer":
        yield "score", (*path, "survey")
    if step.start == REMIND:
        yield "when", (*path, "start")


def _named(word: str | None, path: Path) -> Iterator[tuple[str, Path]]:
    if word is not None and word.startswith("argument "):
        yield word.removeprefix("argument "), path


def _of_value(given: Given, path: Path) -> Iterator[tuple[str, Path]]:
    if isinstance(given, Value) and given.argument is not None:
        yield given.argument, (*path, "argument")


def _title_words(c: Checked, step: Step, path: Path, known: Arguments) -> Iterator[Fault]:
    if step.task is None:
        return
    title = step.task.title
    written = title if isinstance(title, str) else " ".join(title.values())
    words = {*_IN_TITLES, *known}
    for word in sorted(set(re.findall(r"\{([^{}]*)\}", written)) - words):
        mend = did_you_mean(word, words)
        yield c.fault((*path, "task", "title"), f"unknown word '{{{word}}}' in a title", mend)


def values(c: Checked) -> Iterator[Fault]:
    """A value is worked out in one way."""
    for step, path, _ in c.steps():
        given: dict[Path, Given] = {("set", n): v for n, v in (step.set or {}).items()}
        if step.task:
            given["task", "due"] = step.task.due
        if step.open:
            given["open", "title"] = step.open.title
        for place, value in given.items():
            if isinstance(value, Value) and len(value.model_fields_set) != 1:
                mend = "Give one of argument, expression, first."
                yield c.fault((*path, *place), "a value has one source", mend)


def tasks_and_timers(c: Checked) -> Iterator[Fault]:
    keys = {step.task.key for step, _, _ in c.steps() if step.task and step.task.key}
    timers = c.names("timers") | {REMIND}
    for step, path, _ in c.steps():
        given = ("give", "task") if step.give else ("complete",)
        key = step.give.task if step.give else step.complete
        if key is not None and not key.startswith("argument ") and key not in keys and c.whole:
            message = f"no step makes a task with the key '{key}'"
            yield c.fault((*path, *given), message, did_you_mean(key, keys))
        for name, timer in (("start", step.start), ("stop", step.stop)):
            if timer is not None and timer not in timers:
                message = f"unknown timer '{timer}'"
                yield c.fault((*path, name), message, did_you_mean(timer, timers))
        if step.open and step.open.desk != "development" and "@" not in step.open.desk:
            mend = "Write development, or the address of a desk."
            yield c.fault((*path, "open", "desk"), f"'{step.open.desk}' is no desk", mend)


def command_arguments(c: Checked) -> Iterator[Fault]:
    """The file's own arguments are no facts or fields, so that an expression means one thing."""
    taken = {*facts_of(c.process), *c.process.fields}
    for name, command in c.process.commands.items():
        for part in ("needs", "takes"):
            specs: Arguments = getattr(command, part)
            for argument, spec in specs.items():
                path = ("commands", name, part, argument)
                if argument in taken and path in c.source.marks:
                    message = f"'{argument}' is a fact or a field of the ticket already"
                    yield c.fault(path, message, "Call the argument something else.")
                yield from _argument(c, spec, path)


def _argument(c: Checked, spec: Argument, path: Path) -> Iterator[Fault]:
    if spec.type == "choice" and not spec.choices:
        yield c.fault(path, "there is nothing to choose from", "Write choices: and their words.")
    if spec.type == "flag" and not spec.words:
        yield c.fault(path, "no word raises this flag", "Write words:.")
    yield from _languages(c, spec.after, (*path, "after"))
    yield from _languages(c, spec.words, (*path, "words"))
    meant: dict[str, str] = {}
    for value, words in spec.choices.items():
        yield from _languages(c, words, (*path, "choices", value))
        for word in spec.words_for(value):
            other = meant.setdefault(normalise(word), value)
            if other != value:
                message = f"'{word}' means {other} already"
                yield c.fault((*path, "choices", value), message, "Choose another word.")


def _languages(c: Checked, words: OwnWords, path: Path) -> Iterator[Fault]:
    if isinstance(words, Mapping):
        yield from c.unknown("language", tuple(words), path, LANGUAGES)


def classes(c: Checked) -> Iterator[Fault]:
    for name, command in c.process.commands.items():
        common = c.common.get(name)
        if common is not None and command.act_class < common.act_class:
            message = f"#{name} is of class {common.act_class} in every process"
            yield c.fault(
                ("commands", name, "class"), message, "Ask for more proof, never for less."
            )
        for index, stricter in enumerate(command.stricter):
            if stricter.act_class <= command.act_class:
                message = f"#{name} is of class {command.act_class} already"
                path = ("commands", name, "stricter", index, "class")
                yield c.fault(path, message, "Ask for more proof, never for less.")
