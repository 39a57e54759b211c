"""A process as a graph."""

from __future__ import annotations

from rules.flow import Transition, following, sources, transitions
from tests.rules.processes import shipped


def test_what_leads_on_from_where() -> None:
    """Commands, replies and reopening of the helpdesk."""
    process = shipped("helpdesk")
    ways = list(transitions(process))
    assert Transition("command", "onsite", "new", "onsite") in ways
    assert Transition("reply", "customer", "waiting", "open") in ways
    assert Transition("reopening", "customer", "closed", "open") in ways
    assert not [t for t in ways if t.name == "onsite" and t.before == "onsite"]
    assert following(process)["closed"] == {"open"}


def test_statuses_of_a_command() -> None:
    """The words for several statuses mean what they say; without any it is every open one."""
    process = shipped("helpdesk")
    assert sources(process, process.commands["take"]) == process.open_statuses()
    assert sources(process, process.commands["reopen"]) == ("closed",)
    assert sources(process, process.commands["help"]) == tuple(process.statuses)
    assert sources(process, process.commands["ask"]) == ("new", "open", "waiting")
