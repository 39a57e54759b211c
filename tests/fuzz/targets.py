"""What is fuzzed: each target takes any octets, and raises only where the code is wrong.

`test_targets.py` plays them over the goldens and what was found before; `tools/fuzz.py` lets
atheris (libFuzzer) look for more.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_network
from typing import Final
from zoneinfo import ZoneInfo

from gateway.authentication import authenticate
from gateway.configuration.settings import Trust
from gateway.intake.conversation import Conversation, Settings
from gateway.intake.limits import Border, Gate, Limits
from gateway.intake.reception import House, Reception
from gateway.reading.guard import doubt
from gateway.reading.parse import read
from gateway.values import Channel, Envelope, RawMail
from rules import commands
from rules.process import Process
from tests.gateway.intake.desk import NOW, Desk
from tests.gateway.reading.sound import assert_sound
from tests.rules.processes import shipped

_BORDER: Final = "192.0.2.25"
_TRUSTS: Final = (
    Trust(authserv_id="mx.border.example", border=(ip_network(f"{_BORDER}/32"),)),
    Trust(border=(ip_network(f"{_BORDER}/32"),)),
)
_REPLY: Final = re.compile(rb"(?:\d{3}[ -][\x20-\x7e]*\r\n)*")
_BRUSSELS: Final = ZoneInfo("Europe/Brussels")


class _NoRecords:
    """A DNS in which there is nothing."""

    def look_up(self, name: str, kind: str, seconds: float) -> Sequence[bytes]:
        return ()


def mail(octets: bytes) -> None:
    """Reading a mail: no accessor fails, and what is read can be stored, shown and sent on."""
    if not doubt(octets):  # else a child reads it, where its limits are the point
        assert_sound(read(octets, None, frozenset()))


def proof(octets: bytes) -> None:
    """Checking a sender: never an error; nothing here has a key or a border's stamp in place."""
    if doubt(octets):
        return
    parsed = read(octets, None, frozenset())
    for trust in _TRUSTS:
        envelope = Envelope(
            Channel.SMTP, "a@b.example", ("c@d.example",), NOW, _BORDER, "b.example"
        )
        found = authenticate(octets, envelope, parsed, trust, resolver=_NoRecords())
        assert "broke down" not in " ".join(found.reasons), found.reasons
        if not trust.authserv_id:
            assert not found.domain


def command(octets: bytes) -> None:
    """Reading commands out of a text in five languages: the remainder commands nothing."""
    text = octets.decode("utf-8", "replace").replace("\0", "")
    for process in _processes():
        said = commands.read(text, process, now=_AT, time_zone=_BRUSSELS)
        for called in said.commands:
            assert called.line.startswith("#")
            assert called.spec is process.commands[called.name]
        again = commands.read(said.text, process, now=_AT, time_zone=_BRUSSELS)
        assert not again.commands


_AT: Final = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@cache
def _processes() -> tuple[Process, ...]:
    names = ("agency", "consulting", "servicedesk", "servicesheet", "helpdesk")
    return tuple(shipped(name) for name in names)


def smtp(octets: bytes) -> None:
    """A client that says anything: well-formed replies, and no more mails than ends of data."""
    desk = Desk()
    replies = asyncio.run(_talk(octets, desk))
    assert _REPLY.fullmatch(replies), replies
    assert b" 4.3.0 " not in replies, replies  # our own failure
    assert len(desk.mails) <= octets.count(b"\r\n.\r\n")
    for raw in desk.mails:
        _assert_clean(raw)


def _assert_clean(raw: RawMail) -> None:
    envelope = raw.envelope
    for address in (envelope.mail_from, *envelope.rcpt_to, envelope.helo or ""):
        assert address.isprintable(), address
    assert envelope.rcpt_to


async def _talk(octets: bytes, desk: Desk) -> bytes:
    """All that a real conversation over a pair of sockets answers to these octets and an end."""
    loop = asyncio.get_running_loop()
    unseen: list[dict[str, object]] = []
    loop.set_exception_handler(lambda _, context: unseen.append(context))
    settings = Settings("desk.example", max_size=100_000)
    limits = Limits()
    gate = Gate(limits, Border(()), loop.time)
    house = House(desk, lambda: NOW, loop.time, lambda: 1 << 40)
    reception = Reception(house, limits, gate, settings.max_size)
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    over = loop.create_future()
    conversation = Conversation(
        settings, reception, gate, None, loop.time, lambda _: over.set_result(None)
    )
    await loop.connect_accepted_socket(lambda: conversation, ours)
    try:
        said = asyncio.create_task(_say(theirs, octets))
        heard = await _hear(theirs)
        await asyncio.gather(said, return_exceptions=True)
        await over
        await conversation.finished()
    finally:
        theirs.close()
    assert not unseen, unseen
    return heard


async def _say(there: socket.socket, octets: bytes) -> None:
    """In pieces whose length their first octet tells, since where one ends must not matter."""
    loop = asyncio.get_running_loop()
    piece = (octets[0] if octets else 0) + 1
    step = piece if piece < 64 and len(octets) < 2_000 else 65_536
    for at in range(0, len(octets), step):
        await loop.sock_sendall(there, octets[at : at + step])
        await asyncio.sleep(0)
    there.shutdown(socket.SHUT_WR)


async def _hear(there: socket.socket) -> bytes:
    loop = asyncio.get_running_loop()
    heard = b""
    # Whoever goes on talking behind the end of a session has it cut.
    with contextlib.suppress(ConnectionResetError):
        while chunk := await loop.sock_recv(there, 65_536):
            heard += chunk
    return heard


TARGETS: Final[Mapping[str, Callable[[bytes], None]]] = {
    "mail": mail,
    "proof": proof,
    "command": command,
    "smtp": smtp,
}
