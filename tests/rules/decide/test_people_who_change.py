"""Roles are asked of people.yaml as it is now: who has left is not written to, who came is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.simulation.facts_file import FactsFile, Step
from gateway.simulation.play import Played, Stage
from rules.effects import QueueMail
from rules.model import Person
from tests.rules.processes import shipped

PM, OLD, NEW = "pm@desk.example", "am@desk.example", "new@desk.example"
ACCOUNTS, CUSTOMER = "accounts@desk.example", "customer@customer.example"


@pytest.fixture
def stage() -> Stage:
    """A ticket of an agency, whose quote is with the customer."""
    step = {"from": "customer", "text": "A new page, please."}
    facts = FactsFile.model_validate({"desk": {"finance": []}, "conversation": [step]})
    stage = Stage(facts, shipped("agency"), {"agency": shipped("agency")})
    said(stage, CUSTOMER, "A new page, please.")
    said(stage, PM, "#accept")
    said(stage, PM, "#needquote 90")
    said(stage, PM, "#quote 90 A new page")
    return stage


def said(stage: Stage, who: str, text: str) -> Played:
    (played,) = stage.step(0, Step.model_validate({"from": who, "text": text}))
    return played


def told(played: Played, headline: str) -> set[str]:
    """Who gets a notice with this headline."""
    mails = [e for e in played.decision.effects if isinstance(e, QueueMail)]
    return {to for m in mails if m.data.get("headline") == headline for to in m.to}


def change(stage: Stage, *gone: str, manager: str = OLD) -> None:
    """People leave, and the organisation gets another account manager."""
    people = stage.world.people
    persons = {a: p for a, p in people.persons.items() if a not in gone}
    if manager != OLD and OLD in persons:
        persons[OLD] = replace(persons[OLD], roles=frozenset())
    persons[NEW] = Person(NEW, "New", staff=True)
    organisations = {
        name: replace(organisation, account_manager=manager)
        for name, organisation in people.organisations.items()
    }
    stage.world = replace(
        stage.world, people=replace(people, persons=persons, organisations=organisations)
    )


def test_the_account_manager_of_now_is_told(stage: Stage) -> None:
    """The next mail goes to the new one alone, and the commands are theirs."""
    change(stage, manager=NEW)
    assert told(said(stage, CUSTOMER, "#approve"), "customer_decided") == {PM, NEW}
    refused = said(stage, OLD, "#invoice").decision.refusals
    assert [refusal["why"] for refusal in refused] == ["not_yours"]
    assert said(stage, NEW, "#contract").decision.refusals == ()


def test_who_has_left_is_written_to_no_more(stage: Stage) -> None:
    """A ticket of theirs is told to who hears of its status."""
    said(stage, OLD, "#take")
    assert told(said(stage, CUSTOMER, "Any news?"), "customer_wrote") == {OLD}
    change(stage, OLD, manager=NEW)
    assert told(said(stage, CUSTOMER, "Any news at all?"), "customer_wrote") == {PM, NEW}


def test_a_role_that_nobody_holds(stage: Stage) -> None:
    """Who looks after the ticket is told that there is nobody for the task, or for the invoice."""
    change(stage, ACCOUNTS)
    said(stage, CUSTOMER, "#approve")
    asked = said(stage, PM, "#invoice")
    assert told(asked, "nobody") == {OLD}
    lines = [(line["what"], line.get("role")) for line in asked.decision.lines]
    assert {("nobody", "Accounts"), ("nobody", "finance")} <= set(lines)
    tasks = asked.after.tasks if asked.after else ()
    raising = [(t.role, t.assignee) for t in tasks if t.key == "raise"]
    assert raising == [("accounts", None)]
