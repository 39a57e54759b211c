"""`audit`: what is not accounted for is named, and the exit code says so."""

from __future__ import annotations

import json

from tests.gateway.cli.conftest import Shell


def test_faults_are_named(filled: Shell) -> None:
    """A ticket that is not what its journal tells: a line with what is wrong and what to do."""
    code, out, _ = filled("audit")
    assert code == 1
    assert "#1: its journal tells another ticket: status" in out
    assert "not accounted for; looked at 4 mails that arrived" in out


def test_for_programs(filled: Shell) -> None:
    """The documented keys, and the numbers of `status` beside them."""
    code, out, _ = filled("audit", "--json")
    found = json.loads(out)
    assert code == 1
    assert list(found) == ["faults", "looked_at", "status"]
    assert {fault["fault"] for fault in found["faults"]} >= {"ticket_differs"}
    assert list(found["faults"][0]) == ["fault", "id", "at", "message_id", "from", "text", "mend"]
    assert found["status"]["received"] == 4


def test_against_what_a_sender_believes(filled: Shell) -> None:
    """Lines with or without brackets; what never arrived is named."""
    file = filled.home / "believed.txt"
    file.write_text("<1@acme.example>\n\nto=<lost@acme.example>, sent\nbare@acme.example\n")
    _, out, _ = filled("audit", "--against", str(file), "--json")
    lost = {f["id"] for f in json.loads(out)["faults"] if f["fault"] == "never_arrived"}
    assert lost == {"<lost@acme.example>", "<bare@acme.example>"}
