"""The steps of a process file, carried out on a scene. Each is one small function."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from rules.decide import billing, clocks, guards, letters, moving, quotes, tasks, worktime
from rules.decide.acts import ACTS
from rules.decide.audience import holders, name_of, responsible, union
from rules.decide.cause import Cause, Refused
from rules.decide.knowledge import known
from rules.decide.scene import Scene
from rules.decide.values import set_attribute, value_of
from rules.effects import (
    AddLink,
    AnswerSurvey,
    Assign,
    CancelTimer,
    QueueMail,
    SendSurvey,
    StartTimer,
)
from rules.model import Priority
from rules.process import GiveStep, MailStep, OpenStep, QuoteStep, Step, TaskStep
from rules.said import Headline, What, Why


def carry_out(scene: Scene, steps: Iterable[Step], cause: Cause) -> None:
    """Plays the steps in order; those whose `when` does not hold are left out.

    Raises:
        Refused: a step cannot be done; the caller drops the scene.
    """
    for step in steps:
        if step.when is None or guards.holds(step.when, _known(scene, cause)):
            name, value = step.act
            STEPS[name](scene, cause, value)


def _known(scene: Scene, cause: Cause) -> dict[str, object]:
    return known(scene.facts, scene.ticket, cause.arguments)


def _set(scene: Scene, cause: Cause, values: Any) -> None:
    for name, given in values.items():
        set_attribute(scene, name, value_of(given, cause, _known(scene, cause)))


def _assign(scene: Scene, cause: Cause, who: str) -> None:
    address = _person(scene, cause, who)
    before = scene.open_ticket.assignee
    if address == before:
        return
    scene.do(Assign(address))
    scene.say(What.ASSIGNED, name=name_of(scene.facts.people, address))
    if before and before != scene.facts.actor.address:
        scene.tell([before], Headline.CHANGED)
    if address and address != scene.facts.actor.address:
        scene.tell([address], Headline.ASSIGNED, carries_text=True)


def _person(scene: Scene, cause: Cause, who: str) -> str | None:
    """`actor`, `nobody`, `argument NAME`, or a role that one person holds on this ticket."""
    if who == "actor":
        return scene.facts.actor.address
    if who == "nobody":
        return None
    if who.startswith("argument "):
        found = tasks.named_or_refused(scene, cause.text(who.removeprefix("argument ")))
        return found.address or _only(scene, found.role or "")
    return _only(scene, who)


def _only(scene: Scene, role: str) -> str | None:
    holding = holders(scene.facts, role, scene.ticket)
    if not holding:
        raise Refused(Why.NO_SUCH_PERSON, given=role)
    return holding[0] if len(holding) == 1 else None


def _task(scene: Scene, cause: Cause, spec: TaskStep) -> None:
    tasks.add(scene, cause, spec, _known(scene, cause))


def _give(scene: Scene, cause: Cause, spec: GiveStep) -> None:
    tasks.give(scene, cause, spec)


def _complete(scene: Scene, cause: Cause, which: str) -> None:
    tasks.complete(scene, cause, which)


def _time(scene: Scene, cause: Cause, _: bool) -> None:
    worktime.write_down(scene, cause)


def _move(scene: Scene, cause: Cause, status: str) -> None:
    moving.move(scene, status, cause)


def _mail(scene: Scene, cause: Cause, spec: MailStep) -> None:
    letters.send(scene, cause, spec)


def _tell(scene: Scene, cause: Cause, roles: tuple[str, ...]) -> None:
    told = union(letters.recipients(scene, role) for role in roles)
    urgent = _became_urgent(scene) or (
        scene.process.queue.top is not None
        and guards.holds(scene.process.queue.top, _known(scene, cause))
    )
    about = Headline.CUSTOMER_DECIDED if scene.decided else Headline.CHANGED
    scene.tell(told, Headline.URGENT if urgent else about, carries_text=True)


def _became_urgent(scene: Scene) -> bool:
    before = scene.facts.ticket.priority if scene.facts.ticket else None
    return scene.open_ticket.priority is Priority.URGENT and before is not Priority.URGENT


def _quote(scene: Scene, cause: Cause, spec: QuoteStep) -> None:
    quotes.send(scene, cause, spec)


def _settle(scene: Scene, cause: Cause, status: str) -> None:
    quotes.settle(scene, cause, status)


def _survey(scene: Scene, cause: Cause, what: str) -> None:
    if what == "send":
        scene.do(SendSurvey(scene.facts.now))
        return
    if scene.open_ticket.survey is None:
        raise Refused(Why.NO_SURVEY)
    score = cause.arguments.get("score")
    scene.text = words = "\n".join(w for w in (cause.text("text"), scene.text.strip()) if w)
    scene.text_used = True
    scene.do(AnswerSurvey(score if isinstance(score, int) else 0, words or None))
    scene.say(What.RATED, score=score)
    told = responsible(scene.facts, scene.open_ticket)
    scene.tell(told, Headline.SURVEY_ANSWERED, carries_text=bool(words))


def _start(scene: Scene, cause: Cause, name: str) -> None:
    spec = scene.process.timers.get(name)
    if spec is not None:
        clocks.start(scene, name, spec)
        return
    moment = cause.arguments.get("when")
    if not isinstance(moment, datetime) or moment <= scene.facts.now:
        raise Refused(Why.BAD_ARGUMENT, argument="when", given=cause.line, usage="")
    scene.do(StartTimer(name, moment))
    scene.say(What.REMINDER_SET, at=moment.isoformat())


def _stop(scene: Scene, _: Cause, name: str) -> None:
    scene.do(CancelTimer(name))


def _link(scene: Scene, cause: Cause, kind: str) -> None:
    to = str(next(iter(cause.arguments.values()), ""))
    scene.do(AddLink(kind, to))
    scene.say(What.LINKED_OUT, kind=kind, to=to)


def _open(scene: Scene, cause: Cause, spec: OpenStep) -> None:
    ACTS["open_elsewhere"](
        scene,
        Cause(
            cause.name,
            cause.line,
            {
                "desk": spec.desk,
                "title": value_of(spec.title, cause, _known(scene, cause)),
                "tie": spec.tie,
            },
        ),
    )


def _bill(scene: Scene, cause: Cause, what: str) -> None:
    billing.bill(scene, cause, what)


def _invite(scene: Scene, cause: Cause, field: str) -> None:
    at = scene.open_ticket.fields.get(field)
    minutes = cause.arguments.get("duration")
    engineer = scene.open_ticket.assignee or scene.facts.actor.address
    data = {
        "at": at,
        "duration": minutes if isinstance(minutes, int) else 60,
        "engineer": name_of(scene.facts.people, engineer),
    }
    for to, internal in ((scene.open_ticket.customers, False), ((engineer,), True)):
        scene.mails.append(
            QueueMail(
                "invitation", to, data=data, carries_text=True, internal=internal, calendar=True
            )
        )
    scene.text_used = True
    scene.say(What.INVITED, at=at)


def _do(scene: Scene, cause: Cause, act: str) -> None:
    ACTS[act](scene, cause)


STEPS: dict[str, Callable[[Scene, Cause, Any], None]] = {
    "set": _set,
    "move": _move,
    "assign": _assign,
    "task": _task,
    "give": _give,
    "complete": _complete,
    "time": _time,
    "mail": _mail,
    "tell": _tell,
    "quote": _quote,
    "settle": _settle,
    "survey": _survey,
    "start": _start,
    "stop": _stop,
    "link": _link,
    "open": _open,
    "bill": _bill,
    "invite": _invite,
    "do": _do,
}
