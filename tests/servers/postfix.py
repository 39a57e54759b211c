"""A real Postfix as the border MTA of a test: its own queue and configuration, one loopback port.

    def test_it(start_postfix: StartPostfix, start_dovecot: StartDovecot) -> None:
        postfix = start_postfix(
            {
                "helpdesk@accel.example": lmtp(8024),          # and helpdesk+anything@
                "pipe@accel.example": pipe(PYTHON, "run_gateway.py", "pipe"),
                "acme.example": lmtp(start_dovecot().lmtp_port),
                "gone@acme.example": BOUNCES,                  # taken, then returned by a DSN
            }
        )

Addresses without a route are refused at RCPT TO. Nothing leaves the machine. Every peer counts as
foreign, and may say with XCLIENT (swaks --xclient) where it really comes from. Needs root.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from tests.servers.door import Door
from tests.servers.running import Daemon, free_port, program

DAEMONS = Path("/usr/lib/postfix/sbin")
NOBODY = "nobody"
QUEUES = ["active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming"]
QUEUES += ["private", "saved", "trace"]

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
daemon_directory = {daemons}
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
myhostname = mx.border.example
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
recipient_delimiter = +
relay_domains = {domains}
relay_recipient_maps = texthash:{folder}/recipients
transport_maps = texthash:{folder}/transport
default_transport = error:5.1.2 no such domain in this test
alias_maps =
local_recipient_maps =
smtpd_relay_restrictions = reject_unauth_destination
smtpd_authorized_xclient_hosts = 127.0.0.1
smtp_host_lookup = native
disable_dns_lookups = yes
message_size_limit = 52428800
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
"""

MASTER = """\
{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
bounces unix - n n - - pipe
  flags= user={nobody} argv=/bin/sh -c {{exit 67}}
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Route:
    """Where Postfix brings the mail of an address or domain: a transport(5) value, or a command."""

    transport: str
    command: tuple[str, ...] = ()


BOUNCES = Route("bounces:")


def lmtp(port: int) -> Route:
    """To an LMTP server on 127.0.0.1."""
    return Route(f"lmtp:inet:127.0.0.1:{port}")


def smtp(port: int) -> Route:
    """To an SMTP server on 127.0.0.1."""
    return Route(f"smtp:[127.0.0.1]:{port}")


def pipe(*command: str) -> Route:
    """To a command's standard input; arguments `${recipient}` and `${sender}` are filled in."""
    return Route("", command)


class Postfix:
    """One running instance; `stop` and `kill` keep its queue for the next `start`."""

    def __init__(
        self, folder: Path, routes: Mapping[str, Route], settings: Mapping[str, str]
    ) -> None:
        self.port = free_port()
        self._folder = folder
        self._doors = {
            f"pipe{number}": Door(folder, f"pipe{number}", route.command, NOBODY)
            for number, route in enumerate(routes.values())
            if route.command
        }
        self._configure(routes, settings)
        command = [str(DAEMONS / "master"), "-c", str(folder / "etc"), "-d"]
        self._server = Daemon(command, log=folder / "output.log")

    def start(self) -> None:
        self._server.start(self.port)

    def stop(self) -> None:
        self._server.stop()

    def kill(self) -> None:
        self._server.kill()

    def remove(self) -> None:
        """End it for good: processes, queue and log."""
        self.kill()
        for door in self._doors.values():
            door.close()
        shutil.rmtree(self._folder)

    @property
    def log(self) -> str:
        """What Postfix logged so far."""
        path = self._folder / "mail.log"
        return path.read_text(errors="replace") if path.exists() else ""

    @property
    def sendmail(self) -> str:
        """The sendmail(1) command that submits to this instance, for `set sendmail` of a client."""
        return f"/usr/sbin/sendmail -C {self._folder / 'etc'} -oi"

    def queue(self) -> list[dict[str, object]]:
        """What waits, as postqueue(1) -j tells: queue_name, queue_id, sender, recipients …"""
        return [json.loads(line) for line in self._run("postqueue", "-j").splitlines()]

    def _run(self, name: str, *arguments: str) -> str:
        command = [f"/usr/sbin/{name}", "-c", str(self._folder / "etc"), *arguments]
        return subprocess.run(
            command, check=True, capture_output=True, text=True, timeout=30
        ).stdout

    def _configure(self, routes: Mapping[str, Route], settings: Mapping[str, str]) -> None:
        folder = self._folder
        master = MASTER.format(port=self.port, nobody=NOBODY)
        transports = {name: route.transport for name, route in routes.items()}
        for number, (name, route) in enumerate(routes.items()):
            if route.command:
                transports[name] = f"pipe{number}:"
                master += _pipe_service(f"pipe{number}", self._doors[f"pipe{number}"])
        domains = sorted({name.rpartition("@")[2] for name in routes})
        main = MAIN.format(folder=folder, daemons=DAEMONS, domains=" ".join(domains))
        known = [name if "@" in name else f"@{name}" for name in routes]
        (folder / "etc").mkdir()
        _make_queue(folder)
        _write(folder / "etc" / "master.cf", master)
        _write(folder / "etc" / "main.cf", main + _lines(_bare_newline() | dict(settings)))
        _write(folder / "recipients", "".join(f"{name} ok\n" for name in known))
        _write(folder / "transport", "".join(f"{n} {t}\n" for n, t in transports.items()))


