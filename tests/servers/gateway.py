"""The gateway itself as others meet it: its program, its ports, its mails.

gateway = start_gateway(delivery=f"smtp://127.0.0.1:{postfix.port}")
swaks(gateway.port, sender="jan@acme.example", recipients=[HELPDESK], ...)
gateway.show(1)["status"]
"""

from __future__ import annotations

import json
import mailbox
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import pytest

from tests.servers.forked import ForkedDaemon, run_forked
from tests.servers.running import ENVIRONMENT, Daemon, eventually, free_port

PROGRAM = Path(__file__).parents[2] / "run_gateway.py"
HELPDESK = "helpdesk@accel.example"
VERB_SECONDS = 600.0

CONFIGURATION = """\
operators = ["ops@accel.example"]
[store]
url = "{store}"
evidence = "{evidence}"
[smtp]
listen = "127.0.0.1:{port}"
lmtp = "127.0.0.1:{lmtp_port}"
max_size = "5MB"
[delivery]
url = "{delivery}"
[trust]
unverified = "{unverified}"
[watch]
{watch}
[[desk]]
address = "helpdesk@accel.example"
name = "Accel Service Desk"
process = "helpdesk"
language = "nl"
time_zone = "Europe/Brussels"
finance = ["invoices@accel.example"]
country = "BE"
{more}
"""
PEOPLE = """\
staff:
  - {name: Marie Peeters, email: marie@accel.example, roles: [engineer], language: nl}
organisations:
  - name: Acme
    domains: [acme.example]
    people: [{name: Jan Maes, email: jan@acme.example, language: nl}]
"""


class Gateway:
    """One home and one `serve` of it."""

    _environment: Mapping[str, str] = ENVIRONMENT
    _whole = False

    def __init__(
        self, home: Path, environment: Mapping[str, str] | None = None, **values: str
    ) -> None:
        self.home = home
        self._environment = {**ENVIRONMENT, **(environment or {})}
        self.port = free_port()
        self.lmtp_port = int(values.pop("lmtp_port", 0)) or free_port()
        settings = {
            "store": "sqlite:///gateway.db",
            "evidence": "database",
            "delivery": "maildir:outgoing",
            "unverified": "allow",
            "watch": 'listen = ""',
            "more": "",
            **values,
        }
        text = CONFIGURATION.format(port=self.port, lmtp_port=self.lmtp_port, **settings)
        (home / "gateway.toml").write_text(text)
        (home / "people.yaml").write_text(PEOPLE)
        self.make_daemon(environment)

    def make_daemon(self, environment: Mapping[str, str] | None = None) -> None:
        """With an environment of its own it is a program of its own."""
        self._whole = environment is not None
        command = [sys.executable, str(PROGRAM), "--home", str(self.home), "serve"]
        kind = Daemon if self._whole else ForkedDaemon
        self._daemon = kind(command, log=self.home / "serve.log", environment=environment)

    def start(self) -> None:
        self._daemon.start(self.port, self.lmtp_port)

    def begin(self) -> None:
        """As `start`, without waiting until it listens."""
        self._daemon.start()

    def stop(self) -> None:
        self._daemon.stop()

    def kill(self) -> None:
        """At once, as a power cut would."""
        self._daemon.kill()

    def freeze(self) -> None:
        """It does nothing any more, until it is thawed or killed."""
        self._daemon.freeze()

    def thaw(self) -> None:
        self._daemon.thaw()

    @property
    def pid(self) -> int:
        """Of the `serve` that runs."""
        return self._daemon.pid

    @property
    def alive(self) -> bool:
        return self._daemon.alive

    @property
    def log(self) -> str:
        return self._daemon.log.read_text(errors="replace")

    # --- looking ---

    def run(self, *words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """One verb of the command line."""
        arguments = ["--home", str(self.home), *words]
        if not self._whole:
            return run_forked(arguments, stdin, self._environment, VERB_SECONDS)
        return subprocess.run(
            [sys.executable, str(PROGRAM), *arguments],
            input=stdin,
            capture_output=True,
            timeout=VERB_SECONDS,
            env=self._environment,
            check=False,
        )

    def show(self, number: int) -> dict[str, Any]:
        done = self.run("show", str(number), "--json")
        shown: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {}
        return shown

    def status(self) -> dict[str, int]:
        done = self.run("status", "--json")
        assert done.returncode == 0, done.stderr.decode()
        counts: dict[str, int] = json.loads(done.stdout)
        return counts

    def settled(self) -> dict[str, int]:
        """The counts once nothing is waiting any more."""

        def quiet() -> dict[str, int] | None:
            counts = self.status()
            return None if counts["inbox"] or counts["outbox"] else counts

        return eventually(quiet, "all mails handled and delivered", 30)

    @property
    def maildir(self) -> Path:
        return self.home / "outgoing"

    def mails_to(self, address: str) -> list[EmailMessage]:
        """What left into the Maildir for this person, oldest first."""
        if not (self.maildir / "new").is_dir():
            return []
        found = []
        for key, raw in mailbox.Maildir(self.maildir, create=False).iteritems():
            mail = message_from_bytes(raw.as_bytes(), policy=policy.default)
            if address in str(mail["To"]):
                found.append((mail["Date"].datetime, key, mail))
        return [mail for _, _, mail in sorted(found, key=lambda entry: entry[:2])]


@contextmanager
def running(**values: str) -> Iterator[Gateway]:
    """A gateway for several tests, that run in any order; ended and removed behind them."""
    with TemporaryDirectory(prefix="deskpost-gateway-") as folder:
        gateway = Gateway(Path(folder), None, **values)
        try:
            gateway.start()
            yield gateway
        finally:
            gateway.stop()


class StartGateway(Protocol):
    def __call__(self, environment: Mapping[str, str] | None = None, **values: str) -> Gateway: ...


@pytest.fixture
def make_gateway() -> Iterator[StartGateway]:
    """Makes homes, each of a gateway that has yet to be started; they are ended and removed when
    the test is over."""
    ends: list[Callable[[], None]] = []

    def make(environment: Mapping[str, str] | None = None, **values: str) -> Gateway:
        folder = TemporaryDirectory(prefix="deskpost-gateway-")
        ends.append(folder.cleanup)
        gateway = Gateway(Path(folder.name), environment, **values)
        ends.append(gateway.stop)
        return gateway

    yield make
    for end in reversed(ends):
        end()


@pytest.fixture
def start_gateway(make_gateway: StartGateway) -> StartGateway:
    """Starts gateways, each in a home of its own; they are ended when the test is over."""

    def start(environment: Mapping[str, str] | None = None, **values: str) -> Gateway:
        gateway = make_gateway(environment, **values)
        gateway.start()
        return gateway

    return start
