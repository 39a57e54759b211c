"""The child in which `workers.Processing` handles a mail over which processes have ended.

python -m gateway.alone HOME ID OWNER        # 0: settled or put off; 75: the store is away

If it ends over that mail, nobody else does.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from gateway.app import load_house
from gateway.logs import configure
from gateway.workers import Processing
from store import inbox
from store.errors import StoreError

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    """Handles mail ID, which OWNER has in hand."""
    home, number, owner = arguments
    _depend_on_the_parent()
    configure()
    try:
        house = load_house(Path(home))
        with house.database.read() as tx:
            item = inbox.get(tx, int(number))
        if item is not None:
            Processing(lambda: house, owner, lambda: None).one(house, item)
    except StoreError:
        return os.EX_TEMPFAIL
    return 0


def _depend_on_the_parent() -> None:
    """Ends when it does, and is the one that the kernel chooses where memory ends (Linux)."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
