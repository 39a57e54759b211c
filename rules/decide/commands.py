"""The commands of one mail: checked one by one, done together or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rules.commands import Called, Problem, usage
from rules.decide import asking, guards, letters, moving, quotes
from rules.decide.audience import language_of, levels, roles_of
from rules.decide.cause import Cause, Refused
from rules.decide.facts import Mail
from rules.decide.knowledge import known
from rules.decide.permission import Verdict, judge
from rules.decide.possible import allowed, fits, statuses_of, users
from rules.decide.scene import Scene
from rules.decide.steps import carry_out
from rules.decide.values import named_type
from rules.effects import Note
from rules.model import ActClass
from rules.process import Command, Text
from rules.said import Why


def run(scene: Scene, commands: Sequence[Called], problems: Sequence[Problem]) -> Scene:
    """The scene after the commands; the same scene with refusals where one of them cannot be done.

    Commands whose sender has not shown enough are held, all of them, until they are confirmed.
    """
    scene.asked = scene.asked or bool(commands)
    trial = scene.fork()
    failed = {p.line for p in problems} | {r.line for r in scene.refusals}
    for problem in problems:
        scene.refuse(problem.line, problem.why, **_for_sender(scene, problem))
    for called in commands:
        try:
            called = replace(called, arguments=_with_types(trial, called))
            attempt(trial, called)
        except Refused as refused:
            failed.add(called.line)
            scene.refuse(called.line, refused.why, **refused.details)
    if scene.refusals:
        for called in commands:
            if called.line not in failed:
                scene.refuse(called.line, Why.WITH_OTHERS)
        return scene
    return _proven(scene, trial, commands)


def attempt(scene: Scene, called: Called) -> None:
    """Does one command on the scene.

    Raises:
        Refused: it may not be done, or a step of it cannot be; the caller drops the scene.
    """
    _check(scene, called)
    _perform(scene, called)


_MEANT = 2
"""Words that an answer asks about: did you mean."""


def _for_sender(scene: Scene, problem: Problem) -> Mapping[str, object]:
    """Of what may have been meant the best, and nothing that is not the sender's to use."""
    meant = problem.details.get("meant")
    if not isinstance(meant, Mapping):
        return problem.details
    roles = roles_of(scene.facts, scene.facts.actor.person, scene.ticket)
    commands = scene.process.commands
    theirs = [
        word
        for name, word in meant.items()
        if _operates(scene) or (name in commands and allowed(commands[name], roles))
    ]
    return {**problem.details, "meant": theirs[:_MEANT]}


def _check(scene: Scene, called: Called) -> None:
    """Role, ticket, status, type and guards, in the order in which people would ask.

    Raises:
        Refused: the first that does not hold.
    """
    command, ticket = called.spec, scene.ticket
    roles = roles_of(scene.facts, scene.facts.actor.person, ticket)
    if not _operates(scene) and not allowed(command, roles):
        raise Refused(Why.NOT_YOURS, roles=_role_labels(scene, users(command)))
    if ticket is None and command.ticket == "needed":
        raise Refused(Why.NO_TICKET)
    if ticket is not None and not fits(scene.process, command, ticket):
        _refuse_status(scene, called)
    if ticket is not None and command.binds not in (None, "quote"):
        letters.refuse_old_version(scene, command.binds or "")
    facts = known(scene.facts, ticket, called.arguments)
    for guard in command.guards:
        if not guards.holds(guard.that, facts):
            raise Refused(Why.GUARD, says=guard.says)


def _operates(scene: Scene) -> bool:
    """Whether somebody at the machine acts as the operator that they are, and not for another."""
    actor = scene.facts.actor
    return actor.operator and actor.address in scene.facts.policy.operators


def _with_types(scene: Scene, called: Called) -> dict[str, object]:
    """The arguments, with a type of request by its key whatever word it was given in, so that
    guards mean one thing."""
    specs = {**called.spec.needs, **called.spec.takes}
    return {
        name: named_type(scene.process, str(value)) or value
        if specs[name].type == "type"
        else value
        for name, value in called.arguments.items()
    }


def _role_labels(scene: Scene, roles: Sequence[str]) -> list[Text]:
    """As people know them; the level of the ticket at hand by its own name."""
    process, ticket = scene.process, scene.ticket
    named: list[str] = []
    for role in roles:
        named += levels(process, ticket) if role == "level" and ticket is not None else (role,)
    return [process.roles[name].label if name in process.roles else name for name in named]


