"""Which commands somebody may use now, and how they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from rules.commands import usage
from rules.decide import guards
from rules.decide.audience import roles_of
from rules.decide.facts import Facts
from rules.decide.knowledge import known
from rules.decide.scene import Scene
from rules.model import ActClass, Person, Task, Ticket
from rules.process import Command, Process, Step


def allowed(command: Command, roles: frozenset[str]) -> bool:
    """Whether one of these roles may use the command at all."""
    return bool(roles.intersection(users(command)))


def users(command: Command) -> tuple[str, ...]:
    """The roles that may use it. What binds the customer is for who asked, and for those who may
    approve for the organisation."""
    binds = command.act_class >= ActClass.BIND
    return tuple("approver" if binds and r == "customer" else r for r in command.who)


def may_use(facts: Facts, address: str, name: str) -> bool:
    """Whether the command of this name is for the person of this address."""
    command = facts.process.commands.get(name)
    roles = roles_of(facts, facts.people.person(address), facts.ticket)
    return command is not None and allowed(command, roles)


def statuses_of(process: Process, command: Command) -> tuple[str, ...]:
    """The statuses in which it can be used."""
    words = command.from_ or ("any_open",)
    named: list[str] = []
    for word in words:
        match word:
            case "any":
                named += process.statuses
            case "any_open":
                named += process.open_statuses()
            case "any_closed":
                named += [n for n, s in process.statuses.items() if s.closed]
            case _:
                named.append(word)
    return tuple(dict.fromkeys(named))


def fits(process: Process, command: Command, ticket: Ticket | None) -> bool:
    """Whether status and type of the ticket allow it."""
    if ticket is None:
        return command.ticket != "needed"
    if command.types and ticket.type not in command.types:
        return False
    return command.ticket == "none" or ticket.status in statuses_of(process, command)


def _in_time(facts: Facts) -> Callable[[Command], bool]:
    """Whether the ticket, as it stands, has what a command is about."""
    about = known(facts, facts.ticket, {})
    return lambda command: _is_time(facts, command, about)


def _is_time(facts: Facts, command: Command, about: Mapping[str, object]) -> bool:
    """Whether the ticket has what the command is about: a quote to approve, a survey to answer.
    Guards that ask about arguments are left for when there are some."""
    ticket, arguments = facts.ticket, {**command.needs, **command.takes}
    asked = [g.that for g in command.guards if not arguments.keys() & guards.asks_of(g.that)]
    acts = [step.act for step in command.steps]
    surveyed = ticket is not None and ticket.survey is not None
    typed = bool(facts.process.types)
    billed = ticket.billing.status if ticket is not None else "none"
    return (
        all(guards.holds(that, about) for that in asked)
        and ("do", "confirm") not in acts  # the mail that asks for it offers it
        and (surveyed or ("survey", "answer") not in acts)
        and (billed != "none" or ("bill", "raised") not in acts)
        and (billed not in ("none", "paid") or ("bill", "paid") not in acts)
        and (typed or all(argument.type != "type" for argument in arguments.values()))
    )


def possible(scene: Scene, language: str) -> list[dict[str, object]]:
    """As the mails list them: command, usage and what it does, in the language."""
    process, ticket = scene.process, scene.ticket
    facts = replace(scene.facts, ticket=ticket)
    roles, is_time = roles_of(facts, facts.actor.person, ticket), _in_time(facts)
    about, types = known(facts, ticket, {}), process.type_labels(language)
    able = {
        name: _narrowed(command, about)
        for name, command in process.commands.items()
        if allowed(command, roles) and fits(process, command, ticket) and is_time(command)
    }
    return [
        {
            "command": name,
            "usage": usage(name, command, language, types),
            "help": process.say(command.help, language),
        }
        for name, command in able.items()
        if command is not None
    ]


def _narrowed(command: Command, about: Mapping[str, object]) -> Command | None:
    """The command with those of its choices that its guards allow now; None where none is left."""
    arguments = {*command.needs, *command.takes}
    needs = dict(command.needs)
    for name, spec in needs.items():
        asked = [g.that for g in command.guards if guards.asks_of(g.that) & arguments == {name}]
        if spec.type != "choice" or not asked:
            continue
        left = {
            value: words
            for value, words in spec.choices.items()
            if all(guards.holds(that, {**about, name: value}) for that in asked)
        }
        if not left:
            return None
        needs[name] = spec.model_copy(update={"choices": left})
    return command.model_copy(update={"needs": needs})


def _adds_time(command: Command) -> bool:
    return any(step.time for step in command.steps)


_HANDY = 7
"""Links in a notice; more are in `#help`."""
_ANYWHERE = frozenset({"any", "any_open", "any_closed"})


def handy(facts: Facts, person: Person) -> tuple[str, ...]:
    """The commands that a mail to this member of staff holds ready: the steps that complete a task
    of theirs; taking the ticket where nobody has it; its type, where that says at which level it
    starts and it has none; completing their other tasks; in the order of the file what moves it on,
    goes elsewhere or adds time; and a note."""
    ticket, process = facts.ticket, facts.process
    roles, is_time = roles_of(facts, person, ticket), _in_time(facts)
    working = ticket is not None and not ticket.closed_at
    able = {
        name: command
        for name, command in process.commands.items()
        if allowed(command, roles) and fits(process, command, ticket) and is_time(command)
    }
    names = [
        name
        for name, command in able.items()
        if _is_step(command, working=working) and not (ticket and _stays(command, ticket))
    ]
    take = ["take"] if "take" in able and ticket is not None and not ticket.assignee else []
    theirs = _theirs(facts, person, roles)
    due = [n for n, command in able.items() if theirs and _completes(command, theirs)]
    types = [f"type {name}" for name in _types_to_choose(process, ticket) if "type" in able]
    own = [f"done {number}" for number in _to_complete(process, theirs) if "done" in able]
    note = ["note"] if "note" in names else []
    rest = [n for n in names if n not in ("take", "note", *due)]
    first = [*due, *take, *types, *own, *rest][: _HANDY - len(note)]
    return (*first, *note)


def _completes(command: Command, theirs: Sequence[Task]) -> bool:
    """Whether it is the step of the process that ends one of these tasks."""
    keys = {task.key for task in theirs if task.key}
    return any(step.complete in keys for step in command.steps)


def _types_to_choose(process: Process, ticket: Ticket | None) -> tuple[str, ...]:
    """The types of a ticket that has none, in a process where a type says who is to take it."""
    levelled = any(spec.level for spec in process.types.values())
    return tuple(process.types) if levelled and ticket is not None and not ticket.type else ()


def _is_step(command: Command, *, working: bool) -> bool:
    """Whether it is a step of the process, and no tool of every day."""
    if _leads_on(command):
        return command.ticket == "needed"
    moves = bool(command.to) or command.internal or (working and _adds_time(command))
    return moves and command.act_class <= 3 and command.ticket == "needed"


def _leads_on(command: Command) -> bool:
    """Whether it belongs to certain statuses."""
    return bool(command.from_) and _ANYWHERE.isdisjoint(command.from_ or ())


def _stays(command: Command, ticket: Ticket) -> bool:
    """Whether it is a step to where the ticket stands already."""
    return _leads_on(command) and command.to == ticket.status


def _theirs(facts: Facts, person: Person, roles: frozenset[str]) -> list[Task]:
    """The open tasks that are theirs."""
    return [
        t
        for t in (facts.ticket.tasks if facts.ticket else ())
        if not t.done and (t.assignee == person.address if t.assignee else t.role in roles)
    ]


def _to_complete(process: Process, theirs: Sequence[Task]) -> list[int]:
    """Those that no step of the process completes by itself."""
    by_itself = {step.complete for step in _steps(process) if step.complete}
    return [t.number for t in theirs if t.key is None or t.key not in by_itself]


def _steps(process: Process) -> Iterator[Step]:
    for command in process.commands.values():
        yield from command.steps
    for status in process.statuses.values():
        yield from status.enter
