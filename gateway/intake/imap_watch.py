"""Reading one mailbox for ever: connected anew whenever that ends, after growing pauses."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from gateway.intake.imap_connection import Account, Away, signed_in
from gateway.intake.imap_reading import Ledger, Pace, Reading
from store.errors import LeaseLost, StoreError

log = structlog.get_logger(__name__)


class LeasedLedger(Ledger, Protocol):
    """A ledger that one reader at a time has."""

    def take(self) -> bool:
        """Whether this mailbox is ours to read. Raises StoreError."""
        ...

    def failed(self, text: str) -> None:
        """It could not be read. Raises StoreError."""
        ...

    def release(self) -> None:
        """Somebody else may read it. Raises StoreError."""
        ...


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds."""

    connect: float = 30
    answer: float = 60
    """That the server may be silent when it was asked something."""
    turn: float = 3
    """Between looks whether it is our turn to read the mailbox."""
    first: float = 1
    """The first pause after a failure; each next one is twice as long."""
    person: float = 30
    """The first pause where it takes a person: a wrong password, tried often, locks an account."""
    most: float = 300
    pace: Pace = field(default_factory=Pace)


class Watch:
    """A mailbox, from `run` until `stopping`. Whatever goes wrong is logged and on record."""

    def __init__(
        self,
        account: Account,
        ledger: LeasedLedger,
        *,
        max_size: Callable[[], int],
        jitter: Callable[[float, float], float],
        patience: Patience,
    ) -> None:
        """`jitter` picks a number between two, so that not all come back at the same moment."""
        self.account = account
        self.stopping = threading.Event()
        self._ledger = ledger
        self._max_size = max_size
        self._jitter = jitter
        self._patience = patience
        self._failures = 0
        self._log = log.bind(mailbox=str(account))

    def run(self) -> None:
        while not self.stopping.is_set():
            self.stopping.wait(self.turn())

    def turn(self) -> float:
        """Reads for as long as it goes well; the seconds until the next attempt."""
        try:
            if not self._ledger.take():
                return self._patience.turn
            return self._read()
        except LeaseLost:
            self._log.warning("another process reads this mailbox now")
            return self._patience.turn
        except StoreError as error:
            self._log.error("the store is away, trying again", error=str(error))
        except Exception:  # noqa: BLE001 - nothing may end the loop
            self._log.exception("failed, trying again")
        return self._pause(self._patience.first)

    def _read(self) -> float:
        try:
            with signed_in(self.account, self._patience.connect, self._patience.answer) as client:
                self._log.info("mailbox opened")
                reading = Reading(
                    client,
                    self.account,
                    self._ledger,
                    self.stopping.is_set,
                    max_size=self._max_size(),
                    pace=self._patience.pace,
                )
                while not self.stopping.is_set():
                    more = reading.look()
                    self._failures = 0
                    if not more:
                        reading.wait()
        except Away as away:
            self._log.error("mailbox cannot be read, trying again", error=str(away))
            self._ledger.failed(str(away))
            return self._pause(self._patience.person if away.person else self._patience.first)
        finally:
            self._ledger.release()
        return 0.0

    def _pause(self, first: float) -> float:
        pause = min(first * 2.0 ** min(self._failures, 20), self._patience.most)
        self._failures += 1
        return self._jitter(pause / 2, pause)
