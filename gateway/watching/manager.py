"""Words to the service manager that started this process (sd_notify(3)); to none, silence."""

from __future__ import annotations

import socket
from collections.abc import Mapping

import structlog

log = structlog.get_logger(__name__)


def notify(environ: Mapping[str, str], words: str) -> None:
    """`READY=1`, `STOPPING=1`, `WATCHDOG=1` or `STATUS=...`; a manager that is gone is no fault."""
    path = environ.get("NOTIFY_SOCKET", "")
    if not path:
        return
    address = "\0" + path[1:] if path.startswith("@") else path
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.connect(address)
            out.sendall(words.encode())
    except OSError as error:
        log.warning("the service manager cannot be told", words=words, error=str(error))


def watchdog_pause(environ: Mapping[str, str], pid: int) -> float | None:
    """Seconds between signs of life that the manager asks of this process; None: it asks none."""
    if environ.get("WATCHDOG_PID", str(pid)) != str(pid):
        return None
    try:
        microseconds = int(environ.get("WATCHDOG_USEC", ""))
    except ValueError:
        return None
    return microseconds / 2_000_000 if microseconds > 0 else None
