"""No Python code names what only the process files may: another process needs no code."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from rules.loading import SHIPPED
from rules.process import Process
from tests.rules.processes import common, shipped

ROOT = Path(__file__).parents[2]
NAMES = sorted(p.stem for p in SHIPPED.glob("*.yaml") if p.name != "common.yaml")

THE_ENGINES_TOO: Mapping[str, str] = {
    "accept": "the log of gateway/accept.py",
    "am": "half of the clock",
    "answered": "of surveys; what rules may ask of a conversation",
    "approved": "status of a quote (contract)",
    "assigned": "verb of the journal; what was done",
    "bug": "kind of link (contract)",
    "cancelled": "state of a confirmation",
    "client": "shape of the picture",
    "closed": "of any ticket; `report`",
    "confirm": "an act of the engine; what the installation does with the unverified",
    "development": "key of a desk (contract)",
    "done": "status of a task (contract)",
    "engineer": "who comes, in the data of an invitation",
    "first_response": "a number of every report",
    "idea": "kind of link (contract)",
    "invoice": "key of billing (contract)",
    "new": "how a mail was matched; a folder of a Maildir",
    "open": "status of a task (contract); a step",
    "pm": "half of the clock",
    "resolved": "verb of the journal",
    "start": "a step; a key of every file",
    "urgent": "a priority (contract)",
    "waiting": "state of what waits",
}
"""Words of a shipped file that mean something else in the code, and what."""


def words(process: Process) -> set[str]:
    """What this file alone brings: its name, statuses, roles, types, timers and own commands."""
    own = {name for name in process.commands if name not in common().commands}
    parts = (process.statuses, process.roles, process.types, process.timers, own)
    return {process.process, *(word for part in parts for word in part)}


def literals(source: str) -> Iterator[tuple[int, str]]:
    """Every text of the code with its line; docstrings are none."""
    tree = ast.parse(source)
    said = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.lineno, node.value


def named(source: str, known: set[str]) -> list[tuple[int, str]]:
    """The texts that are one of the words, or a command line that begins with one."""
    found = []
    for line, text in literals(source):
        word = text.split()[0] if text.startswith("#") and text.split() else text
        if word.removeprefix("#") in known:
            found.append((line, word.removeprefix("#")))
    return found


KNOWN = {word for name in NAMES for word in words(shipped(name))}


@pytest.mark.parametrize("folder", ["gateway", "rules", "store"])
def test_no_code_names_a_process(folder: str) -> None:
    """Neither a process nor its statuses, roles, types, timers or own commands."""
    found = [
        f"{path.relative_to(ROOT)}:{line}: {word}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line, word in named(path.read_text("utf-8"), KNOWN - THE_ENGINES_TOO.keys())
    ]
    assert not found, "\n".join(found)


def test_every_exception_is_needed() -> None:
    """A word that no shipped file has, or no code says, is no exception any more."""
    said = {
        text.removeprefix("#")
        for folder in ("gateway", "rules", "store")
        for path in (ROOT / folder).rglob("*.py")
        for _, text in literals(path.read_text("utf-8"))
    }
    assert THE_ENGINES_TOO.keys() <= KNOWN
    assert THE_ENGINES_TOO.keys() <= said


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('x = "helpdesk"', ["helpdesk"]),
        ('if status == "awaiting_approval":\n    pass', ["awaiting_approval"]),
        ('run("#forapproval now")', ["forapproval"]),
        ('"""helpdesk"""', []),
        ("helpdesk = 1  # helpdesk", []),
        ('x = "the helpdesk"', []),
    ],
)
def test_it_can_fail(source: str, found: list[str]) -> None:
    """What it looks for is found where it stands, and only there."""
    assert [word for _, word in named(source, KNOWN)] == found


def test_the_words_are_those_of_the_files() -> None:
    """The lists that it is made of are not empty."""
    assert {"helpdesk", "servicesheet", "onsite", "forapproval", "consultant", "approval"} <= KNOWN
