"""Which mails are read apart from the others, in a process of their own whose memory and time are
limited.

Reading is linear and capped, so that this is the second line: counts that no ordinary mail has send
a mail to a child, and what the child cannot read in its limits is answered as unreadable rather
than taking the service with it.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import dataclass
from typing import Final

from gateway import child
from gateway.reading.bounds import STANDARD, Bounds
from gateway.values import ParsedMail, Unreadable

SIZE_LIMIT: Final = 100_000_000
"""Bytes; above what any intake accepts."""
MEMORY_LIMIT: Final = 1_500_000_000
"""Bytes of address space of the child: a mail of 35 MB needs a third of it."""
SECONDS_LIMIT: Final = 30

_MANY_LINES: Final = 50_000
_SHORT_LINE: Final = 24
_COUNTED: Final = ((b"boundary=", 200), (b"<", 50_000))
"""What is counted, and how many of it are still ordinary: multiparts, and tags of HTML."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the child is told."""

    raw: bytes
    mail_from: str | None
    list_ids: frozenset[str]
    bounds: Bounds = STANDARD


def doubt(raw: bytes, header_block: int = STANDARD.header_block) -> str:
    """Why this mail is read in a child, "" where it is ordinary. Costs a pass of `bytes.count`."""
    if len(raw) > header_block and not _header_ends(raw, header_block):
        return "a long header block"
    lines = raw.count(b"\n")
    if lines > _MANY_LINES and len(raw) < lines * _SHORT_LINE:
        return f"{lines} short lines"
    for what, ordinary in _COUNTED:
        if raw.count(what) > ordinary:
            return f"more than {ordinary} of {what.decode()!r}"
    return ""


def _header_ends(raw: bytes, most: int) -> bool:
    return any(raw.find(blank, 0, most) >= 0 for blank in (b"\n\n", b"\n\r\n"))


def read_apart(
    request: Request, *, memory: int = MEMORY_LIMIT, seconds: float = SECONDS_LIMIT
) -> ParsedMail | Unreadable:
    """Read a mail in a child process. Never raises."""
    command = [
        sys.executable,
        "-P",
        "-m",
        "gateway.reading.apart",
        str(memory),
        str(int(seconds) + 1),
    ]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            command,
            input=pickle.dumps(request),
            capture_output=True,
            timeout=seconds,
            check=False,
            env=child.environment(),
        )
    except subprocess.TimeoutExpired:
        return Unreadable(f"reading took longer than {seconds:g} s")
    except OSError as error:
        return Unreadable(f"no process to read it in: {error.strerror}", temporary=True)
    if done.returncode != 0:
        return Unreadable(f"the process that read it ended with {done.returncode}")
    return _answer(done.stdout)


def _answer(data: bytes) -> ParsedMail | Unreadable:
    answer = pickle.loads(data)  # noqa: S301 - from the child that we started, which runs this same code
    if isinstance(answer, (ParsedMail, Unreadable)):
        return answer
    return Unreadable("the process that read it gave no answer")