class StartPostfix(Protocol):
    """What the fixture gives; `settings` are further lines of main.cf."""

    def __call__(self, routes: Mapping[str, Route], **settings: str) -> Postfix: ...


def _write(path: Path, text: str) -> None:
    """Write a file that looks a minute old: Postfix waits for a new one to be finished."""
    path.write_text(text)
    minute_ago = path.stat().st_mtime - 60
    os.utime(path, (minute_ago, minute_ago))


def _make_queue(folder: Path) -> None:
    """The folders that `postfix check` would make, which takes two seconds (postfix-files(5))."""
    for name, mode, user, group in [
        ("data", 0o700, "postfix", "root"),
        ("queue", 0o755, "root", "root"),
        ("queue/pid", 0o755, "root", "root"),
        ("queue/public", 0o710, "postfix", "postdrop"),
        ("queue/maildrop", 0o730, "postfix", "postdrop"),
        *((f"queue/{name}", 0o700, "postfix", "root") for name in QUEUES),
    ]:
        path = folder / name
        path.mkdir()
        path.chmod(mode)
        shutil.chown(path, user, group)


def _pipe_service(name: str, door: Door) -> str:
    """A line of master.cf: one recipient at a time, with Delivered-To and Return-Path (pipe(8))."""
    options = f"-o {name}_destination_recipient_limit=1"
    what = f"flags=DR user={NOBODY} argv={door.arguments}"
    return f"{name} unix - n n - - pipe\n  {options}\n  {what}\n"


def _bare_newline() -> dict[str, str]:
    """The defence against smuggled mail, where this Postfix has one; it spares loopback."""
    name = "smtpd_forbid_bare_newline"
    known = subprocess.run(
        ["/usr/sbin/postconf", "-d", name], capture_output=True, text=True, timeout=30
    )
    if not known.stdout.startswith(name):
        return {}
    return {name: "normalize", f"{name}_exclusions": ""}


def _lines(settings: Mapping[str, str]) -> str:
    return "".join(f"{name} = {value}\n" for name, value in settings.items())


@pytest.fixture
def start_postfix() -> Iterator[StartPostfix]:
    """Starts Postfixes that end with the test."""
    program("postfix", "postfix")
    if os.geteuid() != 0:
        pytest.skip("Postfix runs only as root")
    started: list[Postfix] = []

    def start(routes: Mapping[str, Route], **settings: str) -> Postfix:
        folder = Path(tempfile.mkdtemp(prefix="deskpost-postfix-"))
        folder.chmod(0o755)
        started.append(Postfix(folder, routes, settings))
        started[-1].start()
        return started[-1]

    yield start
    for postfix in started:
        postfix.remove()
