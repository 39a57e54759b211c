"""A process played without mail, from a file of facts."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.simulation.facts_file import FactsFile, FactsRead, read_facts
from gateway.simulation.play import Played, play
from gateway.views.decisions import mails, sentences
from rules.faults import Fault
from rules.loading import COMMON_FILE, SHIPPED, load_processes
from rules.process import Process

EXAMPLES = Path(__file__).parents[3] / "docs" / "simulation"
PROCESSES, _ = load_processes()
NAMES = sorted(p.stem for p in SHIPPED.glob("*.yaml") if p.name != COMMON_FILE)


def facts_of(text: str, process: Process) -> FactsFile:
    read = read_facts(text, "facts.yaml", process, PROCESSES)
    assert isinstance(read, FactsRead), read
    return read.facts


def faults_of(text: str, process: Process) -> list[Fault]:
    read = read_facts(text, "facts.yaml", process, PROCESSES)
    assert isinstance(read, tuple)
    return list(read)


def played(text: str, name: str = "helpdesk") -> list[Played]:
    process = PROCESSES[name]
    return list(play(facts_of(text, process), process, PROCESSES))


@pytest.mark.parametrize("name", NAMES)
def test_every_process_has_an_example_that_moves(name: str) -> None:
    """The files of docs/simulation play as they stand, and the ticket goes somewhere."""
    steps = played((EXAMPLES / f"{name}.yaml").read_text("utf-8"), name)
    last = steps[-1].after
    assert last is not None
    assert last.status != steps[0].before
    assert not any(r["why"] == "unknown" for step in steps for r in step.decision.refusals)


def test_a_conversation_goes_on_from_where_it_stands() -> None:
    """Mails, who they go to, the status after each step, and silence that ends it."""
    steps = played((EXAMPLES / "servicesheet.yaml").read_text("utf-8"), "servicesheet")
    sheet = next(m for s in steps for m in mails(s.decided) if m["template"] == "service_sheet")
    assert sheet["to"] == ["customer@customer.example"]
    silence = steps[-1]
    assert silence.event == {"kind": "timer", "name": "approval"}
    assert (silence.before, silence.after and silence.after.status) == ("awaiting_approval", "done")


def test_who_may_not_is_refused() -> None:
    """A customer has no command of staff: the reason says so, and nothing moves."""
    text = 'ticket: {status: open}\nconversation: [{from: customer, text: "#resolved"}]'
    (step,) = played(text)
    assert "refuse #resolved: not_yours" in sentences(step.decided)
    assert step.after is not None
    assert step.after.status == "open"


def test_what_is_not_proven_waits_for_a_yes() -> None:
    """Held, asked back, confirmed, and then done; the steps stand in that order."""
    text = """
ticket: {status: new}
conversation:
  - {from: engineer, text: "#take", proof: none}
  - {from: engineer, text: "#yes"}
"""
    held, yes, done = played(text)
    assert yes.decision.reason == "confirmed"
    assert held.after is not None
    assert held.after.assignee is None
    assert any(s.startswith("hold until engineer@desk.example") for s in sentences(held.decided))
    assert done.after is not None
    assert done.after.assignee == "engineer@desk.example"


def test_operators_and_timers_act_at_once() -> None:
    """A step may be an operator's command or a timer before its time."""
    text = """
ticket: {status: in_progress, type: incident}
conversation:
  - {from: level2, text: "#answered\\nPlease try again."}
  - {timer: close}
  - {operator: level2, text: "#note later"}
"""
    answered, closed, noted = played(text, "consulting")
    assert answered.after is not None
    assert answered.after.status == "answered"
    assert closed.after is not None
    assert closed.after.status == "closed"
    assert noted.event["by"] == "level2@desk.example"


def test_every_fault_at_once_with_line_and_mend() -> None:
    """What is no key, no status, no person, no moment, no span; nothing is played."""
    text = """at: tomorrow
desc: {}
ticket: {status: opened, fields: {colour: red}}
conversation:
  - {from: engineer, after: soon}
  - {from: enginer, text: hello}
  - {timer: never}
  - {from: customer, operator: engineer, text: hello}
  - {operator: engineer}
"""
    faults = faults_of(text, PROCESSES["helpdesk"])
    assert [fault.line for fault in faults] == [1, 2, 3, 3, 5, 6, 7, 8, 9], faults
    said = "\n".join(map(str, faults))
    assert "facts.yaml:2:1: unknown key desc. Did you mean desk?" in said
    assert "there is no status" in said and "did you mean open" in said.lower()
    assert "did you mean engineer" in said.lower()
    assert all(fault.mend for fault in faults), said


@pytest.mark.parametrize("text", ["", "conversation: []", "conversation: {", "- 1"])
def test_a_file_without_conversation_says_so(text: str) -> None:
    """Empty, broken, or something else: one clear fault and no error of ours."""
    assert faults_of(text, PROCESSES["helpdesk"])
