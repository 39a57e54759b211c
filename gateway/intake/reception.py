"""Between a conversation and the acceptor: who may send, to whom, and the storing of a mail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog

from gateway.intake.answers import Acceptor, Answer, Rejection, unavailable
from gateway.intake.limits import Gate, Limits, disk_is_short
from gateway.intake.stream import Spool
from gateway.values import Envelope, RawMail

log = structlog.get_logger(__name__)

OUT_OF_DISK = "452 4.3.1 There is no room for mail just now; please try again later"
TOO_FAST = "450 4.7.1 Mail from your address comes too fast; please try again later"
TOO_MANY_RECIPIENTS = "452 4.5.3 Too many recipients; send the mail to the others separately"


class Budget:
    """Octets of memory that mails being stored share; first come, first served."""

    def __init__(self, octets: int) -> None:
        self._whole = self._free = octets
        self._queue = asyncio.Lock()
        self._given_back = asyncio.Event()

    @asynccontextmanager
    async def hold(self, octets: int) -> AsyncIterator[None]:
        """Waits for so much of it; what is larger than the whole takes the whole."""
        needed = min(octets, self._whole)
        async with self._queue:  # a large mail is not starved by small ones behind it
            while self._free < needed:
                self._given_back.clear()
                await self._given_back.wait()
            self._free -= needed
        try:
            yield
        finally:
            self._free += needed
            self._given_back.set()


@dataclass(frozen=True, slots=True)
class House:
    """What the installation is to its intakes."""

    acceptor: Acceptor
    clock: Callable[[], datetime]
    """Aware, UTC."""
    monotonic: Callable[[], float]
    free_disk: Callable[[], int]
    """Octets free where mails are stored."""


class Reception:
    """The one place where all conversations of a server meet the acceptor."""

    def __init__(self, house: House, limits: Limits, gate: Gate, max_size: int) -> None:
        self._house = house
        self._limits = limits
        self._gate = gate
        self._max_size = max_size
        self._budget = Budget(limits.memory)
        self._running: set[asyncio.Task[tuple[Answer, ...]]] = set()

    def now(self) -> datetime:
        return self._house.clock()

    def begin(self, peer: str | None) -> str | None:
        """Why no mail may begin now, as a reply line; None where it may."""
        if disk_is_short(self._house.free_disk(), self._max_size, self._limits):
            log.error("out of disk", max_size=self._max_size)
            return OUT_OF_DISK
        return None if self._gate.may_send(peer) else TOO_FAST

    def recipient(self, address: str, before: int) -> str | None:
        """Why the recipient after so many others is refused, as a reply line; None where taken."""
        if before >= self._limits.recipients:
            return TOO_MANY_RECIPIENTS
        verdict = self._house.acceptor.known(address)
        if verdict is True:
            return None
        return (verdict or Rejection()).reply()

    async def deliver(self, envelope: Envelope, spool: Spool) -> tuple[Answer, ...]:
        """Stores the mail and closes the spool, also when the caller is cancelled meanwhile.

        Never raises for a failure of ours: that is a temporary answer for every recipient.
        """
        task = asyncio.create_task(self._store(envelope, spool))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            async with asyncio.timeout(self._limits.commit):
                return await asyncio.shield(task)
        except TimeoutError:
            log.error("commit takes too long", **_traits(envelope, spool))
            return unavailable(len(envelope.rcpt_to))

    async def _store(self, envelope: Envelope, spool: Spool) -> tuple[Answer, ...]:
        traits = _traits(envelope, spool)
        try:
            answers = await self._accept(envelope, spool)
        except Exception:  # whatever it was, the mail is not known to be durable
            log.exception("mail not stored", **traits)
            return unavailable(len(envelope.rcpt_to))
        finally:
            spool.close()
        log.info("mail answered", outcomes=[answer.outcome.value for answer in answers], **traits)
        return answers

    async def _accept(self, envelope: Envelope, spool: Spool) -> tuple[Answer, ...]:
        async with self._budget.hold(spool.size):
            raw = RawMail(envelope, await spool.content())
            answers = await self._house.acceptor.accept(raw)
        if len(answers) != len(envelope.rcpt_to):
            raise ValueError(f"{len(answers)} answers for {len(envelope.rcpt_to)} recipients")
        return answers

    async def settle(self) -> None:
        """Waits for the mails that are being stored."""
        while self._running:
            await asyncio.wait(self._running)

    async def abandon(self) -> None:
        """Cancels what is still being stored; nobody was told that it is."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)


def _traits(envelope: Envelope, spool: Spool) -> dict[str, object]:
    return {
        "channel": envelope.channel.value,
        "peer": envelope.peer,
        "mail_from": envelope.mail_from,
        "rcpt_to": envelope.rcpt_to,
        "size": spool.size,
    }
