"""One client's connection: its place, its time, its command lines and its end.

aiosmtpd keeps the protocol's state. The loop that reads commands is ours: aiosmtpd's knows neither
a limit of errors nor a half-closed client, and tells clients an exception's text.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import structlog
from aiosmtpd.smtp import SMTP

from gateway.intake.limits import Gate, Limits, Monotonic, Pace, Turned, plain_peer
from gateway.intake.tls import Certificate

log = structlog.get_logger(__name__)

OUR_FAILURE = "451 4.3.0 Something went wrong here; please try again later"
CLOSING = "421 4.3.2 This server is closing; please try again later"
TOO_SLOW = "421 4.4.2 Nothing came for too long; closing the connection"
TOO_MANY_ERRORS = "421 4.7.0 Too many errors; closing the connection"
TOO_MUCH_JUNK = "421 4.7.0 Too many commands without a mail; closing the connection"
NOT_A_MAIL_CLIENT = "421 4.7.0 This is a mail server; closing the connection"

_JUNK = frozenset({"NOOP", "RSET", "VRFY", "EXPN", "HELP", "HELO", "EHLO", "LHLO", "STARTTLS"})
_HTTP = frozenset({"GET", "POST", "PUT", "HEAD", "CONNECT", "OPTIONS"})
"""What a browser says when a hostile page sends it here (Postfix: smtpd_forbidden_commands)."""

_STATUS = {
    "250": "2.0.0",
    "454": "4.7.0",
    "500": "5.5.2",
    "501": "5.5.4",
    "503": "5.5.1",
    "552": "5.3.4",
    "555": "5.5.4",
}
_PLAIN_REPLY = re.compile(r"(\d{3}) (?!\d\.\d+\.\d+ )(.*)")


def enhanced(reply: str) -> str:
    """A reply of one line with an enhanced status code, where aiosmtpd gave none (RFC 2034, 4)."""
    found = _PLAIN_REPLY.fullmatch(reply)
    if found is None or found[1] not in _STATUS:
        return reply
    return f"{found[1]} {_STATUS[found[1]]} {found[2]}"


class Connection(SMTP):
    """A connection from its greeting to its end; what the commands do is for subclasses."""

    line_length_limit = 65_536
    """aiosmtpd's name for the reader's limit: about twice this waits in memory."""
    greeting = "ESMTP"

    def __init__(
        self,
        hooks: object,
        hostname: str,
        max_size: int,
        limits: Limits,
        gate: Gate,
        certificate: Certificate | None,
        monotonic: Monotonic,
        on_end: Callable[[Any], None],
    ) -> None:
        super().__init__(
            hooks,
            data_size_limit=max_size,
            enable_SMTPUTF8=True,
            hostname=hostname,
            tls_context=certificate.context() if certificate else None,
            timeout=limits.idle,
            loop=asyncio.get_running_loop(),
        )
        # Behind TLS aiosmtpd offers it, and there is nobody to log in.
        del self._smtp_methods["AUTH"]
        self.limits = limits
        self.peer: str | None = None
        self._gate = gate
        self._pace = Pace(limits, monotonic)
        self._on_end = on_end
        self._turned: Turned | None = None
        self._listening = False
        self._our_turn = False
        self._dismissed = False
        self._leaving = False
        self._gone = False
        self._errors = 0
        self._junk = 0

    # Its place

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        first = self.transport is None  # the second is the same client behind TLS
        super().connection_made(transport)
        if first:
            name = transport.get_extra_info("peername")
            self.peer = plain_peer(name[0]) if isinstance(name, tuple) else None
            self._turned = self._gate.enter(self.peer)
            self._begin()

    def eof_received(self) -> bool:
        # A client may half-close after its last command; aiosmtpd would drop what it has not read.
        super(SMTP, self).eof_received()
        return self._tls_protocol is None

    def connection_lost(self, error: Exception | None) -> None:
        if self._gone:
            return
        self._gone = True
        super().connection_lost(error)
        if self._turned is None:
            self._gate.leave(self.peer)
        self._on_end(self)

    async def finished(self) -> None:
        """Waits until the conversation's own task has ended."""
        if self._handler_coroutine is not None:
            await asyncio.wait({self._handler_coroutine})

    # Its end

    def dismiss(self) -> None:
        """The server closes: at once between two commands, else after the one in hand."""
        self._dismissed = True
        if self._listening:
            self.hang_up(CLOSING)

    def hang_up(self, reply: str | None = None) -> None:
        """Ends the connection after a last reply, even if the client does not read it."""
        if self._leaving or self._gone:
            return
        self._leaving = True
        if reply is not None:
            self._writer.write(reply.encode() + b"\r\n")
        self._writer.close()
        self._cancel_timeout()
        self._timeout_handle = self.loop.call_later(self.limits.linger, self.abort)

    def abort(self) -> None:
        """Cuts the connection."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    # Its time

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._our_turn:
            self._wait_at_most(self._pace.heard(len(data)))

    def _begin(self, *, mail: bool = False) -> None:
        self._our_turn = False
        self._wait_at_most(self._pace.begin(self._gate.idle(self.peer), mail=mail))

    def _take_turn(self) -> None:
        """What takes time from here on is our doing, not the client's."""
        self._our_turn = True
        self._cancel_timeout()

    def _wait_at_most(self, seconds: float) -> None:
        if not self._leaving:
            self._cancel_timeout()
            self._timeout_handle = self.loop.call_later(seconds, self._timeout_cb)

    def _cancel_timeout(self) -> None:
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()

    def _timeout_cb(self) -> None:
        log.info("client too slow", peer=self.peer)
        self.hang_up(TOO_SLOW)

    # Its commands

    async def _handle_client(self) -> None:
        try:
            await self._converse()
        except (ConnectionError, asyncio.IncompleteReadError):
            log.debug("client left", peer=self.peer)
        finally:
            self.hang_up()

    async def _converse(self) -> None:
        if self._turned is not None:
            log.warning("connection refused", peer=self.peer, reason=self._turned.value)
            return self.hang_up(f"421 4.7.0 Please try again later: {self._turned.value}")
        await self.push(f"220 {self.hostname} {self.greeting}")
        while self._may_go_on():
            await self._obey(await self._command_line())
            self._begin()
        return None

    async def _command_line(self) -> str | None:
        """The next line without its end; None where it was too long."""
        self._listening = True
        too_long = False
        try:
            while True:
                try:
                    line = await self._reader.readuntil()
                except asyncio.LimitOverrunError as error:
                    await self._reader.readexactly(error.consumed)
                    too_long = True
                    continue
                if too_long or len(line) > self.limits.command_line:
                    return None
                # Octets that are no UTF-8 survive as surrogates, which no address may have.
                return line.rstrip(b"\r\n").decode("utf-8", "surrogateescape")
        finally:
            self._listening = False

    async def _obey(self, line: str | None) -> None:
        if line is None:
            return await self.push("500 5.5.2 Line too long")
        command, _, argument = line.partition(" ")
        command = command.upper()
        if command in _HTTP:
            return self.hang_up(NOT_A_MAIL_CLIENT)
        self._junk += command in _JUNK
        method = self._smtp_methods.get(command)
        if method is None:
            return await self.push("500 5.5.1 Command not recognised")
        try:
            await method(argument.strip() or None)
        except ConnectionError:
            raise
        except Exception:  # our failure is temporary for the client and says nothing of itself
            log.exception("command failed", peer=self.peer, command=command)
            await self.push(OUR_FAILURE)
        return None

    def _may_go_on(self) -> bool:
        if self._errors >= self.limits.errors:
            log.warning("too many errors", peer=self.peer)
            self.hang_up(TOO_MANY_ERRORS)
        elif self._junk > self.limits.junk_commands:
            log.warning("too many commands without a mail", peer=self.peer)
            self.hang_up(TOO_MUCH_JUNK)
        elif self._dismissed:
            self.hang_up(CLOSING)
        return not self._leaving

    async def push(self, status: str | bytes) -> None:
        """Sends a reply, with an enhanced status code where it should have one."""
        reply = status.decode() if isinstance(status, bytes) else status
        self._errors += reply.startswith("5")
        await super().push(enhanced(reply))
