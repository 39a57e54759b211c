"""The SMTP and LMTP servers: a listening socket, its conversations, and their orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from pathlib import Path

import structlog

from gateway.intake.conversation import Conversation, Settings
from gateway.intake.limits import Border, Gate
from gateway.intake.lmtp import LmtpConversation
from gateway.intake.reception import House, Reception
from gateway.intake.tls import Certificate
from gateway.values import Channel

log = structlog.get_logger(__name__)

BACKLOG = 200
SOCKET_MODE = 0o660
"""Of a Unix socket: whoever may write to it is the border."""

_HOST_PORT = re.compile(r"(?:\[(?P<v6>[^\]]*)\]|(?P<host>[^:]*)):(?P<port>\d{1,5})")


class CannotListen(OSError):
    """The server cannot start; the text is one line for the operator. Permanent until mended."""


class SmtpService:
    """One listening address. `channel` SMTP or LMTP says which protocol is spoken there."""

    def __init__(
        self,
        house: House,
        settings: Settings,
        listen: str,
        *,
        channel: Channel = Channel.SMTP,
        border: Border | None = None,
        certificate: Certificate | None = None,
    ) -> None:
        """`listen` is `host:port`, `[::1]:port`, `:port` (all addresses) or a socket's path."""
        self._listen = listen
        self._settings = settings
        self._kind = LmtpConversation if channel is Channel.LMTP else Conversation
        self._certificate = certificate
        self._monotonic = house.monotonic
        self._gate = Gate(settings.limits, border or Border(()), house.monotonic)
        self._reception = Reception(house, settings.limits, self._gate, settings.max_size)
        self._conversations: set[Conversation] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> str:
        """Listens; answers the address that was bound, with the port that port 0 became.

        Raises CannotListen.
        """
        try:
            self._server = await self._bind()
        except (OSError, ValueError, OverflowError) as error:
            raise CannotListen(f"cannot listen on {self._listen}: {error}") from error
        bound = _written(self._server.sockets[0])
        log.info("listening", address=bound, protocol=self._kind.channel.value)
        return bound

    async def stop(self, grace: float) -> None:
        """Takes no more connections, lets mails on their way finish within `grace` seconds."""
        if self._server is None:
            return
        self._server.close()
        conversations = list(self._conversations)
        for conversation in conversations:
            conversation.dismiss()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await _finished(conversations)
                await self._reception.settle()
        for conversation in list(self._conversations):
            conversation.abort()
        await self._reception.abandon()
        await _finished(conversations)
        await self._server.wait_closed()
        if "/" in self._listen:
            Path(self._listen).unlink(missing_ok=True)

    async def _bind(self) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        if "/" in self._listen:
            server = await loop.create_unix_server(self._welcome, self._listen, backlog=BACKLOG)
            Path(self._listen).chmod(SOCKET_MODE)
            return server
        found = _HOST_PORT.fullmatch(self._listen)
        if found is None:
            raise ValueError("write host:port or the path of a socket")
        host = found["v6"] or found["host"] or None
        return await loop.create_server(self._welcome, host, int(found["port"]), backlog=BACKLOG)

    def _welcome(self) -> Conversation:
        conversation = self._kind(
            self._settings,
            self._reception,
            self._gate,
            self._certificate,
            self._monotonic,
            self._conversations.discard,
        )
        self._conversations.add(conversation)
        return conversation


async def _finished(conversations: list[Conversation]) -> None:
    for conversation in conversations:
        await conversation.finished()


def _written(bound: socket.socket) -> str:
    name = bound.getsockname()
    if isinstance(name, str):
        return name
    host, port = name[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
