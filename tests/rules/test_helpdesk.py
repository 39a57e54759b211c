"""The helpdesk's own rules, as its team wrote them down."""

from __future__ import annotations

from itertools import product

import pytest

from gateway.simulation.facts_file import Step
from rules.checks.aliases import LANGUAGES
from rules.expressions import compile_expression
from rules.flow import sources
from rules.process import Process, Value
from tests.rules.processes import shipped
from tests.rules.rows import table


@pytest.fixture
def helpdesk() -> Process:
    return shipped("helpdesk")


def judged(helpdesk: Process, state: str, reach: str) -> object:
    """The priority that `#impact STATE REACH` comes to."""
    setting = helpdesk.commands["impact"].steps[1].set
    assert setting is not None
    value = setting["priority"]
    assert isinstance(value, Value)
    facts = {"state": state, "reach": reach}
    for case in value.first:
        if case.when is None or compile_expression(case.when).holds(facts):
            return case.value
    return None


def test_how_urgent_a_ticket_is(helpdesk: Process) -> None:
    """Whether people can work, and how many cannot or are hindered."""
    table = {
        (state, reach): judged(helpdesk, state, reach)
        for state, reach in product(("blocked", "working"), ("all", "some", "one"))
    }
    assert table == {
        ("blocked", "all"): "urgent",
        ("blocked", "some"): "high",
        ("blocked", "one"): "normal",
        ("working", "all"): "high",
        ("working", "some"): "normal",
        ("working", "one"): "low",
    }


def test_an_engineers_priority_wins(helpdesk: Process) -> None:
    """Once judged, what the customer taps changes the priority no more."""
    guard = helpdesk.commands["impact"].steps[1].when
    assert guard is not None
    assert compile_expression(guard).holds({})
    assert not compile_expression(guard).holds({"judged": True})
    setting = helpdesk.commands["priority"].steps[0].set
    assert setting is not None
    assert setting["judged"] is True and setting["pressing"] is False


def test_an_urgent_call_is_top_until_judged(helpdesk: Process) -> None:
    """Engineers are told at once, and somebody calls back."""
    urgent = helpdesk.commands["urgent"]
    assert [step.act[0] for step in urgent.steps] == ["set", "task", "tell"]
    assert urgent.steps[2].tell == ("engineer",)
    top = helpdesk.queue.top
    assert top is not None
    assert compile_expression(top).holds({"pressing": True})
    assert not compile_expression(top).holds({"pressing": False})
    assert not compile_expression(top).holds({})


def test_the_acknowledgement_asks_both_questions(helpdesk: Process) -> None:
    """All six answers are one tap away."""
    asked = {offer.does for ask in helpdesk.mails.asks for offer in ask.offers}
    both = product(("blocked", "working"), ("all", "some", "one"))
    assert asked == {f"impact {state} {reach}" for state, reach in both}


@pytest.mark.parametrize(
    ("command", "before", "after"),
    [
        ("take", "new open waiting onsite", "open"),
        ("ask", "new open waiting", "waiting"),
        ("onsite", "new open waiting", "onsite"),
        ("resolved", "new open waiting onsite", "closed"),
        ("cancel", "new open waiting onsite", "closed"),
        ("close", "new open waiting onsite", "closed"),
        ("reopen", "closed", "open"),
        ("impact", "new open waiting onsite", None),
        ("urgent", "new open waiting onsite", None),
    ],
)
def test_moves(helpdesk: Process, command: str, before: str, after: str | None) -> None:
    """From where to where each command leads."""
    spec = helpdesk.commands[command]
    assert (" ".join(sources(helpdesk, spec)), spec.to) == (before, after)


@pytest.mark.parametrize("command", ["impact", "urgent", "callback", "approve", "decline", "rate"])
def test_customers_have_their_words(helpdesk: Process, command: str) -> None:
    """In each of the five languages, whatever the desk speaks."""
    assert all(helpdesk.commands[command].alias.get(language) for language in LANGUAGES[1:])


def test_a_visit_is_free_with_some_contracts(helpdesk: Process) -> None:
    """Wise and Magic cover work on site; without them it is billed at the rate of visits."""
    onsite = helpdesk.statuses["onsite"]
    assert (onsite.covered_by, onsite.rate) == (("Wise", "Magic"), "onsite")
    assert helpdesk.commands["onsite"].steps[-1].invite == onsite.planned_in == "visit_at"
    assert helpdesk.statuses["closed"].bill == "time"
    assert helpdesk.commands["cancel"].bill == "nothing"


def test_closing_asks_for_a_score(helpdesk: Process) -> None:
    """One mail says it is solved and asks how satisfied the customer is."""
    mail, survey = helpdesk.commands["resolved"].steps
    assert mail.mail is not None and survey.survey == "send"
    assert sorted(offer.does for offer in mail.mail.offers) == [f"rate {n}" for n in range(1, 6)]


def survey_after(*steps: tuple[str, str]) -> tuple[object, object]:
    """Score and words that the closed ticket of the table has in the end; actor "" is time."""
    here = table("helpdesk")
    stage = here.stages["closed"].fork()
    for actor, says in steps:
        given = {"from": here.actors[actor], "text": says} if actor else {"after": says}
        for played in stage.step(0, Step.model_validate(given)):
            assert not played.decision.refusals
    assert stage.ticket is not None and stage.ticket.survey is not None
    return stage.ticket.survey.score, stage.ticket.survey.comment


def test_a_late_answer_to_the_survey_is_kept() -> None:
    """However late it comes, with its words; who changes their mind is asked no more than once."""
    assert survey_after(("", "200 days"), ("customer", "#score 2 Te laat.")) == (2, "Te laat.")
    assert survey_after(("customer", "#score 2"), ("customer", "#rate 5"))[0] == 5


def test_each_closing_asks_once() -> None:
    """A ticket that was opened and solved again is asked about anew."""
    again = [("customer", "#score 2"), ("customer", "Weer stuk."), ("marie", "#opgelost")]
    assert survey_after(*again) == (None, None)
    assert survey_after(*again, ("customer", "#score 4"))[0] == 4
