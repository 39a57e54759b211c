"""What the shipped processes take silence for, and what is decided on in them."""

from __future__ import annotations

import pytest

from rules.flow import transitions
from tests.rules.processes import shipped

SILENT = {
    # process: (timer, its mail, who decides by which command)
    "servicesheet": ("approval", "service_sheet", "approve"),
    "consulting": ("close", "answered", "confirm"),
}


@pytest.mark.parametrize("name", SILENT)
def test_silence_counts_from_the_mail_that_is_decided_on(name: str) -> None:
    """Nobody consents by silence to what they have not received."""
    process = shipped(name)
    timer, template, command = SILENT[name]
    spec = process.timers[timer]
    assert (spec.silence, spec.counts_from, spec.of) == (True, ("delivery",), template)
    assert process.commands[command].binds == template
    assert process.commands[command].act_class == 5


def test_a_step_that_moves_is_a_way() -> None:
    """What was on hold goes back to where it came from."""
    found = {(t.before, t.after) for t in transitions(shipped("consulting")) if t.name == "start"}
    assert {
        ("taken", "in_progress"),
        ("on_hold", "in_progress"),
        ("on_hold", "realisation"),
    } <= found


@pytest.mark.parametrize("command", ["approve", "decline", "confirm", "returned"])
@pytest.mark.parametrize("name", SILENT)
def test_what_binds_is_of_class_5(name: str, command: str) -> None:
    spec = shipped(name).commands.get(command)
    assert spec is None or spec.act_class == 5
