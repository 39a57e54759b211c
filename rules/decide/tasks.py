"""Tasks: added, given to somebody, completed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from rules.decide.audience import Named, holders, name_of, named, responsible
from rules.decide.cause import Cause, Refused
from rules.decide.scene import Scene
from rules.decide.values import value_of
from rules.effects import AddTask, AssignTask, CompleteTask
from rules.model import Task
from rules.moments import month_name, short_moment
from rules.process import GiveStep, TaskStep, Text
from rules.said import Headline, What, Why


def named_or_refused(scene: Scene, word: str) -> Named:
    """Whom the word means.

    Raises:
        Refused: nobody at this desk, or several.
    """
    found = named(word, scene.facts)
    if found.address or found.role:
        return found
    if found.names:
        raise Refused(Why.AMBIGUOUS_PERSON, given=word, names=list(found.names))
    raise Refused(Why.NO_SUCH_PERSON, given=word)


def add(scene: Scene, cause: Cause, spec: TaskStep, known: Mapping[str, object]) -> None:
    """A task of the process file, or one that a person wrote."""
    title = _filled(scene, cause, scene.label(spec.title))
    if spec.once_per and _there_already(scene, spec, title):
        return
    role, assignee = _holder(scene, cause, spec.role)
    due = value_of(spec.due, cause, known)
    day = due.astimezone(_zone(scene)).date() if isinstance(due, datetime) else due
    task = AddTask(title, role, assignee, day if isinstance(day, date) else None, spec.key)
    number = scene.add_task(task)
    at = due.isoformat() if isinstance(due, datetime) else ""
    _tell(scene, number, task, {"says": _promised(scene, cause, spec.says), "at": at})


def _zone(scene: Scene) -> ZoneInfo:
    return ZoneInfo(scene.facts.desk.time_zone)


def _promised(scene: Scene, cause: Cause, says: Text) -> Text:
    """What the customer is told, in each language of the file."""
    if isinstance(says, str):
        return _filled(scene, cause, says)
    return {code: _filled(scene, cause, words) for code, words in says.items()}


def _filled(scene: Scene, cause: Cause, text: str) -> str:
    """The placeholders filled in one pass, so that what a mail brings is never read as one."""
    ticket, now = scene.open_ticket, scene.facts.now.astimezone(_zone(scene))
    language = scene.facts.desk.language
    words = {
        "number": ticket.number,
        "subject": ticket.subject,
        "month": month_name(now.month, language),
        "year": now.year,
        **cause.arguments,
    }
    parts = text.split("{")
    filled = [parts[0]]
    for part in parts[1:]:
        name, closing, rest = part.partition("}")
        value = _shown(words.get(name), _zone(scene), language)
        filled.append(f"{value}{rest}" if closing else "{" + part)
    return " ".join("".join(filled).split())


def _shown(value: object, zone: ZoneInfo, language: str) -> str:
    if isinstance(value, datetime):
        return short_moment(value.astimezone(zone), language)
    return "" if value is None else str(value)


def _there_already(scene: Scene, spec: TaskStep, title: str) -> bool:
    tasks = scene.open_ticket.tasks
    if spec.once_per == "month":
        return any(t.key == spec.key and t.title == title for t in tasks)
    return any(t.key == spec.key and not (spec.once_per == "open" and t.done) for t in tasks)


def _holder(scene: Scene, cause: Cause, who: str | None) -> tuple[str | None, str | None]:
    """Role and assignee of a new task."""
    if who is None:
        return None, None
    if who == "actor":
        return None, scene.facts.actor.address
    if who == "assignee":
        return None, scene.open_ticket.assignee
    if who.startswith("argument "):
        word = cause.text(who.removeprefix("argument "))
        if not word:
            return None, scene.open_ticket.assignee
        found = named_or_refused(scene, word)
        return found.role, found.address
    holding = holders(scene.facts, who, scene.ticket)
    return who, holding[0] if len(holding) == 1 else None


def _tell(scene: Scene, number: int, task: AddTask, promised: Mapping[str, object]) -> None:
    people = scene.facts.people
    scene.say(
        What.TASK_ADDED,
        number=number,
        title=task.title,
        name=name_of(people, task.assignee),
        due=task.due.isoformat() if task.due else "",
        **promised,
    )
    hearing: tuple[str, ...] = (task.assignee,) if task.assignee else ()
    if not hearing and task.role:
        hearing = holders(scene.facts, task.role, scene.ticket)
    others = [address for address in hearing if address != scene.facts.actor.address]
    scene.tell(others, Headline.TASK, carries_text=True)
    if task.role and not hearing:
        scene.say(What.NOBODY, role=_named(scene, task.role, None))
        scene.tell(responsible(scene.facts, scene.open_ticket), Headline.NOBODY)


def assign(scene: Scene, number: int, word: str) -> None:
    """Gives one task to a person or role."""
    task = scene.open_ticket.task(number)
    if task is None or task.done:
        raise Refused(Why.NO_SUCH_TASK, given=number, open=_open_tasks(scene))
    found = named_or_refused(scene, word)
    _hand(scene, task, found.role, found.address)


def give(scene: Scene, cause: Cause, spec: GiveStep) -> None:
    """Hands on the open tasks of this key; to whom has it already, nothing is said."""
    role, assignee = _holder(scene, cause, spec.to)
    for task in scene.open_ticket.tasks:
        theirs = assignee == task.assignee if assignee else role == task.role
        if task.key == spec.task and not task.done and not theirs:
            _hand(scene, task, role, assignee)


def _hand(scene: Scene, task: Task, role: str | None, assignee: str | None) -> None:
    scene.do(AssignTask(task.number, assignee, role))
    name = _named(scene, role, assignee)
    scene.say(What.TASK_ASSIGNED, number=task.number, title=task.title, name=name)
    hearing = (assignee,) if assignee else holders(scene.facts, role or "", scene.ticket)
    others = [address for address in hearing if address != scene.facts.actor.address]
    scene.tell(others, Headline.TASK, carries_text=True)


def _named(scene: Scene, role: str | None, address: str | None) -> Text:
    spec = scene.process.roles.get(role or "")
    return name_of(scene.facts.people, address) or (spec.label if spec else "")


def complete(scene: Scene, cause: Cause, which: str) -> None:
    """By the key of the process file (all open ones; none is no fault), or by the number that the
    command names; without a number the one open task that is the actor's or anybody's."""
    if not which.startswith("argument "):
        for task in scene.open_ticket.tasks:
            if task.key == which and not task.done:
                _done(scene, task)
        return
    given = cause.arguments.get(which.removeprefix("argument "))
    _done(scene, _chosen(scene, given))


def _chosen(scene: Scene, given: object) -> Task:
    waiting = [t for t in scene.open_ticket.tasks if not t.done]
    if given is None:
        mine = [t for t in waiting if t.assignee == scene.facts.actor.address]
        candidates = mine or waiting
    else:
        candidates = [t for t in waiting if t.number == given]
    if len(candidates) != 1:
        raise Refused(Why.NO_SUCH_TASK, given=given, open=_open_tasks(scene))
    return candidates[0]


def _done(scene: Scene, task: Task) -> None:
    scene.do(CompleteTask(task.number))
    scene.say(What.TASK_DONE, number=task.number, title=task.title)


def _open_tasks(scene: Scene) -> list[dict[str, object]]:
    return [{"number": t.number, "title": t.title} for t in scene.open_ticket.tasks if not t.done]
