"""The guide to process files: what it shows is what loads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.simulation.facts_file import FactsRead, read_facts
from gateway.simulation.play import play
from rules.loading import COMMON_FILE, SHIPPED, Common, load, load_common
from rules.process import Process

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "processes.md"
EXAMPLES = re.findall(r"```yaml\n(process: (\w+)\n.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize(("text", "name"), EXAMPLES, ids=[name for _, name in EXAMPLES])
def test_examples_load_without_fault(text: str, name: str) -> None:
    """Whoever copies a process out of the guide can run it."""
    assert loaded(text, name).process == name


def loaded(text: str, name: str) -> Process:
    common = load_common((SHIPPED / COMMON_FILE).read_text("utf-8"), COMMON_FILE)
    assert isinstance(common, Common)
    process = load(text, f"{name}.yaml", common=common)
    assert isinstance(process, Process), process
    return process


def test_there_are_examples() -> None:
    """The pattern above finds what it looks for."""
    assert EXAMPLES


def test_the_sixth_process_is_played() -> None:
    """The scenario of the process that the guide writes has the file of the guide."""
    scenario = ROOT / "tests" / "scenarios" / "leave" / "from-asking-to-the-answer"
    text = (scenario / "rules" / "leave.yaml").read_text("utf-8")
    assert {name: text for text, name in EXAMPLES}["leave"] == text


def test_its_conversation_is_simulated() -> None:
    """The FACTS of the guide play as it says: refused, reminded, refused, granted."""
    (facts,) = re.findall(r"```yaml\n(conversation:.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    (process,) = (loaded(text, name) for text, name in EXAMPLES if name == "leave")
    read = read_facts(facts, "facts.yaml", process, {"leave": process})
    assert isinstance(read, FactsRead), read
    played = list(play(read.facts, process, {}))
    whys = [[r["why"] for r in step.decision.refusals] for step in played]
    assert whys == [[], ["not_yours"], [], ["missing_argument"], []]
    assert [step.event["kind"] for step in played] == ["mail", "mail", "timer", "mail", "mail"]
    assert played[-1].after is not None
    assert played[-1].after.status == "granted"
