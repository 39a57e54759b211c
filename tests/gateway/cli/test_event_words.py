"""What the events of `show` are about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from gateway.cli.event_words import about
from rules import effects as e
from rules.model import Billing, Priority, Task, TimeEntry

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
TASKS = (Task(1, "Call back"), Task(2, "Replace the toner"))

WORKED = TimeEntry(45, "marie@accel.example", date(2026, 11, 21), True, "Toner")
RAISED = Billing("quote", Decimal(450), "EUR", "raised", "2026-17")


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        (e.SetField("visit_at", "2026-12-01"), "visit_at: 2026-12-01"),
        (e.SetField("onsite", False), "onsite: no"),
        (e.SetField("visit_at", None), "visit_at: -"),
        (e.SetValue("type", "incident"), "type: incident"),
        (e.SetPriority(Priority.HIGH), "high"),
        (e.Assign("marie@accel.example"), "marie@accel.example"),
        (e.Assign(None), ""),
        (e.AddParticipant("ella@acme.example"), "ella@acme.example"),
        (e.AddTask("Call back", role="engineer"), "Call back"),
        (e.CompleteTask(2), "2 Replace the toner"),
        (e.CompleteTask(9), "9"),
        (e.AssignTask(1, "marie@accel.example"), "1 Call back: marie@accel.example"),
        (e.AssignTask(1, None, "engineer"), "1 Call back: engineer"),
        (e.AddTime(WORKED), "45 min, billable"),
        (e.SendQuote(Decimal(450), "EUR", "Toner", "marie@accel.example", NOW), "450.00 EUR"),
        (e.SettleQuote(1, "approved"), "quote 1"),
        (e.SetBilling(RAISED), "quote 450.00 EUR raised 2026-17"),
        (e.SetBilling(Billing("time", None, None, "requested")), "time requested"),
        (e.AnswerSurvey(4, "Fine"), "4"),
        (e.AddLink("bug", "#12"), "bug #12"),
        (e.StartTimer("close", NOW), "close: 2026-11-21 11:00"),
        (e.CancelTimer("close"), "close"),
        (e.Note("merged", "12"), "12"),
        (e.MoveTo("open", False, NOW, "1"), ""),
        (e.SendSurvey(NOW), ""),
    ],
)
def test_an_event_says_what_it_is_about(effect: e.Effect, words: str) -> None:
    """In a few words; nothing where the verb and the statuses say it."""
    assert about(effect, TASKS, ZoneInfo("Europe/Brussels")) == words
