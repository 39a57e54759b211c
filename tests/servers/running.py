"""Starting real servers for tests: free loopback ports, own folders, ended by process id.

A server dies with the test process that started it, however that one ends.
"""

from __future__ import annotations

import ctypes
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest

Found = TypeVar("Found")

PR_SET_CHILD_SUBREAPER = 36
START_SECONDS = 60.0
STOP_SECONDS = 10.0
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
}


def unavailable(what: str, package: str) -> NoReturn:
    """Skip the test that needs `what`; fail it where DESKPOST_REQUIRE_REAL=1 promises it."""
    text = f"{what} is not installed (Debian: apt-get install {package})"
    if os.environ.get("DESKPOST_REQUIRE_REAL") == "1":
        pytest.fail(text, pytrace=False)
    pytest.skip(text)


def program(name: str, package: str) -> str:
    """The path of an installed program, /usr/sbin included; skips the test where there is none."""
    return shutil.which(name, path=ENVIRONMENT["PATH"]) or unavailable(name, package)


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on, below those the kernel gives to clients."""
    for _ in range(100):
        port = random.SystemRandom().randrange(10000, 32000)
        with closing(socket.socket()) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port between 10000 and 32000")


def eventually(probe: Callable[[], Found | None], what: str, seconds: float = 20.0) -> Found:
    """The first true answer of `probe`, asked anew; AssertionError(`what`) after `seconds`."""
    end = time.monotonic() + seconds
    pause = 0.005
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)


def greets(port: int) -> bool:
    """True if something accepts connections on the port."""
    with closing(socket.socket()) as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Daemon:
    """A server process in the foreground, its output in `log`; `user` is whom root runs it as."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        user: str | None = None,
        end: str = "TERM",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._environment = {**ENVIRONMENT, **(environment or {})}
        self.command = [*as_user(user), *command]
        self._end = signal.Signals[f"SIG{end}"]
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self.log = log

    def start(self, *ports: int) -> None:
        """Start it and wait until it listens on all `ports`."""
        _adopt_orphans()
        self._process = self.launch()
        self._guard = _guard(self._process.pid, self._end)
        try:
            for port in ports:
                eventually(partial(self._up, port), f"listening on {port}", START_SECONDS)
        except BaseException:
            self.kill()
            raise

    def launch(self) -> subprocess.Popen[bytes]:
        """The process itself."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                cwd=self.log.parent,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Of the process that was started."""
        assert self._process is not None, "it was not started"
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """End it in order, by force where it does not obey. Does nothing if it has ended."""
        if self._process is None:
            return
        family = _descendants(self._process.pid)
        self._process.send_signal(self._end)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._done(family)

    def kill(self) -> None:
        """End it and its children at once, as a power cut would."""
        if self._process is None:
            return
        family = _descendants(self._process.pid)
        self._process.kill()
        self._process.wait(STOP_SECONDS)
        self._done(family)

    def freeze(self) -> None:
        """It and its children stop where they are and answer nothing, until `thaw` or `kill`."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        for pid in (self._process.pid, *_descendants(self._process.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _done(self, family: list[int]) -> None:
        _bury(family)
        if self._guard is not None:
            self._guard.communicate(b"done\n")
        self._process = self._guard = None

    def _up(self, port: int) -> bool:
        if self._process is None or self._process.poll() is not None:
            output = self.log.read_text(errors="replace")[-4000:]
            raise AssertionError(f"{self.command} ended before it listened:\n{output}")
        return greets(port)


def _descendants(pid: int) -> list[int]:
    """The children of a process and theirs; a server's children often lead groups of their own."""
    try:
        lists = list(Path(f"/proc/{pid}/task").glob("*/children"))  # each thread has its own
        children = [child for found in lists for child in found.read_text().split()]
    except OSError:
        return []
    return [found for child in children for found in (int(child), *_descendants(int(child)))]


def _adopt_orphans() -> None:
    """Make this process the parent of orphans (prctl(2)): not every container's init reaps them."""
    with suppress(AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _bury(family: list[int]) -> None:
    """Kill and reap what is left of a server whose first process has ended."""
    for pid in family:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)


def _guard(pid: int, end: signal.Signals) -> subprocess.Popen[bytes]:
    """A shell that ends the server when this process ends without saying that it is done.

    PR_SET_PDEATHSIG would do it alone, but is lost when a server changes its user.
    """
    code = f"read -r done || kill -{end.value} {pid}"
    return subprocess.Popen(["/bin/sh", "-c", code], stdin=subprocess.PIPE, start_new_session=True)


def as_user(user: str | None) -> list[str]:
    """What stands before a command to run it as another user; nothing for None."""
    if user is None:
        return []
    return [program("setpriv", "util-linux"), f"--reuid={user}", f"--regid={user}", "--init-groups"]
