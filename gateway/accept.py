"""The one way in: what arrives is durable before anybody is told so.

Mails that arrive together are committed together: a commit costs a disk's sync, whoever shares it.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass

import structlog

from gateway.intake.answers import Answer, Outcome, Rejection
from gateway.routing import by_desk, content_key, desk_of
from gateway.values import RawMail
from rules.model import Desk
from store import evidence, inbox
from store.database import Database
from store.errors import Conflict, StoreError
from store.inbox import Accepted, Arrival, Receipt

log = structlog.get_logger(__name__)

Desks = Callable[[], dict[str, Desk]]
"""The desks as they are now: configuration is read anew while the gateway runs."""

AGAIN = 5
"""How often mails are stored again at once because another transaction was first."""
TOGETHER = 64
"""Mails that share a commit at the most."""

NO_DESK = "No help desk reads this address; please check it"


def arrivals(
    raw: RawMail, desks: dict[str, Desk], *, quiet: bool = False, outside: bool = False
) -> list[Arrival]:
    """One for each desk that the mail is for."""
    envelope = raw.envelope
    key = content_key(raw.body, envelope.received_at)
    return [
        Arrival(
            content_key=key,
            desk=desk,
            channel=envelope.channel.value,
            mail_from=envelope.mail_from,
            recipients=recipients,
            received_at=envelope.received_at,
            body=raw.body,
            peer=envelope.peer,
            helo=envelope.helo,
            quiet=quiet,
            outside=outside,
        )
        for desk, recipients in by_desk(envelope.rcpt_to, desks).items()
    ]


def accept(
    database: Database, mails: Sequence[RawMail], desks: dict[str, Desk], *, quiet: bool = False
) -> list[Receipt]:
    """Stores mails in one commit. Raises StoreError: then nothing was acknowledged.

    Args:
        quiet: nobody is written to because of them.
    """
    outside = bool(evidence.keep_outside(database, [raw.body for raw in mails]))
    found = [a for raw in mails for a in arrivals(raw, desks, quiet=quiet, outside=outside)]
    return _arrive(database, found)


def _arrive(database: Database, found: Sequence[Arrival]) -> list[Receipt]:
    """In one commit; again at once where another transaction was in the way, which databases of
    many machines say of more than PostgreSQL does."""
    for _ in range(AGAIN):
        with suppress(Conflict), database.transaction() as tx:
            return inbox.arrive(tx, found)
    raise Conflict(f"others were first {AGAIN} times")


@dataclass(frozen=True, slots=True)
class _Waiting:
    arrivals: list[Arrival]
    done: Future[list[Receipt]]


class GroupAcceptor:
    """Collects what many conversations bring, and commits it in a thread of its own.

    `stored` is called after each commit: somebody may want to begin at once.
    """

    def __init__(self, database: Database, desks: Desks, stored: Callable[[], None]) -> None:
        self._database = database
        self._desks = desks
        self._stored = stored
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="accept", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Commits what waits, and ends."""
        self._queue.put(None)
        self._thread.join()

    def known(self, address: str) -> bool | Rejection:
        return desk_of(address, self._desks()) is not None or Rejection(NO_DESK)

    async def accept(self, raw: RawMail) -> tuple[Answer, ...]:
        """One answer for each recipient. Raises StoreError where it is not durable."""
        desks = self._desks()
        kept = await asyncio.to_thread(evidence.keep_outside, self._database, [raw.body])
        waiting = _Waiting(arrivals(raw, desks, outside=bool(kept)), Future())
        self._queue.put(waiting)
        receipts = await asyncio.wrap_future(waiting.done)
        by = {a.desk: r for a, r in zip(waiting.arrivals, receipts, strict=True)}
        return tuple(_answer(desk_of(rcpt, desks), by) for rcpt in raw.envelope.rcpt_to)

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            group = [first]
            last = False
            while len(group) < TOGETHER and not self._queue.empty():
                more = self._queue.get()
                if more is None:
                    last = True
                    break
                group.append(more)
            self._commit([w for w in group if w.done.set_running_or_notify_cancel()])
            if last:
                return

    def _commit(self, group: Sequence[_Waiting]) -> None:
        """Nobody hears of a mail before it is durable; nothing ends the only way in."""
        together = [arrival for waiting in group for arrival in waiting.arrivals]
        try:
            receipts = iter(_arrive(self._database, together))
        except Exception as error:  # noqa: BLE001 - it is told to whoever waits
            self._failed(group, error)
            return
        for waiting in group:
            waiting.done.set_result([next(receipts) for _ in waiting.arrivals])
        self._stored()

    def _failed(self, group: Sequence[_Waiting], error: Exception) -> None:
        """What the store refuses for good is one mail's fault: the others are tried alone."""
        temporary = isinstance(error, StoreError) and error.temporary
        if not temporary and len(group) > 1:
            for waiting in group:
                self._commit([waiting])
            return
        log.error("not stored", mails=len(group), error=str(error))
        for waiting in group:
            waiting.done.set_exception(error)


def _answer(desk: Desk | None, receipts: dict[str, Receipt]) -> Answer:
    if desk is None:
        return Answer(Outcome.PERMANENT, NO_DESK, "5.1.1")
    receipt = receipts[desk.address]
    duplicate = receipt.accepted is Accepted.DUPLICATE
    return Answer(Outcome.DUPLICATE if duplicate else Outcome.STORED)
