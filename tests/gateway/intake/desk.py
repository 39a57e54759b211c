"""A desk in memory behind a real server on a free port."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gateway.intake.answers import Answer, Outcome, Rejection
from gateway.intake.conversation import Settings
from gateway.intake.reception import House
from gateway.intake.smtp import SmtpService
from gateway.values import RawMail

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HELPDESK = "helpdesk@accel.example"
BILLING = "billing@accel.example"
FULL = "full@accel.example"
SECRET = "connection to 10.0.0.7 as deskpost failed"


@dataclass
class Desk:
    """Keeps what it accepts; `script` says what becomes of the next mails, then all are stored.

    Of the script, `fail` raises, `short` answers for too few recipients, and other words are
    outcomes, of one mail for all recipients or joined by + for each.
    """

    script: list[str] = field(default_factory=list)
    mails: list[RawMail] = field(default_factory=list)
    held: asyncio.Event | None = None
    """Where set, accepting waits for it."""
    entered: asyncio.Event = field(default_factory=asyncio.Event)

    async def accept(self, raw: RawMail) -> tuple[Answer, ...]:
        self.entered.set()
        if self.held is not None:
            await self.held.wait()
        word = self.script.pop(0) if self.script else "stored"
        if word == "fail":
            raise RuntimeError(SECRET)
        if word == "short":
            return ()
        outcomes = word.split("+") * (1 if "+" in word else len(raw.envelope.rcpt_to))
        answers = tuple(Answer(Outcome(outcome)) for outcome in outcomes)
        if any(answer.durable for answer in answers):
            self.mails.append(raw)
        return answers

    def known(self, address: str) -> bool | Rejection:
        if address == FULL:
            return Rejection("The mailbox is full", "4.2.2")
        local, _, domain = address.lower().partition("@")
        return address == "postmaster" or (
            domain == "accel.example" and local.partition("+")[0] in ("helpdesk", "billing")
        )


def run(test: Coroutine[Any, Any, None]) -> None:
    """Runs a test within a minute, in a loop where nothing may go wrong unseen."""
    unseen: list[dict[str, Any]] = []

    async def watched() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: unseen.append(context))
        async with asyncio.timeout(60):
            await test
        gc.collect()

    asyncio.run(watched())
    assert unseen == []


class Ticks:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Served:
    desk: Desk
    service: SmtpService
    address: str

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])


@asynccontextmanager
async def serving(
    desk: Desk | None = None,
    settings: Settings | None = None,
    *,
    listen: str = "127.0.0.1:0",
    monotonic: Any = time.monotonic,
    free_disk: Any = lambda: 1 << 40,
    **rest: Any,
) -> AsyncIterator[Served]:
    """A running service; it is stopped without grace at the end."""
    desk = desk or Desk()
    house = House(desk, lambda: NOW, monotonic, free_disk)
    service = SmtpService(house, settings or Settings("desk.example"), listen, **rest)
    address = await service.start()
    try:
        yield Served(desk, service, address)
    finally:
        if desk.held is not None:
            desk.held.set()
        await service.stop(1)


class Client:
    """One raw connection; every wait is bounded."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def say(self, octets: bytes) -> None:
        self.writer.write(octets)
        await self.writer.drain()

    async def line(self) -> str:
        """The next line without its CRLF; "(closed)" at the end of the connection."""
        try:
            line = await asyncio.wait_for(self.reader.readline(), 10)
        except ConnectionError:
            return "(closed)"
        return line.decode().removesuffix("\r\n") if line else "(closed)"

    async def reply(self) -> str:
        """The last line of the next reply."""
        while (line := await self.line())[3:4] == "-":
            pass
        return line

    async def ask(self, *commands: str) -> list[str]:
        """The replies to commands, one by one."""
        replies = []
        for command in commands:
            await self.say(command.encode() + b"\r\n")
            replies.append(await self.reply())
        return replies

    async def rest(self) -> list[str]:
        lines: list[str] = []
        while (line := await self.line()) != "(closed)":
            lines.append(line)
        return lines


@asynccontextmanager
async def client(address: str) -> AsyncIterator[Client]:
    """A client that has not read the greeting yet."""
    if "/" in address:
        reader, writer = await asyncio.open_unix_connection(address)
    else:
        host, _, port = address.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield Client(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@asynccontextmanager
async def in_data(address: str, recipients: Iterable[str] = (HELPDESK,)) -> AsyncIterator[Client]:
    """A client that was just told 354."""
    async with client(address) as talk:
        await talk.reply()
        rcpt = [f"RCPT TO:<{to}>" for to in recipients]
        replies = await talk.ask("EHLO c.example", "MAIL FROM:<jan@acme.example>", *rcpt, "DATA")
        assert replies[-1].startswith("354"), replies
        yield talk
