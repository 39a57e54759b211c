"""A real `serve` in a process of its own, on a temporary home: mails go in by SMTP, and what leaves
is read from its Maildir."""

from __future__ import annotations

import os
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

from gateway.demo.script import Script
from gateway.workers import utc_now
from store.database import Database
from store.errors import StoreError
from store.status import status

START = 60.0
"""Seconds until it listens; a first start makes the database."""
ANSWER = 30.0
"""Seconds until a mail and all that follows from it is done."""
STOP = 15.0
_LOOK = 0.05

_GATEWAY_TOML = """\
operators = ["ops@accel.example"]

[store]
url = "sqlite:///gateway.db"

[smtp]
listen = "127.0.0.1:{port}"

[delivery]
url = "maildir:outgoing"

[trust]
unverified = "allow" # only this machine writes here

{desks}
"""
_SERVE = (
    "import sys; from gateway.cli.main import run; sys.exit(run(['--home', sys.argv[1], 'serve']))"
)


class DemoFailed(Exception):
    """Something did not come about in time; one line for people."""


class Gateway:
    """A running gateway. `sent` counts the mails that were handed to it."""

    def __init__(self, home: Path, port: int, process: subprocess.Popen[bytes]) -> None:
        self._home, self._port, self._process = home, port, process
        self._database = Database(f"sqlite:///{home}/gateway.db")
        self._seen: set[str] = set()
        self.sent = 0

    def send(self, mail: EmailMessage) -> list[EmailMessage]:
        """Hands a mail in, and waits for everything that it brings about; the mails that left."""
        with smtplib.SMTP("127.0.0.1", self._port, timeout=ANSWER) as smtp:
            smtp.send_message(mail, parseaddr(mail["From"])[1], [parseaddr(mail["To"])[1]])
        self.sent += 1
        self._wait(self._settled, ANSWER, "an answer")
        return self._fresh()

    def wait_until_it_listens(self) -> None:
        self._wait(self._listens, START, "the gateway to start")

    def stop(self) -> None:
        self._database.dispose()
        self._process.terminate()
        try:
            self._process.wait(STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait(self, done: Callable[[], bool], seconds: float, what: str) -> None:
        end = time.monotonic() + seconds
        while not done():
            if self._process.poll() is not None:
                log = (self._home / "serve.log").read_text(errors="replace").strip()
                raise DemoFailed(f"the gateway ended: {log[-500:]}")
            if time.monotonic() > end:
                raise DemoFailed(f"waited {seconds:g} s for {what}, in vain")
            time.sleep(_LOOK)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self._port)) == 0

    def _settled(self) -> bool:
        with suppress(StoreError), self._database.read() as tx:
            now = status(tx, utc_now())
            return now["received"] >= self.sent and not now["inbox"] and not now["outbox"]
        return False

    def _fresh(self) -> list[EmailMessage]:
        """What has come into the Maildir since the last look, in the order of its arrival."""
        folder = self._home / "outgoing" / "new"
        files = [path for path in folder.glob("*") if path.name not in self._seen]
        files.sort(key=lambda path: path.stat().st_mtime_ns)
        self._seen |= {path.name for path in files}
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]


@contextmanager
def gateway(home: Path, script: Script) -> Iterator[Gateway]:
    """A gateway for the desk and people of a demo; ended with the block.

    Raises DemoFailed where it does not start.
    """
    port = _free_port()
    (home / "gateway.toml").write_text(
        _GATEWAY_TOML.format(port=port, desks=script.desks), encoding="utf-8"
    )
    (home / "people.yaml").write_text(script.people, encoding="utf-8")
    with (home / "serve.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-c", _SERVE, str(home)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        )
    running = Gateway(home, port, process)
    try:
        running.wait_until_it_listens()
        yield running
    finally:
        running.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
