"""What begins to hold is said once, in the decision that brings it about."""

from __future__ import annotations

from dataclasses import replace

from rules.decide.hints import begun
from rules.model import Priority
from rules.process import Hint
from tests.rules.decide import promises


def test_said_when_it_begins_to_hold_and_not_again() -> None:
    """Of what held before nothing is said, nor of what holds no more."""
    normal = promises.ticket()
    urgent = replace(normal, priority=Priority.URGENT)
    facts = promises.facts(normal, "2026-11-23 10:00")
    hint = Hint(when="priority == 'urgent'", says="Call them.")
    facts = replace(facts, process=facts.process.model_copy(update={"hints": (hint,)}))
    assert begun(facts, normal, facts, urgent) == [{"what": "hint", "text": "Call them."}]
    assert begun(facts, urgent, facts, urgent) == []
    assert begun(facts, urgent, facts, normal) == []
