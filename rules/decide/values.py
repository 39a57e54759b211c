"""Values that a step is given, worked out, and put on the ticket."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal

from rules.decide import clocks, guards
from rules.decide.audience import language_of, responsible
from rules.decide.cause import Cause, Refused
from rules.decide.scene import Scene
from rules.effects import SetField, SetPriority, SetValue
from rules.model import Priority, Scalar
from rules.process import Given, Process, Value
from rules.said import Headline, What, Why
from rules.words import normalise


def value_of(given: Given, cause: Cause, known: Mapping[str, object]) -> object:
    """A literal as it stands; else the argument, the expression or the first case that holds."""
    if not isinstance(given, Value):
        return given
    if given.argument is not None:
        return cause.arguments.get(given.argument)
    if given.expression is not None:
        return guards.value(given.expression, known)
    for case in given.first:
        if case.when is None or guards.holds(case.when, known):
            return case.value
    return None


def set_attribute(scene: Scene, name: str, value: object) -> None:
    """Sets one of the ticket's own attributes, or a field of the process; says so where it changed.

    None sets nothing: the argument was left out, or no case held.
    """
    if value is None:
        return
    before, setter = scene.open_ticket, _ATTRIBUTES.get(name)
    if setter is not None:
        setter(scene, str(value))
    else:
        _set_field(scene, name, scalar(value))
    clocks.retime(scene, before)


def scalar(value: object) -> Scalar:
    """As a field keeps it."""
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple) and value and isinstance(value[0], Decimal):
        return str(value[0])
    return str(value)


def _set_field(scene: Scene, name: str, value: Scalar) -> None:
    if scene.open_ticket.fields.get(name) == value:
        return
    scene.do(SetField(name, value))
    spec = scene.process.fields.get(name)
    if spec is None or spec.type == "flag":
        return
    choice = spec.choices.get(str(value))
    shown = choice if choice is not None else value
    scene.say(What.FIELD, label=spec.label, value=shown, kind=spec.type, field=name, kept=value)


def _set_priority(scene: Scene, value: str) -> None:
    priority = Priority(value)
    if priority is not scene.open_ticket.priority:
        scene.do(SetPriority(priority))
        scene.say(What.PRIORITY, priority=priority.value)


def _set_type(scene: Scene, value: str) -> None:
    name = named_type(scene.process, value)
    if name is None:
        actor = scene.facts.actor.address
        labels = scene.process.type_labels(language_of(scene.facts, actor, scene.ticket))
        raise Refused(Why.BAD_ARGUMENT, argument="|".join(labels) or "type", given=value)
    if name == scene.open_ticket.type:
        return
    scene.do(SetValue("type", name))
    scene.say(What.TYPE, label=scene.process.types[name].label)
    level = scene.process.types[name].level
    if level and level != scene.open_ticket.level:
        _set_level(scene, level)
        if not scene.open_ticket.assignee:
            told = responsible(scene.facts, scene.open_ticket)
            scene.tell(told, Headline.CHANGED, carries_text=True)


def named_type(process: Process, word: str) -> str | None:
    """The key of the type of request that a word means: key or label, in any language."""
    plain = normalise(word)
    for name, spec in process.types.items():
        labels = (spec.label,) if isinstance(spec.label, str) else spec.label.values()
        if plain in (normalise(name), *(normalise(label) for label in labels)):
            return name
    return None


def _set_level(scene: Scene, value: str) -> None:
    if value == scene.open_ticket.level:
        return
    scene.do(SetValue("level", value))
    role = scene.process.roles.get(value)
    scene.say(What.LEVEL, label=role.label if role else value)


def _set_contract(scene: Scene, value: str) -> None:
    people, ticket = scene.facts.people, scene.open_ticket
    organisation = people.organisations.get(ticket.organisation or "")
    contract = organisation.contract(value) if organisation else None
    if contract is None:
        names = [c.name for c in organisation.contracts] if organisation else []
        raise Refused(Why.NO_SUCH_CONTRACT, given=value, names=names)
    scene.do(SetValue("contract", contract.name))
    scene.say(What.CONTRACT, name=contract.name)


def _set_resolution(scene: Scene, value: str) -> None:
    scene.do(SetValue("resolution", value))
    scene.say(What.RESOLUTION, value=scene.process.resolutions.get(value, value))


_ATTRIBUTES: dict[str, Callable[[Scene, str], None]] = {
    "priority": _set_priority,
    "type": _set_type,
    "level": _set_level,
    "contract": _set_contract,
    "resolution": _set_resolution,
}
