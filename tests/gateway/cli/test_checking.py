"""`check` and `rules`: whether a home can serve, and what its processes are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.configuration.starting import Kind, write_home
from rules.jsonschema import schema_text
from tests.gateway.cli.conftest import Shell


@pytest.mark.parametrize("kind", ["init", "run"])
def test_a_new_home_is_ready(kind: Kind, shell: Shell) -> None:
    """What `init` and the first `make run` write has neither fault nor warning."""
    write_home(shell.home, kind)
    code, out, error = shell("check")
    assert (code, error) == (0, "")
    assert out.startswith(f"{shell.home} is ready to serve: 1 desks, ")
    assert out.count("\n") == 1


def test_every_fault_with_its_place(shell: Shell) -> None:
    """Of all files at once, each on a line; exit code 1; `--json` has the same."""
    write_home(shell.home, "run")
    put(shell.home / "gateway.toml", 'unverified = "allow"', 'unverified = "alow"')
    put(shell.home / "people.yaml", "roles: [engineer]", "roles: [enginer]")
    own = shell.home / "rules" / "processes" / "mine.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("process: mine\nstatuses:\n  new: {lable: New}\n")
    (shell.home / "templates").mkdir()
    (shell.home / "templates" / "reply.j2").write_text("{% if %}\n")
    code, out, error = shell("check")
    assert (code, error) == (1, "")
    places = [line.removeprefix(f"{shell.home}/").split(": ")[0] for line in out.splitlines()]
    assert "gateway.toml:19:1" in places
    assert "people.yaml:4:63" in places
    assert any(place.startswith("rules/processes/mine.yaml:3:") for place in places)
    assert any(place.startswith("templates/reply.j2:1") for place in places)
    code, out, _ = shell("check", "--json")
    assert code == 1
    faults = json.loads(out)["faults"]
    assert len(faults) == len(places)
    assert set(faults[0]) == {"file", "line", "column", "message", "mend"}


def test_a_broken_process_is_no_unknown_one(shell: Shell) -> None:
    """The desk that runs it is not blamed for it, nor are the people who hold its roles."""
    write_home(shell.home, "run")
    (shell.home / "rules").mkdir()
    (shell.home / "rules" / "helpdesk.yaml").write_text(
        "process: helpdesk\nroles: {engineer: {label: E}}\n"
    )
    code, out, _ = shell("check")
    assert code == 1
    assert all("/rules/helpdesk.yaml" in line for line in out.splitlines()), out


def test_a_warning_keeps_nobody_from_serving(shell: Shell) -> None:
    """It is told beside the summary; `--json` has it apart from the faults."""
    write_home(shell.home, "run")
    put(shell.home / "people.yaml", "roles: [engineer]", "roles: []")
    code, out, _ = shell("check")
    assert code == 0
    assert f"warning: {shell.home}/gateway.toml:24:1: at helpdesk@accel.example nobody" in out
    checked = json.loads(shell("check", "--json")[1])
    assert (len(checked["faults"]), len(checked["warnings"])) == (0, 1)


def put(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


def test_rules_list(shell: Shell) -> None:
    """Also without an installation; with one, the desks that run each."""
    code, out, _ = shell("rules", "list", "--json")
    assert code == 0
    found = {line["name"]: line for line in map(json.loads, out.splitlines())}
    assert found["helpdesk"]["desks"] == []
    write_home(shell.home, "run")
    code, out, _ = shell("rules", "list", "--json")
    found = {line["name"]: line for line in map(json.loads, out.splitlines())}
    assert found["helpdesk"]["desks"] == ["helpdesk@accel.example"]
    assert found["helpdesk"]["statuses"][0] == "new"
    assert "helpdesk" in shell("rules", "list")[1]


def test_rules_diagram(shell: Shell) -> None:
    """As Mermaid or SVG, bare or in JSON."""
    code, mermaid, _ = shell("rules", "diagram", "helpdesk")
    assert code == 0
    assert "stateDiagram-v2" in mermaid
    code, out, _ = shell("rules", "diagram", "helpdesk", "--svg", "--json")
    assert code == 0
    picture = json.loads(out)
    assert (picture["process"], picture["format"]) == ("helpdesk", "svg")
    assert picture["picture"].startswith("<svg ")
    code, _, error = shell("rules", "diagram", "helpdesc")
    assert code == 1
    assert error == "deskpost: there is no process helpdesc: did you mean helpdesk?\n"


def test_rules_schema(shell: Shell) -> None:
    """What editors complete process files with."""
    assert shell("rules", "schema") == (0, schema_text(), "")
