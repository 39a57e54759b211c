"""How the journal names what happened: a verb in the past for each effect."""

from __future__ import annotations

from datetime import datetime

from rules import effects as e
from store.journal import Entry

_VERBS: dict[type[e.Effect], str] = {
    e.OpenTicket: "opened",
    e.MoveTo: "moved",
    e.SetPriority: "prioritised",
    e.SetField: "set",
    e.Assign: "assigned",
    e.SetRequester: "corrected_requester",
    e.AddParticipant: "added_participant",
    e.RemoveParticipant: "removed_participant",
    e.AddTask: "added_task",
    e.AssignTask: "assigned_task",
    e.CompleteTask: "completed_task",
    e.AddTime: "worked",
    e.SendQuote: "quoted",
    e.SetBilling: "billed",
    e.SendSurvey: "asked_survey",
    e.AnswerSurvey: "rated",
    e.AddLink: "linked",
    e.StartTimer: "started_timer",
    e.PauseTimer: "paused_timer",
    e.CancelTimer: "stopped_timer",
}
_VALUES = {
    "type": "typed",
    "level": "transferred",
    "contract": "chose_contract",
    "resolution": "resolved",
    "desk": "moved_desk",
}


def verb(effect: e.Effect) -> str | None:
    """The verb; None for what is no part of the journal."""
    match effect:
        case e.Note(what):
            return what
        case e.SetValue(name):
            return _VALUES.get(name, f"changed_{name}")
        case e.SettleQuote(_, status):
            return status
        case e.Assign(None):
            return "unassigned"
    return _VERBS.get(type(effect))


def entry_of(
    effect: e.Effect, at: datetime, actor: str, status: str | None, message: int | None
) -> Entry | None:
    """The effect as the journal keeps it; `status` is that of before."""
    what = verb(effect)
    if what is None:
        return None
    to = None
    if isinstance(effect, e.MoveTo):
        to = effect.status
    elif isinstance(effect, e.OpenTicket):
        to, status = effect.ticket.status, None
    return Entry(
        at=at,
        actor=actor,
        what=what,
        effect=effect,
        from_status=status if to else None,
        to_status=to,
        message=message,
    )


def written(at: datetime, actor: str, message: int) -> Entry:
    """A mail that changed nothing: the journal tells of every mail on its ticket."""
    return Entry(at, actor, "wrote", e.Note("wrote"), message=message)
