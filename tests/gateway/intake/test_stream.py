"""A mail out of the wire, whatever the chunks."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.intake import stream
from gateway.intake.stream import Bounds, LineGauge, Refusal, Spool, Unstuffer, receive

PIECES = st.sampled_from(
    [b".", b"\r\n", b"\r", b"\n", b"a", b"..", b"\r\n.", b"x.", b"\r\n..\r\n", b"\0"]
)
BODIES = st.lists(PIECES, max_size=14).map(b"".join)
CUTS = st.lists(st.integers(0, 60), max_size=8)


def stuffed(body: bytes) -> bytes:
    """What an honest client sends for a mail (RFC 5321, 4.5.2)."""
    lines = [b"." + line if line.startswith(b".") else line for line in body.split(b"\r\n")]
    return b"\r\n".join(lines) + (b"\r\n.\r\n" if body else b".\r\n")


def chunks(octets: bytes, cuts: list[int]) -> list[bytes]:
    ends = sorted({0, len(octets), *(cut for cut in cuts if cut < len(octets))})
    return [octets[a:b] for a, b in pairwise(ends)]


@given(BODIES, CUTS, st.sampled_from([b"", b"NOOP\r\n", b".\r\n", b"\r\n.\r\n"]))
def test_unstuffer_gives_back_what_was_stuffed(body: bytes, cuts: list[int], after: bytes) -> None:
    """Chunks do not matter, and what follows the end of data is kept."""
    unstuffer, got = Unstuffer(), b""
    wire = stuffed(body) + after
    for chunk in chunks(wire, cuts):
        if unstuffer.ended:
            unstuffer.rest += chunk
        else:
            got += unstuffer.feed(chunk)
    assert got == (body + b"\r\n" if body else b"")
    assert unstuffer.ended
    assert unstuffer.rest == after


@given(BODIES, CUTS)
def test_only_the_exact_end_ends(body: bytes, cuts: list[int]) -> None:
    """Without CRLF . CRLF there is no end, and nothing but stuffed dots is lost."""
    open_wire = body.replace(b".\r\n", b".-\r\n") + b"z"
    unstuffer = Unstuffer()
    got = b"".join(unstuffer.feed(chunk) for chunk in chunks(open_wire, cuts))
    assert not unstuffer.ended
    assert got == (b"\r\n" + open_wire).replace(b"\r\n.", b"\r\n")[2:]


@given(BODIES, CUTS, st.integers(1, 12))
def test_line_gauge_agrees_with_split(body: bytes, cuts: list[int], limit: int) -> None:
    """A line is too long exactly when it is, however it comes in."""
    gauge = LineGauge(limit)
    exceeded = [gauge.exceeded(chunk) for chunk in chunks(body, cuts)]
    assert any(exceeded) == any(len(line) > limit for line in body.split(b"\n"))


def received(wire: bytes, bounds: Bounds, *, eof: bool = True) -> tuple[bytes | Refusal, bytes]:
    """The mail or its refusal, and what the reader still has."""

    async def run() -> tuple[bytes | Refusal, bytes]:
        reader = asyncio.StreamReader()
        reader.feed_data(wire)
        if eof:
            reader.feed_eof()
        got = await receive(reader, bounds)
        left = await reader.read() if eof else b""
        if isinstance(got, Refusal):
            return got, left
        content = await got.content()
        got.close()
        return content, left

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        (b".\r\n", b""),
        (b"12345678\r\n.\r\n", b"12345678\r\n"),
        (b"123456789\r\n.\r\n", Refusal.TOO_LARGE),
        (b"..2345678\r\n.\r\n", b".2345678\r\n"),
        (b"1\n2\n3\n4\n5\n.\r\n\r\n.\r\n", Refusal.TOO_LARGE),
    ],
)
def test_size_counts_the_mail_alone(wire: bytes, expected: bytes | Refusal) -> None:
    """Stuffed dots and the end of data do not count (RFC 1870, 6.4); the client goes on after."""
    assert received(wire + b"NOOP\r\n", Bounds(10, 1000)) == (expected, b"NOOP\r\n")


def test_long_line_is_refused_before_its_end() -> None:
    """A line over the limit refuses the mail even if the mail is small enough."""
    wire = b"a" * 11 + b"\r\n.\r\n"
    assert received(wire, Bounds(1000, 10)) == (Refusal.LONG_LINE, b"")


def test_endless_mail_is_not_read_to_its_end() -> None:
    """Far over the size, the server no longer waits for the client to finish."""
    wire = b"a" * (2 * 1000 + stream.FLUSH_MARGIN + stream.CHUNK + 1)
    got, _ = received(wire, Bounds(1000, 10_000_000), eof=False)
    assert got is Refusal.ENDLESS


def test_client_that_leaves_raises() -> None:
    """Half a mail is no mail."""
    with pytest.raises(ConnectionResetError):
        received(b"half a mail\r\n.", Bounds(1000, 1000))


def test_large_mail_goes_through_the_folder(tmp_path: Path) -> None:
    """What does not stay in memory goes to disk and comes back whole; nothing is left there."""
    body = b"0123456789\r\n" * (stream.IN_MEMORY // 6)
    got, _ = received(body + b".\r\n", Bounds(len(body), 1000, tmp_path))
    assert got == body
    assert list(tmp_path.iterdir()) == []


def test_full_disk_is_temporary(tmp_path: Path) -> None:
    """Where the mail under way cannot be written, the client is told to come again."""
    wire = b"0123456789\r\n" * stream.IN_MEMORY + b".\r\n"
    got, _ = received(wire, Bounds(len(wire), 1000, tmp_path / "absent"))
    assert got is Refusal.NO_ROOM


def test_spool_counts_its_octets() -> None:
    """The size is known without reading."""
    spool = Spool()
    spool.write(b"abc")
    spool.write(b"de")
    assert spool.size == 5
    spool.close()
