"""A module of ours in a process of its own."""

from __future__ import annotations

import signal
from datetime import timedelta

from gateway.child import run

SOON = timedelta(milliseconds=50)


def test_its_exit_code() -> None:
    """Of a module that takes its arguments."""
    assert run("calendar", ["2026", "3"], 60, lambda: None, SOON) == 0
    assert run("calendar", ["2026", "13"], 60, lambda: None, SOON) != 0


def test_one_that_takes_too_long_is_killed() -> None:
    """Whoever waits has something to do meanwhile, and goes on afterwards."""
    calls: list[None] = []
    code = run("http.server", ["0"], 0.2, lambda: calls.append(None), SOON)
    assert code == -signal.SIGKILL
    assert calls
