"""What the commands of SMTP do here, where that differs from aiosmtpd (RFC 5321)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from aiosmtpd.smtp import Envelope as Transaction
from aiosmtpd.smtp import Session as Greeting
from aiosmtpd.smtp import TLSSetupException, syntax

from gateway.intake.addresses import parse_path
from gateway.intake.connection import Connection
from gateway.intake.limits import Gate, Limits, Monotonic
from gateway.intake.reception import Reception
from gateway.intake.stream import Bounds, Refusal, Spool, receive
from gateway.intake.tls import Certificate
from gateway.values import Channel, Envelope

log = structlog.get_logger(__name__)

NULL_SENDER = "<>"
"""How aiosmtpd holds it, to tell it from no sender at all; in our Envelope it is ""."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What every conversation of a server has in common. Sizes are octets."""

    hostname: str
    max_size: int = 35_000_000
    limits: Limits = field(default_factory=Limits)
    spool: Path | None = None
    """Where large mails lie while they arrive; None: the system's temporary directory."""


class Hooks:
    """How aiosmtpd asks about a sender and a recipient."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception

    async def handle_MAIL(
        self, server: Connection, _: Greeting, transaction: Transaction, address: str, __: object
    ) -> str:
        refusal = self._reception.begin(server.peer)
        if refusal is None:
            transaction.mail_from = address
        return refusal or "250 2.1.0 Sender accepted"

    async def handle_RCPT(
        self, server: Connection, _: Greeting, transaction: Transaction, address: str, __: object
    ) -> str:
        refusal = self._reception.recipient(address, len(transaction.rcpt_tos))
        if refusal is None:
            transaction.rcpt_tos.append(address)
        else:
            log.info("recipient refused", peer=server.peer, address=address, reply=refusal)
        return refusal or "250 2.1.5 Recipient accepted"


class Conversation(Connection):
    """SMTP: one answer for all recipients of a mail."""

    channel = Channel.SMTP

    def __init__(
        self,
        settings: Settings,
        reception: Reception,
        gate: Gate,
        certificate: Certificate | None,
        monotonic: Monotonic,
        on_end: Callable[[Any], None],
    ) -> None:
        super().__init__(
            Hooks(reception),
            settings.hostname,
            settings.max_size,
            settings.limits,
            gate,
            certificate,
            monotonic,
            on_end,
        )
        self._bounds = Bounds(settings.max_size, settings.limits.data_line, settings.spool)
        self._reception = reception

    # Greeting

    @syntax("HELO hostname")
    async def smtp_HELO(self, hostname: str | None) -> None:
        await self._greet(hostname, (), extended=False)

    @syntax("EHLO hostname")
    async def smtp_EHLO(self, hostname: str | None) -> None:
        await self._greet(hostname, self._extensions(), extended=True)

    async def _greet(
        self, name: str | None, extensions: tuple[str, ...], *, extended: bool
    ) -> None:
        if self.session is None or not name or not name.isprintable():
            return await self.push("501 5.5.4 Say your host name")
        self.envelope = self._create_envelope()
        self.session.extended_smtp = extended
        self.session.host_name = name[:255]
        lines = (self.hostname, *extensions)
        reply = [f"250-{line}" for line in lines[:-1]] + [f"250 {lines[-1]}"]
        # Here alone without an enhanced status code (RFC 2034, 4).
        await super(Connection, self).push("\r\n".join(reply))
        return None

    def _extensions(self) -> tuple[str, ...]:
        encryption = ("STARTTLS",) if self.tls_context and not self._tls_protocol else ()
        size = f"SIZE {self._bounds.max_size}"
        return ("PIPELINING", size, *encryption, "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8")

    @syntax("STARTTLS", when="tls_context")
    async def smtp_STARTTLS(self, arg: str | None) -> None:
        if self._tls_protocol is not None:
            return await self.push("503 5.5.1 TLS is in use already")
        try:
            await super().smtp_STARTTLS(arg)
        except TLSSetupException as error:
            log.info("TLS failed", peer=self.peer, error=str(error.__cause__))
        if self._tls_protocol is not None and self.session and self.session.ssl is None:
            # Before the handshake is done, asyncio does not tell us that the connection is gone.
            self._original_transport.abort()
            self.connection_lost(None)
        return None

    # Small commands

    @syntax("VRFY address")
    async def smtp_VRFY(self, _: str | None) -> None:
        await self.push("252 2.1.5 Not verified here; send the mail to find out")

    @syntax("EXPN list")
    async def smtp_EXPN(self, _: str | None) -> None:
        await self.push("252 2.1.5 Not expanded here; send the mail to find out")

    @syntax("QUIT")
    async def smtp_QUIT(self, _: str | None) -> None:
        self.hang_up("221 2.0.0 Bye")

    # The mail

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        path = parse_path(arg)
        return (path.address or NULL_SENDER, path.parameters) if path else (None, None)

    @syntax("DATA")
    async def smtp_DATA(self, arg: str | None) -> None:
        transaction = self.envelope
        if transaction is None or not transaction.rcpt_tos:
            return await self.push("503 5.5.1 Name a sender and a recipient first")
        if arg:
            return await self.push("501 5.5.4 Syntax: DATA")
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        self._begin(mail=True)
        received = await receive(self._reader, self._bounds)
        if isinstance(received, Refusal):
            await self._refuse(received, transaction)
        else:
            await self._deliver(received, transaction)
        self.envelope = self._create_envelope()
        return None

    async def _refuse(self, refusal: Refusal, transaction: Transaction) -> None:
        log.warning("mail refused", peer=self.peer, reply=refusal.value)
        await self.push(self.final_reply([refusal.value] * len(transaction.rcpt_tos)))
        if refusal is Refusal.ENDLESS:
            self.hang_up()

    async def _deliver(self, spool: Spool, transaction: Transaction) -> None:
        self._take_turn()
        envelope = self._envelope(transaction)
        answers = await self._reception.deliver(envelope, spool)
        if any(answer.durable for answer in answers):
            self._junk = 0
        answered = dict(zip(envelope.rcpt_to, answers, strict=True))
        await self.push(self.final_reply([answered[to].reply() for to in transaction.rcpt_tos]))

    def _envelope(self, transaction: Transaction) -> Envelope:
        sender = transaction.mail_from
        return Envelope(
            channel=self.channel,
            mail_from="" if sender in (None, NULL_SENDER) else str(sender),
            rcpt_to=tuple(dict.fromkeys(transaction.rcpt_tos)),
            received_at=self._reception.now(),
            peer=self.peer,
            helo=self.session.host_name if self.session else None,
        )

    def final_reply(self, replies: list[str]) -> str:
        """What follows a mail, given the reply for each recipient.

        Here one line for all: stored only where all are, temporary where trying again can help.
        """
        return max(replies, key=lambda reply: "254".index(reply[0]))
