"""What mails take of a server's memory, measured in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("clients", "kind", "reply", "most"),
    [
        pytest.param(1, "blank", "250", 60_000_000, id="30 MB of empty lines"),
        pytest.param(1, "line", "500", 15_000_000, id="a line without an end"),
        pytest.param(5, "blank", "250", 180_000_000, id="five at once share the memory of three"),
        pytest.param(60, "half", "", 60_000_000, id="sixty under way wait on disk"),
    ],
)
def test_memory_is_bounded(clients: int, kind: str, reply: str, most: int) -> None:
    """Neither the shape of a mail nor the number of clients takes more than it should."""
    if not Path("/proc/self/status").exists():
        pytest.skip("memory is read from /proc")
    command = [sys.executable, "-m", "tests.gateway.intake.memory_child", str(clients), kind]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    grown, *replies = done.stdout.split()
    assert replies == reply.split()
    assert int(grown) < most
