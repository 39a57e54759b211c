"""What another `serve` of this machine had in hand when it was killed is taken over at the start.

Without this it would wait for the end of a lease. An owner is named after its machine and process;
where that process is gone, so is the owner. Taking work from somebody who is alive after all (two
containers of one name) does no harm: a lease that was lost keeps nothing of what was done.
"""

from __future__ import annotations

import os
import re
import secrets
import socket
from collections.abc import Callable

import structlog

from gateway.house import House
from store import claims, mailboxes, outbox

log = structlog.get_logger(__name__)

_OWNER = re.compile(r"(?P<host>.+)-(?P<pid>\d+)-[0-9a-f]{8}(-\d+)?")


def owner_name() -> str:
    """The name of this process as an owner of work; its threads append a number to it."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


def take_over(house: House, owner: str) -> int:
    """Ends the leases of owners of this machine that are no more; how many rows. `owner` is us."""
    now = house.clock()
    taken = 0
    with house.database.transaction() as tx:
        for table in (claims, outbox, mailboxes):
            gone = [name for name in table.owners(tx) if is_gone(name, owner)]
            taken += sum(table.end_leases(tx, name, now) for name in gone)
    if taken:
        log.warning("work of a process that ended is taken over", rows=taken)
    return taken


def is_gone(
    name: str, owner: str, host: str | None = None, lives: Callable[[int], bool] | None = None
) -> bool:
    """Whether `name` was an owner on this machine whose process has ended.

    Our own number under another name was somebody's before us.
    """
    found = _OWNER.fullmatch(name)
    if found is None or found["host"] != (host or socket.gethostname()):
        return False
    if name.startswith(owner):
        return False
    pid = int(found["pid"])
    return pid == os.getpid() or not (lives or _lives)(pid)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