def _refuse_status(scene: Scene, called: Called) -> None:
    process, ticket, command = scene.process, scene.open_ticket, called.spec
    if command.types and ticket.type not in command.types:
        labels = {name: spec.label for name, spec in process.types.items()}
        raise Refused(
            Why.WRONG_TYPE,
            type_label=labels.get(ticket.type or "", ""),
            type_labels=[labels.get(name, name) for name in command.types],
        )
    raise Refused(
        Why.WRONG_STATUS,
        status_label=process.statuses[ticket.status].label,
        in_labels=[process.statuses[name].label for name in _elsewhere(scene, called)],
    )


_STANDS = frozenset({"status", "type"})
"""What of a ticket a guard may ask that tells in which statuses a command is of use."""


def _elsewhere(scene: Scene, called: Called) -> list[str]:
    """The statuses in which such a ticket stands for a while and the command can be used."""
    process, ticket, guarded = scene.process, scene.open_ticket, called.spec.guards
    asked = [guard.that for guard in guarded if guards.asks_of(guard.that) <= _STANDS]

    def allows(status: str) -> bool:
        about = known(scene.facts, replace(ticket, status=status), called.arguments)
        return all(guards.holds(that, about) for that in asked)

    passed = {n for n, s in process.statuses.items() if s.leads_to and s.leads_when is None}
    usable = [name for name in statuses_of(process, called.spec) if name not in passed]
    return [name for name in usable if allows(name)]


def _perform(scene: Scene, called: Called) -> None:
    cause = Cause(called.name, called.line, called.arguments, called.spec.bill)
    scene.internal = scene.internal or called.spec.internal
    scene.decided = scene.decided or _decides(called.spec)
    if called.spec.binds not in (None, quotes.BINDS):
        version = letters.versions(scene.open_ticket, called.spec.binds or "")
        scene.do(Note("decided", f"{called.name} {called.spec.binds} {version}"))
    try:
        carry_out(scene, called.spec.steps, cause)
    except Refused as refused:
        if refused.why is Why.BAD_ARGUMENT:
            refused.details["usage"] = _usage(scene, called)
        raise
    if scene.ticket is not None:
        target = moving.target_of(called.spec, scene.ticket)
        if target is not None:
            moving.move(scene, target, cause)


def _decides(command: Command) -> bool:
    """Whether it binds the customer, who may be several people."""
    return command.act_class >= ActClass.BIND and "customer" in command.who


def _usage(scene: Scene, called: Called) -> str:
    language = language_of(scene.facts, scene.facts.actor.address, scene.ticket)
    return usage(called.name, called.spec, language, scene.process.type_labels(language))


def _proven(scene: Scene, trial: Scene, commands: Sequence[Called]) -> Scene:
    """The trial where the sender has shown enough for each command."""
    verdicts = {called.line: _verdict(scene, called) for called in commands}
    for line, verdict in verdicts.items():
        if verdict is Verdict.REFUSE:
            scene.refuse(line, Why.UNPROVEN)
    if scene.refusals:
        return scene
    if Verdict.CONFIRM in verdicts.values():
        return asking.hold(scene, trial, commands, _what_is_missing(scene, commands))
    if asking.changed(scene, trial, commands):
        return asking.hold(scene, trial, commands, "changed")
    if Verdict.SECOND_PERSON in verdicts.values() or not asking.agreed(scene, commands):
        return asking.second_person(scene, trial, commands)
    asking.name_the_proof(trial, commands)
    return trial


def _what_is_missing(scene: Scene, commands: Sequence[Called]) -> str:
    """Why the sender is asked: the place of the line, a text of two readings, or any proof."""
    if all(_verdict(scene, called, first=True) is Verdict.DO for called in commands):
        return "not_first"
    if all(_verdict(scene, called, first=True, single=True) is Verdict.DO for called in commands):
        return "unclear"
    return "unproven"


def _verdict(scene: Scene, called: Called, *, first: bool = False, single: bool = False) -> Verdict:
    """`first` and `single`: as if the line stood first, as if the text had one reading."""
    mail, actor = scene.mail, scene.facts.actor
    if any(step.do == "confirm" for step in called.spec.steps):
        return Verdict.DO  # it is itself the proof (E5): the act looks at the address it came by
    return judge(
        asking.class_of(scene, called),
        actor,
        scene.facts.policy,
        token=mail is not None and _has_token(called, mail, actor.address),
        first=first or called.first,
        single=single or mail is None or mail.unambiguous,
    )


def _has_token(called: Called, mail: Mail, address: str) -> bool:
    """Whether the mail came by a signed address of its sender. What binds to a quote or a sheet
    needs that mail's own: another one does not say which version its sender has seen."""
    token = mail.token
    if token is None or token.address != address:
        return False
    return called.spec.binds in (None, token.purpose)
