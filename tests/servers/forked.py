"""The program, there at once: forked from a process that has read the code already.

It is the same program in a process of its own; what is left out is reading its modules and the
files that it ships with (`warm`). Starting it hundreds of times becomes bearable.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.servers.running import ENVIRONMENT, Daemon

_WARM = multiprocessing.get_context("forkserver")
_WARM.set_forkserver_preload(["tests.servers.warm"])


class ForkedDaemon(Daemon):
    """A server whose command is the gateway's program, from its `--home` on."""

    def launch(self) -> subprocess.Popen[bytes]:
        words = self.command[self.command.index("--home") :]
        streams = (os.devnull, str(self.log), str(self.log))
        return _Started(_begin(words, streams, ENVIRONMENT, self.log.parent))


def run_forked(
    words: Sequence[str], stdin: bytes, environment: Mapping[str, str], seconds: float
) -> subprocess.CompletedProcess[bytes]:
    """One verb, as `subprocess.run` would; raises TimeoutExpired after `seconds`."""
    with TemporaryDirectory(prefix="deskpost-verb-") as folder:
        given, out, err = (Path(folder) / name for name in ("in", "out", "err"))
        given.write_bytes(stdin)
        process = _begin(words, (str(given), str(out), str(err)), environment, Path.cwd())
        process.join(seconds)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(list(words), seconds)
        return subprocess.CompletedProcess(
            list(words), process.exitcode, out.read_bytes(), err.read_bytes()
        )


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


def _begin(
    words: Sequence[str],
    streams: tuple[str, str, str],
    environment: Mapping[str, str],
    folder: Path,
) -> ForkServerProcess:
    process = _WARM.Process(target=_run, args=(words, streams, environment, folder))
    process.start()
    return process


def _run(
    words: Sequence[str],
    streams: tuple[str, str, str],
    environment: Mapping[str, str],
    folder: Path,
) -> None:
    from gateway.cli.main import run

    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.dup2(os.open(streams[0], os.O_RDONLY), 0)
    for number, name in enumerate(streams[1:], start=1):
        os.dup2(os.open(name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), number)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - multiprocessing put /dev/null there
    sys.exit(run(words))
