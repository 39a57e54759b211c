"""What an event of a ticket is about, for people: the verb alone says `set` or `billed`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from zoneinfo import ZoneInfo

from gateway.cli.screen import when
from gateway.views.scalars import amount
from rules import effects as e
from rules.model import Billing, Task


def about(effect: e.Effect, tasks: Iterable[Task], zone: ZoneInfo) -> str:
    """`due: 2026-12-01`, `2 Replace the toner`, `quote 450.00 EUR requested`; "" where the verb
    and the statuses say all. `tasks` are those of the ticket, moments in `zone`."""
    match effect:
        case e.SetValue(name, value) | e.SetField(name, value):
            return f"{name}: {_said(value)}"
        case e.AddTask() | e.AssignTask() | e.CompleteTask():
            return _task(effect, {task.number: task.title for task in tasks})
        case e.AddTime() | e.SendQuote() | e.SettleQuote() | e.SetBilling() | e.AnswerSurvey():
            return _account(effect)
        case e.StartTimer() | e.PauseTimer() | e.CancelTimer():
            return _timer(effect, zone)
    return _other(effect)


def billed(billing: Billing) -> str:
    """`quote 450.00 EUR raised 2026-17`"""
    money = _money(billing.amount, billing.currency)
    return " ".join(filter(None, (billing.basis, money, billing.status, billing.invoice)))


def _task(effect: e.AddTask | e.AssignTask | e.CompleteTask, titles: Mapping[int, str]) -> str:
    if isinstance(effect, e.AddTask):
        return effect.title
    title = f"{effect.number} {titles.get(effect.number, '')}".rstrip()
    if isinstance(effect, e.CompleteTask):
        return title
    return f"{title}: {_said(effect.assignee or effect.role)}"


def _account(
    effect: e.AddTime | e.SendQuote | e.SettleQuote | e.SetBilling | e.AnswerSurvey,
) -> str:
    match effect:
        case e.AddTime(entry):
            kind = "billable" if entry.billable else "internal"
            return f"{entry.minutes} min, {kind}"
        case e.SendQuote():
            return _money(effect.amount, effect.currency)
        case e.SettleQuote(number):
            return f"quote {number}"
        case e.SetBilling(billing):
            return billed(billing)
        case e.AnswerSurvey(score):
            return str(score)


def _timer(effect: e.StartTimer | e.PauseTimer | e.CancelTimer, zone: ZoneInfo) -> str:
    if isinstance(effect, e.StartTimer):
        return f"{effect.name}: {when(effect.due_at, zone)}"
    return effect.name


def _other(effect: e.Effect) -> str:
    match effect:
        case e.SetPriority(priority):
            return priority.value
        case e.Assign(assignee):
            return assignee or ""
        case e.SetRequester(address) | e.AddParticipant(address) | e.RemoveParticipant(address):
            return address
        case e.AddLink(kind, to):
            return f"{kind} {to}"
        case e.Note(_, text):
            return text
    return ""


def _money(value: Decimal | None, currency: str | None) -> str:
    return " ".join(filter(None, (amount(value), currency)))


def _said(value: object) -> str:
    """What has been taken away is shown as `-`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value in (None, "") else str(value)
