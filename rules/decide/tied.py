"""What a ticket that was opened for another brings back to it: how it stands, when it moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rules.decide.audience import responsible
from rules.decide.facts import Facts
from rules.decide.hints import begun
from rules.decide.scene import Line, Scene
from rules.effects import Note, QueueMail
from rules.model import Ticket
from rules.process import Process
from rules.said import Headline, What


def report_back(scene: Scene) -> None:
    """The people of the tickets that this one was opened for hear of its new status or priority."""
    before, after = scene.facts.ticket, scene.ticket
    if before is None or after is None or before.number != after.number:
        return
    if (before.status, before.priority) == (after.status, after.priority):
        return
    for origin, there in _origins(scene.facts, after.number):
        told = tuple(a for a in responsible(there, origin) if a != scene.facts.actor.address)
        status = scene.facts.processes[after.process].statuses[after.status]
        now = replace(there, linked={**there.linked, after.number: after})
        was = replace(there, linked={**there.linked, before.number: before})
        line: Line = {
            "what": What.LINKED_NOW.value,
            "number": after.number,
            "label": status.label,
            "priority": after.priority.value,
        }
        lines = [line, *begun(was, origin, now, origin)]
        data = {"headline": Headline.CHANGED.value, "lines": lines}
        notice = QueueMail("notice", told, data=data, internal=True)
        scene.on_other(origin.number, Note("linked_now", f"{after.number} {after.status}"), notice)


def _origins(facts: Facts, number: int) -> Iterator[tuple[Ticket, Facts]]:
    """The tickets that this one was opened for, with the facts of their desks. Closed ones too:
    their customers may have been told that it will be mended."""
    for origin in facts.linked.values():
        desk = next((d for d in facts.desks if d.address == origin.desk), None)
        process = facts.processes.get(origin.process)
        if desk is None or process is None:
            continue
        ties = _ties(process)
        if any(link.to == str(number) and link.kind in ties for link in origin.links):
            yield origin, replace(facts, desk=desk, process=process, ticket=origin)


def _ties(process: Process) -> frozenset[str]:
    """The kinds of links to tickets that commands of the process open elsewhere."""
    steps = (step for command in process.commands.values() for step in command.steps)
    return frozenset(step.open.tie for step in steps if step.open)
