"""What an effect means for its ticket: playing them from the first gives it as it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from rules.effects import (
    AddLink,
    AddParticipant,
    AddTask,
    AddTime,
    AnswerSurvey,
    Assign,
    AssignTask,
    CancelTimer,
    CompleteTask,
    Effect,
    MoveTo,
    OpenTicket,
    PauseTimer,
    RemoveParticipant,
    SendQuote,
    SendSurvey,
    SetBilling,
    SetField,
    SetPriority,
    SetRequester,
    SettleQuote,
    SetValue,
    StartTimer,
)
from rules.model import (
    Link,
    Quote,
    Survey,
    Task,
    Ticket,
    Timer,
)


def evolve(ticket: Ticket, effect: Effect) -> Ticket:
    """The ticket after the effect. What goes beyond the ticket leaves it as it is."""
    match effect:
        case MoveTo() | Assign() | SetRequester() | SetValue() | SetField() | SetPriority():
            return _evolve_attribute(ticket, effect)
        case AddParticipant() | RemoveParticipant() | AddLink():
            return _evolve_list(ticket, effect)
        case StartTimer() | PauseTimer() | CancelTimer():
            return replace(ticket, timers=_evolve_timers(ticket.timers, effect))
        case AddTask() | AssignTask() | CompleteTask():
            return replace(ticket, tasks=_evolve_tasks(ticket.tasks, effect))
        case SendQuote() | SettleQuote():
            return replace(ticket, quotes=_evolve_quotes(ticket.quotes, effect))
        case AddTime() | SetBilling() | SendSurvey() | AnswerSurvey():
            return _evolve_account(ticket, effect)
        case OpenTicket():
            return effect.ticket
    return ticket


def evolve_all(ticket: Ticket, effects: Iterable[Effect]) -> Ticket:
    for effect in effects:
        ticket = evolve(ticket, effect)
    return ticket


def _evolve_attribute(
    ticket: Ticket,
    effect: MoveTo | Assign | SetRequester | SetValue | SetField | SetPriority,
) -> Ticket:
    match effect:
        case MoveTo():
            return replace(
                ticket,
                status=effect.status,
                status_since=effect.at,
                closed_at=(ticket.closed_at or effect.at) if effect.closed else None,
                process_version=effect.version,
            )
        case Assign():
            return replace(ticket, assignee=effect.assignee)
        case SetRequester():
            return replace(
                ticket,
                requester=effect.address,
                requester_name=effect.name,
                organisation=effect.organisation,
                language=effect.language,
                participants=tuple(p for p in ticket.participants if p != effect.address),
            )
        case SetValue():
            changes: dict[str, str | None] = {effect.name: effect.value}
            return replace(ticket, **changes)  # type: ignore[arg-type]
        case SetField():
            return replace(ticket, fields={**ticket.fields, effect.name: effect.value})
        case SetPriority():
            return replace(ticket, priority=effect.priority)


def _evolve_list(
    ticket: Ticket,
    effect: AddParticipant | RemoveParticipant | AddLink,
) -> Ticket:
    match effect:
        case AddParticipant(address):
            known = address in ticket.customers
            return (
                ticket if known else replace(ticket, participants=(*ticket.participants, address))
            )
        case RemoveParticipant(address):
            rest = tuple(p for p in ticket.participants if p != address)
            return replace(ticket, participants=rest)
        case AddLink(kind, to):
            link = Link(kind, to)
            return ticket if link in ticket.links else replace(ticket, links=(*ticket.links, link))


def _evolve_timers(
    timers: tuple[Timer, ...], effect: StartTimer | PauseTimer | CancelTimer
) -> tuple[Timer, ...]:
    others = tuple(t for t in timers if t.name != effect.name)
    match effect:
        case StartTimer(name, due_at):
            return (*others, Timer(name, due_at))
        case PauseTimer(name, seconds_left):
            return (*others, Timer(name, None, seconds_left))
        case CancelTimer():
            return others


def _evolve_tasks(
    tasks: tuple[Task, ...], effect: AddTask | AssignTask | CompleteTask
) -> tuple[Task, ...]:
    if isinstance(effect, AddTask):
        number = max((t.number for t in tasks), default=0) + 1
        new = Task(
            number, effect.title, effect.role, effect.assignee, False, effect.due, effect.key
        )
        return (*tasks, new)
    if isinstance(effect, CompleteTask):
        return tuple(replace(t, done=True) if t.number == effect.number else t for t in tasks)
    return tuple(
        replace(t, assignee=effect.assignee, role=effect.role or t.role)
        if t.number == effect.number
        else t
        for t in tasks
    )


def _evolve_quotes(quotes: tuple[Quote, ...], effect: SendQuote | SettleQuote) -> tuple[Quote, ...]:
    if isinstance(effect, SettleQuote):
        return tuple(
            replace(q, status=effect.status) if q.number == effect.number else q for q in quotes
        )
    before = tuple(replace(q, status="superseded") if q.status == "sent" else q for q in quotes)
    number = max((q.number for q in quotes), default=0) + 1
    sent = Quote(
        number,
        effect.amount,
        effect.currency,
        "sent",
        effect.text,
        effect.by,
        effect.at,
        effect.valid_until,
        effect.minutes,
        effect.template,
        effect.reserves,
    )
    return (*before, sent)


def _evolve_account(
    ticket: Ticket, effect: AddTime | SetBilling | SendSurvey | AnswerSurvey
) -> Ticket:
    match effect:
        case AddTime(entry):
            return replace(ticket, time=(*ticket.time, entry))
        case SetBilling(billing):
            return replace(ticket, billing=billing)
        case SendSurvey(at):
            return replace(ticket, survey=Survey(at))
        case AnswerSurvey(score, comment):
            survey = ticket.survey
            return (
                replace(ticket, survey=replace(survey, score=score, comment=comment))
                if survey
                else ticket
            )
