"""A mail out of the wire: end of data, dot-stuffing, size and line length, in bounded memory."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

END_OF_DATA = b"\r\n.\r\n"
"""The only end there is; with a bare CR or LF in it, it is text (RFC 5321, 4.1.1.4)."""

CHUNK = 65_536
IN_MEMORY = 131_072
"""Octets of a mail under way that stay in memory; the rest of it goes to disk."""
FLUSH_MARGIN = 1_000_000


class Refusal(Enum):
    """Why a mail that was sent is not taken: an SMTP reply (RFC 5321, 4.2.5)."""

    TOO_LARGE = "552 5.3.4 The mail is larger than this server takes"
    LONG_LINE = "500 5.5.2 The mail has a line longer than this server takes"
    NO_ROOM = "452 4.3.1 There is no room for the mail just now; please try again later"
    ENDLESS = "552 5.3.4 The mail is far larger than this server takes; closing the connection"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one mail may take, in octets, and where the part of it that is not in memory lies."""

    max_size: int
    longest_line: int
    directory: Path | None = None


class Unstuffer:
    """Turns chunks as they come into the mail's octets (RFC 5321, 4.5.2).

    Octets other than the dots of transparency are never changed. After `ended`, `rest` is what the
    client sent behind the mail.
    """

    def __init__(self) -> None:
        # The CRLF that ended the DATA command also begins an end of data (RFC 5321, 4.1.1.4).
        self._held = b"\r\n"
        self._begun = False
        self.ended = False
        self.rest = b""

    def feed(self, chunk: bytes) -> bytes:
        """The octets of the mail that are certain after this chunk."""
        data = self._held + chunk
        end = data.find(END_OF_DATA)
        if end >= 0:
            self.ended = True
            self.rest = data[end + len(END_OF_DATA) :]
            return self._unstuff(data[: end + 2])
        certain = len(data) - _begun_end(data)
        self._held = data[certain:]
        return self._unstuff(data[:certain])

    def _unstuff(self, lines: bytes) -> bytes:
        plain = lines.replace(b"\r\n.", b"\r\n")
        if self._begun or not plain:
            return plain
        self._begun = True
        return plain[2:]


def _begun_end(data: bytes) -> int:
    """How many octets at the end could be the beginning of an end of data."""
    for length in range(len(END_OF_DATA) - 1, 0, -1):
        if data.endswith(END_OF_DATA[:length]):
            return length
    return 0


class LineGauge:
    """Notices a line longer than `limit` octets, whatever the chunks; LF ends a line here."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open = 0

    def exceeded(self, chunk: bytes) -> bool:
        start = 0
        while True:
            reach = start + self._limit - self._open + 1
            end = chunk.rfind(b"\n", start, reach)
            if end < 0:
                self._open += len(chunk) - start
                return self._open > self._limit
            start, self._open = end + 1, 0


class Spool:
    """A mail under way, in memory while small and else in a nameless file. Close it."""

    def __init__(self, directory: Path | None = None) -> None:
        where = str(directory) if directory else None
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=where)  # noqa: SIM115
        self.size = 0

    def write(self, octets: bytes) -> None:
        self._file.write(octets)
        self.size += len(octets)

    async def content(self) -> bytes:
        """The whole mail; this alone takes its full size of memory."""
        self._file.seek(0)
        if self.size <= IN_MEMORY:
            return self._file.read()
        return await asyncio.to_thread(self._file.read)

    def close(self) -> None:
        with contextlib.suppress(OSError):  # a full disk shows when the last octets are flushed
            self._file.close()


async def receive(reader: asyncio.StreamReader, bounds: Bounds) -> Spool | Refusal:
    """Reads one mail up to its end of data; what the client sent behind it stays in `reader`.

    A mail that is refused is read to its end, so that the client hears why (but not for ever).
    Raises ConnectionResetError where the client leaves before the end.
    """
    spool = Spool(bounds.directory)
    try:
        refusal = await _fill(spool, reader, bounds)
    except BaseException:
        spool.close()
        raise
    if refusal is None:
        return spool
    spool.close()
    return refusal


async def _fill(spool: Spool, reader: asyncio.StreamReader, bounds: Bounds) -> Refusal | None:
    unstuffer, gauge = Unstuffer(), LineGauge(bounds.longest_line)
    refusal: Refusal | None = None
    received = 0
    while not unstuffer.ended:
        chunk = await reader.read(CHUNK)
        if not chunk:
            raise ConnectionResetError("the client left within its mail")
        received += len(chunk)
        octets = unstuffer.feed(chunk)
        if refusal is None:
            refusal = _keep(spool, octets, bounds)
            refusal = Refusal.LONG_LINE if gauge.exceeded(chunk) else refusal
        elif received > 2 * bounds.max_size + FLUSH_MARGIN:
            return Refusal.ENDLESS
    _unread(reader, unstuffer.rest)
    return refusal


def _keep(spool: Spool, octets: bytes, bounds: Bounds) -> Refusal | None:
    if spool.size + len(octets) > bounds.max_size:
        return Refusal.TOO_LARGE
    try:
        spool.write(octets)
    except OSError:
        return Refusal.NO_ROOM
    return None


def _unread(reader: asyncio.StreamReader, octets: bytes) -> None:
    # feed_data would append behind what came since, and fails once the client has half-closed.
    reader._buffer[:0] = octets  # type: ignore[attr-defined]
