"""The schema that editors complete process files from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rules.jsonschema import known_keys, process_schema, schema_text

COMMITTED = Path(__file__).parents[2] / "docs" / "process.schema.json"


def test_the_committed_schema_is_current() -> None:
    """Written anew by `python tools/process_schema.py`."""
    assert COMMITTED.read_text("utf-8") == schema_text()


def test_keys_are_those_of_the_file_and_explained() -> None:
    """`from` and `do`, not the names that Python needs; descriptions are the docstrings."""
    command = process_schema()["$defs"]["Command"]["properties"]
    assert {"from", "do", "class", "help"} <= command.keys()
    assert "steps" not in command and "from_" not in command
    assert command["binds"]["description"].startswith("What a token must name")
    assert "version" not in process_schema()["properties"]
    json.loads(schema_text())


@pytest.mark.parametrize(
    ("path", "some"),
    [
        ((), {"process", "statuses"}),
        (("statuses", "new"), {"label", "closed"}),
        (("commands", "x", "needs", "y"), {"type", "choices"}),
        (("commands", "x", "do", 0, "set", "f"), {"argument", "first"}),
        (("commands", "x", "do", 3, "mail"), {"template", "to"}),
        (("timers", "x", "after"), {"urgent", "low"}),
    ],
)
def test_known_keys(path: tuple[str | int, ...], some: set[str]) -> None:
    """The keys that may stand at a place of a process file."""
    known = known_keys(path, {})
    assert known is not None and some <= known


@pytest.mark.parametrize("path", [("statuses",), ("commands",), ("title",), ("nowhere",)])
def test_any_keys(path: tuple[str | int, ...]) -> None:
    """Names of the file's own, languages, and what has no schema."""
    assert known_keys(path, {}) is None
