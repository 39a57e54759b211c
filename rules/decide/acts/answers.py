"""Commands that ask for something to be read: each queues one answer to its sender."""

from __future__ import annotations

from rules.decide.audience import language_of, roles_of
from rules.decide.cause import Cause
from rules.decide.possible import possible
from rules.decide.scene import Scene
from rules.decide.values import set_attribute
from rules.effects import QueueMail


def _answer(scene: Scene, template: str, **data: object) -> None:
    actor = scene.facts.actor
    scene.answered = True
    staff = "staff" in roles_of(scene.facts, actor.person, scene.ticket)
    scene.mails.append(
        QueueMail(template, (actor.address,), data=data, answer=True, internal=staff)
    )


def help_(scene: Scene, _: Cause) -> None:
    """What this sender may do with this ticket now, in their language."""
    language = language_of(scene.facts, scene.facts.actor.address, scene.ticket)
    _answer(scene, "help", commands=possible(scene, language))


def status(scene: Scene, _: Cause) -> None:
    _answer(scene, "status")


def list_(scene: Scene, _: Cause) -> None:
    _answer(scene, "list", query=_query(scene))


def find(scene: Scene, cause: Cause) -> None:
    _answer(scene, "list", query={**_query(scene), "words": cause.text("words")})


def history(scene: Scene, _: Cause) -> None:
    """The whole public correspondence; staff see what is internal too."""
    _answer(scene, "history")


def contract(scene: Scene, cause: Cause) -> None:
    """Sets the contract that pays; without a name, tells what is left of each."""
    name = cause.text("name")
    if name:
        set_attribute(scene, "contract", name)
        return
    _answer(scene, "contract_left", organisation=scene.open_ticket.organisation)


def _query(scene: Scene) -> dict[str, object]:
    """Which tickets this sender may see, for the store to look up."""
    person = scene.facts.actor.person
    desk = scene.facts.desk.address
    if person.works_at(desk):
        return {"scope": "desk", "desk": desk}
    if person.organisation and "list" in person.may:
        return {"scope": "organisation", "organisation": person.organisation}
    return {"scope": "own", "address": person.address}
