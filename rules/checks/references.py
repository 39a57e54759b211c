"""What a file names must be there: statuses, roles, types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rules.checks.context import RECIPIENTS, WHO, Checked
from rules.faults import Fault
from rules.source import Path

_FROM = frozenset({"any", "any_open", "any_closed"})


def file_name(c: Checked) -> Iterator[Fault]:
    """gateway.toml finds a process by the name of its file."""
    name = c.name
    if c.process.process != name:
        message = f"the process is called '{c.process.process}' and its file '{name}'"
        yield c.fault(("process",), message, "Call both the same.")


def statuses(c: Checked) -> Iterator[Fault]:
    known = c.names("statuses")
    for words, path in _status_names(c):
        extra = _FROM if path[0] == "commands" and path[-1] == "from" else frozenset()
        yield from c.unknown("status", words, path, known | extra)


def _status_names(c: Checked) -> Iterator[tuple[tuple[str, ...], Path]]:
    p = c.process
    yield (p.start,) if p.start else (), ("start",)
    yield p.queue.statuses, ("queue", "statuses")
    for name, status in p.statuses.items():
        yield _one(status.leads_to), ("statuses", name, "leads_to")
    for name, command in p.commands.items():
        yield command.from_ or (), ("commands", name, "from")
        yield from _targets(command.to, ("commands", name, "to"))
    for name, timer in p.timers.items():
        yield timer.while_, ("timers", name, "while")
        yield timer.pauses, ("timers", name, "pauses")
        yield _one(timer.to), ("timers", name, "to")
    for name, digest in p.digests.items():
        yield digest.while_, ("digests", name, "while")
    for who, moves in p.replies.items():
        yield from _targets(moves, ("replies", who))
    if p.reopening:
        yield (p.reopening.to,), ("reopening", "to")
    for step, path, _ in c.steps():
        yield _one(step.move), (*path, "move")


def _targets(
    to: str | Mapping[str, str] | None, path: Path
) -> Iterator[tuple[tuple[str, ...], Path]]:
    """One target, or one by the status before."""
    if isinstance(to, Mapping):
        for before, after in to.items():
            yield (before, after), (*path, before)
    else:
        yield _one(to), path


def _one(word: str | None) -> tuple[str, ...]:
    return () if word is None else (word,)


def roles(c: Checked) -> Iterator[Fault]:
    known = c.names("roles")
    for words, path, others in _role_names(c):
        yield from c.unknown("role", words, path, known | others)


def _role_names(c: Checked) -> Iterator[tuple[tuple[str, ...], Path, frozenset[str]]]:
    p = c.process
    staff = frozenset({"staff"})
    yield p.tells, ("tells",), staff
    for name, status in p.statuses.items():
        yield status.tells, ("statuses", name, "tells"), staff
    for name, command in p.commands.items():
        yield command.who, ("commands", name, "who"), WHO
    for name, digest in p.digests.items():
        yield digest.to, ("digests", name, "to"), frozenset({"assignee", "desk", "staff"})
    for name, ticket_type in p.types.items():
        yield _one(ticket_type.level), ("types", name, "level"), frozenset()
    for step, path, _ in c.steps():
        yield _person(step.assign), (*path, "assign"), frozenset({"actor", "nobody"})
        yield step.tell or (), (*path, "tell"), RECIPIENTS
        if step.mail:
            yield step.mail.to, (*path, "mail", "to"), RECIPIENTS
        if step.give:
            yield _person(step.give.to), (*path, "give", "to"), frozenset({"actor", "assignee"})
        if step.task:
            others = frozenset({"actor", "assignee"})
            yield _person(step.task.role), (*path, "task", "role"), others


def _person(word: str | None) -> tuple[str, ...]:
    """`argument NAME` is looked at elsewhere (steps.arguments)."""
    return () if word is None or word.startswith("argument ") else (word,)


def binds(c: Checked) -> Iterator[Fault]:
    """What is decided on must be sent by something."""
    known = {"quote"} | {s.mail.binds for s, _, _ in c.steps() if s.mail and s.mail.binds}
    for name, command in c.process.commands.items():
        if c.whole and command.binds is not None and command.binds not in known:
            message = f"no mail binds '{command.binds}'"
            mend = "Say `binds:` in the mail step that sends it."
            yield c.fault(("commands", name, "binds"), message, mend)


def types(c: Checked) -> Iterator[Fault]:
    for name, command in c.process.commands.items():
        yield from c.unknown("type", command.types, ("commands", name, "types"), c.names("types"))


def replies(c: Checked) -> Iterator[Fault]:
    yield from c.unknown(
        "sender of replies", tuple(c.process.replies), ("replies",), {"customer", "staff"}
    )
