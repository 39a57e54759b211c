"""A `serve` that is there at once: forked from a process that has read the code already.

It is the same program in a process of its own; what is left out is reading its modules and the
files that it ships with (`warm`). Killing it hundreds of times becomes bearable.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.servers.gateway import Gateway
from tests.servers.running import Daemon

_WARM = multiprocessing.get_context("forkserver")
_WARM.set_forkserver_preload(["tests.servers.warm"])


class ForkedGateway(Gateway):
    """A gateway whose every `serve` is forked. No environment of its own."""

    def make_daemon(self, command: Sequence[str], environment: Mapping[str, str] | None) -> Daemon:
        assert not environment
        return _Forked(command, log=self.home / "serve.log")

    def begin(self) -> None:
        """As `start`, without waiting until it listens."""
        self._daemon.start()


class _Forked(Daemon):
    def launch(self) -> subprocess.Popen[bytes]:
        words = self.command[self.command.index("--home") :]
        process = _WARM.Process(target=_serve, args=(words, str(self.log)))
        process.start()
        return _Started(process)


class _Started(subprocess.Popen[bytes]):
    """What `Daemon` asks of a process, of one that somebody else is the parent of."""

    def __init__(self, process: ForkServerProcess) -> None:
        assert process.pid is not None
        self._process = process
        self.pid = process.pid
        self.returncode = None

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("serve", timeout or 0)
        return self._process.exitcode

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def __del__(self) -> None:
        """Nothing of Popen's own was begun."""


def _serve(words: list[str], log: str) -> None:
    from gateway.cli.main import run

    os.setsid()
    os.chdir(Path(log).parent)
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for stream in (1, 2):
        os.dup2(output, stream)
    sys.exit(run(words))
