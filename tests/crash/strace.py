"""Faults put between a running gateway and the kernel, from the outside (strace(1), -e inject).

with injected(gateway, "fsync,fdatasync:error=EIO"):
    ...                                     # no sync of the database succeeds in here
"""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.gateway import Gateway
from tests.servers.running import ENVIRONMENT, eventually, program, unavailable


def attached(pids: Sequence[int], log: Path, *options: str) -> subprocess.Popen[bytes]:
    """strace on every thread of these processes, once it traces them. Skips the test where it may
    not."""
    command = [program("strace", "strace"), "-f", "-o", str(log), *options]
    processes = [word for pid in pids for word in ("-p", str(pid))]
    tracer = subprocess.Popen([*command, *processes], stderr=subprocess.PIPE, env=ENVIRONMENT)
    assert tracer.stderr is not None
    said = tracer.stderr.readline().decode()
    if "attached" not in said:
        tracer.wait(10)
        tracer.stderr.close()
        unavailable(f"tracing of processes ({said.strip()})", "strace")
    return tracer


def detach(tracer: subprocess.Popen[bytes]) -> None:
    """The gateway goes on without it, if it still lives."""
    tracer.send_signal(signal.SIGINT)
    tracer.communicate(timeout=30)


@contextmanager
def injected(gateway: Gateway, *faults: str) -> Iterator[subprocess.Popen[bytes]]:
    """These faults happen to `serve` within the block: strace's own words for them."""
    calls = ",".join(fault.partition(":")[0] for fault in faults)
    inject = [word for fault in faults for word in ("-e", f"inject={fault}")]
    log = gateway.home / "strace.log"
    tracer = attached([gateway.pid], log, "-e", f"trace={calls}", *inject)
    try:
        yield tracer
    finally:
        detach(tracer)


def traced(
    pids: Sequence[int], log: Path, calls: Sequence[str], octets: int
) -> subprocess.Popen[bytes]:
    """Writes each of these calls to `log`, with paths and so many octets of what was written."""
    words = ("-y", "-xx", "-s", str(octets), "-e", f"trace={','.join(calls)}")
    return attached(pids, log, *words)


def ended(gateway: Gateway) -> None:
    """Waits until `serve` is no more."""
    eventually(lambda: not gateway.alive, "serve was killed", 60)


# --- what was traced ---------------------------------------------------------------------------

_LINE = re.compile(r"(\d+) +(?:<\.\.\. (?P<resumed>\w+) resumed>|(?P<call>\w+)\((?P<rest>.*))")
_REST = re.compile(r'\d+<(?P<path>[^>]*)>(?:, "(?P<octets>[^"]*)")?(?P<numbers>(?:, \d+)*)')


@dataclass(frozen=True)
class Call:
    """One call of the kernel; `numbers` are the arguments that follow the octets."""

    name: str
    path: str
    octets: bytes
    numbers: tuple[int, ...]


def calls(log: Path) -> Iterator[Call]:
    """Each call when it had ended, in order; what goes to a socket when it began."""
    begun: dict[str, Call] = {}
    for line in log.read_text().splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        if found["resumed"]:
            ended_now = begun.pop(found[1], None)
            if ended_now is not None:
                yield ended_now
        elif (rest := _REST.match(found["rest"])) is not None:
            call = _call(found["call"], rest)
            if line.endswith("<unfinished ...>") and call.name != "sendto":
                begun[found[1]] = call
            else:
                yield call


def _call(name: str, rest: re.Match[str]) -> Call:
    path = rest["path"]
    if path.startswith("\\x"):  # -xx writes paths in hexadecimal as well
        path = _octets(path).decode()
    numbers = tuple(int(n) for n in rest["numbers"].split(", ") if n)
    return Call(name, path, _octets(rest["octets"] or ""), numbers)


def _octets(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))
