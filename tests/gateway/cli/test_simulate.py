"""`rules simulate`, from the outside."""

from __future__ import annotations

import json
from pathlib import Path

from rules.loading import SHIPPED
from tests.gateway.cli.conftest import Shell

EXAMPLES = Path(__file__).parents[3] / "docs" / "simulation"


def test_the_verb_needs_no_installation(shell: Shell) -> None:
    """JSON facts, shipped process, no home; documented keys."""
    file = shell.home.parent / "facts.json"
    file.write_text(
        '{"conversation": [{"from": "customer", "subject": "Hi", "text": "It is broken"}]}'
    )
    code, out, error = shell("rules", "simulate", "helpdesk", str(file), "--json")
    assert (code, error) == (0, "")
    (step,) = json.loads(out)["steps"]
    assert (step["line"], step["from"], step["to"], step["reason"]) == (1, None, "new", "opened")
    assert step["event"]["kind"] == "mail"
    assert {"template": "notice", "to": ["engineer@desk.example"]} in step["mails"]
    assert set(step) == {
        *("line", "at", "event", "reason", "from", "to"),
        *("effects", "refusals", "mails", "timers"),
    }
    code, out, _ = shell("rules", "simulate", "helpdesk", str(file))
    assert "status: no ticket -> new" in out


def test_the_verb_takes_a_file_of_a_process(shell: Shell) -> None:
    """A draft is played before any installation has it; its faults are said instead."""
    draft = shell.home.parent / "draft.yaml"
    text = (SHIPPED / "development.yaml").read_text("utf-8")
    draft.write_text(text.replace("process: development", "process: draft"))
    facts = str(EXAMPLES / "development.yaml")
    code, out, error = shell("rules", "simulate", str(draft), facts)
    assert (code, error) == (0, "")
    assert "in_progress -> done" in out
    draft.write_text(text)
    code, out, error = shell("rules", "simulate", str(draft), facts)
    assert (code, out) == (1, "")
    assert "draft.yaml:" in error


def test_the_verb_says_what_is_wrong(shell: Shell) -> None:
    """Wrong facts, no such file, no such process: a line each, exit 1."""
    file = shell.home.parent / "facts.yaml"
    file.write_text("conversation: [{from: nobody}]\nmore: 1")
    code, _, error = shell("rules", "simulate", "helpdesk", str(file))
    assert code == 1
    assert len(error.splitlines()) == 2
    assert shell("rules", "simulate", "helpdesk", "none.yaml")[0] == 1
    assert "did you mean helpdesk?" in shell("rules", "simulate", "helpdesc", str(file))[2]
