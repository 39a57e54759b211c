"""What import-linter cannot see: who reads the clock, and that nobody imports the entry point."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(
    path for package in ("gateway", "store", "rules") for path in (ROOT / package).rglob("*.py")
)
MAY_READ_THE_CLOCK = ("gateway/workers", "gateway/app", "gateway/cli")
CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "localtime"),
    ("time", "gmtime"),
}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_only_the_top_reads_the_clock(path: Path) -> None:
    """Everything below the workers is handed `now`, so that every day can be played in a test."""
    where = path.relative_to(ROOT).as_posix()
    if where.startswith(MAY_READ_THE_CLOCK):
        return
    assert list(clocks(ast.parse(path.read_text()))) == []


def test_nobody_imports_the_entry_point() -> None:
    """run_gateway.py stands on top of everything."""
    guilty = [path for path in SOURCES if "run_gateway" in imports(ast.parse(path.read_text()))]
    assert guilty == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import datetime\ndatetime.datetime.now(datetime.UTC)", ["2: datetime.now"]),
        ("from datetime import datetime\nclock = datetime.now", ["2: datetime.now"]),
        ("from time import time\n", ["1: time.time"]),
        ("import time\ntime.monotonic(); deadline.time()", []),
    ],
)
def test_the_check_sees_a_clock(source: str, found: list[str]) -> None:
    """It finds calls, references and imported names, and no others."""
    assert list(clocks(ast.parse(source))) == found


def clocks(tree: ast.AST) -> Iterator[str]:
    """Line and name of every use of a wall clock."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (last_name(node.value), node.attr) in CLOCKS:
            yield f"{node.lineno}: {last_name(node.value)}.{node.attr}"
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            for alias in node.names:
                if ("time", alias.name) in CLOCKS:
                    yield f"{node.lineno}: time.{alias.name}"


def last_name(node: ast.expr) -> str | None:
    """`datetime` of both `datetime` and `datetime.datetime`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def imports(tree: ast.AST) -> set[str]:
    """The first part of every imported module's name."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found
