"""Leases that last as long as the work does, and no longer than the process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

import structlog

from gateway.house import House
from store import outbox
from store.errors import StoreError

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(seconds=15)
"""So long the mails of a process that died wait for another."""
RENEWED: Final = 4.0
"""Seconds; with the store's own patience of ten less than a lease."""


@contextmanager
def renewed(house: House, owner: str) -> Iterator[None]:
    """The leases of `owner` are prolonged within this block: a slow server may take ten minutes."""
    over = threading.Event()
    thread = threading.Thread(target=_renew, args=(house, owner, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _renew(house: House, owner: str, over: threading.Event) -> None:
    while not over.wait(RENEWED):
        try:
            with house.database.transaction() as tx:
                outbox.renew(tx, owner, house.clock() + LEASE)
        except StoreError as error:
            log.warning("leases not renewed", owner=owner, error=str(error))
