"""A mail server's double on loopback: it takes mails, or answers as a test has written down.

sink.answers["RCPT"] = ["450 4.2.1 later"]     # the next answer to that command
sink.answers["DOT"] = [HANG_UP]                # after the last byte of a mail
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from gateway.delivery.connecting import Relay
from tests.servers.running import free_port

HANG_UP = "the connection ends here"
TAKE_AND_HANG_UP = "the mail is taken, and then the connection ends"
SAY_NOTHING = "no answer, ever"


@dataclass(frozen=True)
class Taken:
    sender: str
    recipient: str
    body: bytes
    options: tuple[str, ...]


class Sink:
    """What came of it: the mails, the connections and the commands of all of them in order."""

    def __init__(self) -> None:
        self.answers: dict[str, list[str]] = defaultdict(list)
        self.mails: list[Taken] = []
        self.connections = 0
        self.commands: list[str] = []
        self.signed_in: list[LoginPassword] = []
        self.waiting = threading.Event()
        """Set while the server says nothing."""
        self.port = free_port()

    def relay(self, **other: Any) -> Relay:
        return replace(Relay("127.0.0.1", self.port, "accel.example"), **other)

    def next(self, command: str) -> str | None:
        self.commands.append(command)
        return self.answers[command].pop(0) if self.answers[command] else None

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _kind: str, data: Any
    ) -> AuthResult:
        self.signed_in.append(data)
        return AuthResult(success=data.password == "geheim-ß".encode(), handled=False)

    async def handle_DATA(self, server: Protocol, _session: Session, envelope: Envelope) -> str:
        answer = self.next("DOT")
        if answer not in (None, TAKE_AND_HANG_UP):
            return await server.answered(answer)
        self.mails.append(
            Taken(
                (envelope.mail_from or "").removeprefix("<>"),
                envelope.rcpt_tos[0],
                envelope.original_content or b"",
                tuple(envelope.mail_options),
            )
        )
        if answer == TAKE_AND_HANG_UP:
            return await server.answered(HANG_UP)
        return "250 2.6.0 taken"


class Protocol(SMTP):
    """Looks at the written answers first."""

    event_handler: Sink

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.SubprocessTransport) and self._is_new:
            self.event_handler.connections += 1
            self._is_new = False
        super().connection_made(transport)

    _is_new = True

    async def answered(self, answer: str | None) -> str:
        """The answer itself, unless it is none."""
        if answer == SAY_NOTHING:
            self.event_handler.waiting.set()
            await asyncio.sleep(3_600)
        if answer == HANG_UP and self.transport is not None:
            self.transport.abort()  # type: ignore[attr-defined]
        return answer or ""

    async def _scripted(self, command: str) -> bool:
        answer = self.event_handler.next(command)
        if answer is None:
            return False
        answer = await self.answered(answer)
        if answer != HANG_UP:
            await self.push(answer)
        if answer.startswith("421") and self.transport is not None:
            self.transport.close()
        return True

    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self._scripted("EHLO"):
            await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname: str) -> None:
        if not await self._scripted("HELO"):
            await super().smtp_HELO(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:
        if not await self._scripted("STARTTLS"):
            await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str) -> None:
        if not await self._scripted("AUTH"):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        if not await self._scripted("MAIL"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        if not await self._scripted("RCPT"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if not await self._scripted("DATA"):
            await super().smtp_DATA(arg)

    async def smtp_RSET(self, arg: str) -> None:
        if not await self._scripted("RSET"):
            await super().smtp_RSET(arg)

    async def smtp_QUIT(self, arg: str) -> None:
        if not await self._scripted("QUIT"):
            await super().smtp_QUIT(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return Protocol(self.handler, **self.SMTP_kwargs)


@contextmanager
def running(sink: Sink, **options: Any) -> Iterator[Sink]:
    """The sink takes mails within this block; options are aiosmtpd's."""
    kept: dict[str, Any] = {
        "data_size_limit": 50_000_000,
        "enable_SMTPUTF8": False,
        "ident": "sink",
    }
    controller = _Controller(sink, hostname="127.0.0.1", port=sink.port, **kept | options)
    controller.start()
    sink.connections = 0  # the first was the controller's own
    try:
        yield sink
    finally:
        controller.stop()


def tls(certificate: Any) -> ssl.SSLContext:
    """A server's side."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    return context


@contextmanager
def greeting(*greetings: bytes) -> Iterator[int]:
    """A port where each client in turn is greeted so, and then left alone."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for words in greetings:
            with suppress(OSError):
                client, _ = server.accept()
                with client:
                    client.sendall(words)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        server.close()
