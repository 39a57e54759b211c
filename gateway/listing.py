"""The loop that sends digests. Each is due on its own; one that fails holds up no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog

from gateway.handle.digests import digests_due, put_off_digest, send_digest
from gateway.house import House
from rules.model import Desk
from store.errors import StoreError

log = structlog.get_logger(__name__)

_AGAIN = timedelta(minutes=5)
"""One that could not be sent is tried again after so long."""


class Listing:
    """Sends the digests that are due, each once whoever does it."""

    def __init__(self, house: Callable[[], House], done: Callable[[], None]) -> None:
        self._house = house
        self._done = done

    def work(self) -> bool:
        """Whether any was due. Raises StoreError where the store is away."""
        house = self._house()
        due = digests_due(house)
        for desk, name in due:
            self._one(house, desk, name)
        if due:
            self._done()
        return bool(due)

    def _one(self, house: House, desk: Desk, name: str) -> None:
        """One that fails waits, and holds up no other."""
        try:
            if send_digest(house, desk, name):
                log.info("digest sent", desk=desk.address, digest=name)
        except StoreError as error:
            if error.temporary:
                raise
            self._postpone(house, desk, name, error)
        except Exception as error:
            log.exception("a digest could not be sent", desk=desk.address, digest=name)
            self._postpone(house, desk, name, error)

    def _postpone(self, house: House, desk: Desk, name: str, error: Exception) -> None:
        log.error("digest put off", desk=desk.address, digest=name, error=str(error))
        put_off_digest(house, desk, name, house.clock() + _AGAIN)
