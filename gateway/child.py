"""Running a module of ours in a process of its own, whose end its parent survives."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path


def environment() -> dict[str, str]:
    """Ours, with the directory of this code in the child's path wherever it was started."""
    paths = [str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def run(
    module: str,
    arguments: Sequence[str],
    seconds: float,
    meanwhile: Callable[[], object],
    every: timedelta,
) -> int:
    """The exit code, of a signal the negative number; one that takes longer than `seconds` is
    killed. `meanwhile` is called again and again until it has ended."""
    command = [sys.executable, "-P", "-m", module, *arguments]
    end = time.monotonic() + seconds
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command, stdin=subprocess.DEVNULL, env=environment()
    ) as process:
        try:
            while time.monotonic() < end:
                with suppress(subprocess.TimeoutExpired):
                    return process.wait(every.total_seconds())
                meanwhile()
        finally:
            process.kill()  # nothing where it has ended
        return process.wait()
