"""The guide to process files: what it shows is what loads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rules.loading import COMMON_FILE, SHIPPED, Common, load, load_common
from rules.process import Process

GUIDE = Path(__file__).parents[2] / "docs" / "processes.md"
EXAMPLES = re.findall(r"```yaml\n(process: (\w+)\n.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize(("text", "name"), EXAMPLES, ids=[name for _, name in EXAMPLES])
def test_examples_load_without_fault(text: str, name: str) -> None:
    """Whoever copies a process out of the guide can run it."""
    common = load_common((SHIPPED / COMMON_FILE).read_text("utf-8"), COMMON_FILE)
    assert isinstance(common, Common)
    loaded = load(text, f"{name}.yaml", common=common)
    assert isinstance(loaded, Process), loaded
    assert loaded.process == name


def test_there_are_examples() -> None:
    """The pattern above finds what it looks for."""
    assert EXAMPLES
