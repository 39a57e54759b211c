"""Whether the way out is open: a dead relay costs no mail an attempt, and nobody a busy loop."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from gateway.delivery.values import Unreachable

log = structlog.get_logger(__name__)

FIRST = 0.5
SILENT = 5.0
"""Seconds between tries at the most where nobody answers: it is noticed soon that one is back."""
ANSWERED = 60.0
"""The same where a server answers that it takes nothing from us."""


class WayOut:
    """Shared by the threads that deliver. Pauses grow from half a second; one mail that gets
    through ends them."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._now = monotonic
        self._lock = threading.Lock()
        self._failures = 0
        self._until = 0.0

    @property
    def open(self) -> bool:
        return self._now() >= self._until

    def closed(self, why: Unreachable) -> bool:
        """Several threads that find it closed at the same time count once; whether it was open."""
        with self._lock:
            if not self.open:
                return False
            longest = ANSWERED if why.answered else SILENT
            pause = min(FIRST * 2 ** min(self._failures, 16), longest)
            self._failures += 1
            self._until = self._now() + pause
            first = self._failures == 1
        if first:
            log.error("the way out is closed, trying again", error=why.text)
        return first

    def worked(self) -> bool:
        """A mail got through; whether it was closed before."""
        with self._lock:
            was_closed, self._failures, self._until = self._failures > 0, 0, 0.0
        if was_closed:
            log.info("the way out is open again")
        return was_closed
