"""What people read: labels in each language of the process, templates, commands held ready."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from rules.arguments import Fault as Unread
from rules.arguments import read_arguments
from rules.checks.aliases import LANGUAGES
from rules.checks.context import Checked
from rules.faults import Fault, did_you_mean
from rules.kinds import Frame
from rules.process import Offer, Text
from rules.said import Why
from rules.source import Path
from rules.words import normalise


def labels(c: Checked) -> Iterator[Fault]:
    languages = c.process.languages
    if c.process.language not in languages:
        message = f"'{c.process.language}' is not among the languages"
        yield c.fault(("language",), message, "Add it to languages.")
    for text, path in _texts(c):
        if isinstance(text, str):
            lacking = [] if text and len(languages) == 1 else list(languages)
        else:
            lacking = [code for code in languages if not text.get(code, "").strip()]
            known = {*LANGUAGES, *languages}
            yield from c.unknown("language", tuple(text), path, known)
        if lacking:
            message = f"the words are missing in {', '.join(lacking)}"
            yield c.fault(path, message, f"Write {lacking[0]}: and the words.")


def _texts(c: Checked) -> Iterator[tuple[Text, Path]]:
    """Every text that people read; what may be left out is there only where it is given."""
    if c.process.title or c.whole:
        yield c.process.title, ("title",)
    yield from _labels(c)
    yield from _of_commands(c)
    for name, timer in c.process.timers.items():
        if timer.says:
            yield timer.says, ("timers", name, "says")
    for name, digest in c.process.digests.items():
        yield digest.label, ("digests", name, "label")
    for n, question in enumerate(c.process.mails.asks):
        yield question.text, ("mails", "asks", n, "text")
    for n, hint in enumerate(c.process.hints):
        yield hint.says, ("hints", n, "says")
    for offer, path in _offers(c):
        if offer.label:
            yield offer.label, (*path, "label")


def _labels(c: Checked) -> Iterator[tuple[Text, Path]]:
    for part in ("statuses", "roles", "types", "fields"):
        for name, labelled in getattr(c.process, part).items():
            yield labelled.label, (part, name, "label")
    for name, status in c.process.statuses.items():
        if status.turn:
            yield status.turn, ("statuses", name, "turn")
    for name, text in c.process.resolutions.items():
        yield text, ("resolutions", name)
    for name, field in c.process.fields.items():
        for choice, text in field.choices.items():
            yield text, ("fields", name, "choices", choice)


def _of_commands(c: Checked) -> Iterator[tuple[Text, Path]]:
    for name, command in c.process.commands.items():
        yield command.help, ("commands", name, "help")
        if command.label:
            yield command.label, ("commands", name, "label")
        for n, guard in enumerate(command.guards):
            yield guard.says, ("commands", name, "guards", n, "says")
    for step, path, _ in c.steps():
        if step.task:
            yield step.task.title, (*path, "task", "title")
            if step.task.says:
                yield step.task.says, (*path, "task", "says")


def templates(c: Checked) -> Iterator[Fault]:
    if c.templates is None:
        return
    for name, path in _templates(c):
        what = "document" if name.endswith(".typ") else "mail template"
        file = name if name.endswith(".typ") else f"{name}.j2"
        complete = c.templates(name)
        lacking = [code for code in c.process.languages if code not in complete]
        if not complete:
            yield c.fault(path, f"there is no {what} '{name}'", f"Write {file}.")
        elif lacking:
            message = f"the {what} '{name}' is missing in {', '.join(lacking)}"
            yield c.fault(path, message, "Translate it, or take the language out.")


def _templates(c: Checked) -> Iterator[tuple[str, Path]]:
    yield c.process.mails.acknowledgement, ("mails", "acknowledgement")
    yield from _documents(c.process.invoice.attach, ("invoice", "attach"))
    for name in c.process.digests:
        yield "digest", ("digests", name)
    for step, path, _ in c.steps():
        if step.mail:
            yield step.mail.template, (*path, "mail", "template")
            yield from _documents(step.mail.attach, (*path, "mail", "attach"))
        if step.quote:
            yield step.quote.template, (*path, "quote", "template")
            yield step.quote.again, (*path, "quote", "again")
            yield from _documents(step.quote.attach, (*path, "quote", "attach"))
    for name, timer in c.process.timers.items():
        if timer.of:
            yield timer.of, ("timers", name, "of")
        if timer.again:
            path = ("timers", name, "again")
            yield timer.again.template, (*path, "template")
            yield from _documents(timer.again.attach, (*path, "attach"))


def _documents(names: tuple[str, ...], path: Path) -> Iterator[tuple[str, Path]]:
    for n, name in enumerate(names):
        yield f"{name}.typ", (*path, n)


def offers(c: Checked) -> Iterator[Fault]:
    """Commands held ready must be commands; what is still to be written may be missing."""
    frame = Frame(datetime(2026, 1, 1, tzinfo=UTC), UTC)
    for offer, path in _offers(c):
        word, _, rest = offer.does.partition(" ")
        name = c.process.vocabulary.command(normalise(word))
        if name is None:
            mend = did_you_mean(word, c.process.commands)
            yield c.fault((*path, "does"), f"unknown command '{word}'", mend)
            continue
        read = read_arguments(name, c.process.commands[name], rest, "", frame)
        if isinstance(read, Unread) and read.why is not Why.MISSING_ARGUMENT:
            message = f"'{offer.does}' cannot be read"
            yield c.fault((*path, "does"), message, f"Write {read.details['usage']}.")


def _offers(c: Checked) -> Iterator[tuple[Offer, Path]]:
    mails = c.process.mails
    yield from _each(mails.offers, ("mails", "offers"))
    for n, question in enumerate(mails.asks):
        yield from _each(question.offers, ("mails", "asks", n, "offers"))
    for name, digest in c.process.digests.items():
        yield from _each(digest.offers, ("digests", name, "offers"))
    for name, timer in c.process.timers.items():
        if timer.again:
            yield from _each(timer.again.offers, ("timers", name, "again", "offers"))
    for step, path, _ in c.steps():
        if step.mail:
            yield from _each(step.mail.offers, (*path, "mail", "offers"))
        if step.quote:
            yield from _each(step.quote.offers, (*path, "quote", "offers"))


def _each(offers: tuple[Offer, ...], path: Path) -> Iterator[tuple[Offer, Path]]:
    for n, offer in enumerate(offers):
        yield offer, (*path, n)
