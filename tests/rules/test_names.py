"""What expressions may name is what the engine knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from rules.decide.facts import Actor, Facts, OperatorCommand
from rules.decide.knowledge import known
from rules.model import Desk, People, Person, Ticket
from rules.names import facts_of, names_of
from tests.rules.processes import shipped

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
BY_KIND = {"links"}
"""Records whose fields a ticket has only where there is such a thing."""


def test_the_engine_knows_every_fact_that_may_be_named() -> None:
    """Name for name, and field for field."""
    process = shipped("helpdesk")
    desk = Desk("help@desk.example", "Desk", "helpdesk")
    ticket = Ticket(1, desk.address, "helpdesk", "v", "Printer", "new", "jan@acme.example", NOW)
    event, actor = OperatorCommand("#status"), Actor(Person("ops@desk.example"))
    facts = Facts(event, actor, desk, process, People(), NOW, ticket=ticket)
    given, named = known(facts, ticket, {}), facts_of(process)
    assert given.keys() == named.keys()
    for name, fields in named.items():
        if isinstance(fields, Mapping) and name not in BY_KIND:
            value = given[name]
            assert isinstance(value, Mapping) and value.keys() == fields.keys()


def test_fields_and_arguments_have_their_words() -> None:
    """A choice can be compared with its values alone."""
    process = shipped("helpdesk")
    names = names_of(process, process.commands["impact"].needs)
    assert names["work"] == names["state"] == frozenset({"blocked", "working"})
    assert names["reach"] == frozenset({"all", "some", "one"})
    assert names["visit_at"] is None
    priority = names_of(process, process.commands["priority"].needs)["value"]
    assert priority == frozenset({"low", "normal", "high", "urgent"})
