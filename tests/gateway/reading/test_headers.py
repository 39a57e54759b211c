"""Header blocks become fields, and fields become text."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading import headers, problems
from gateway.reading.bounds import STANDARD

CUT = STANDARD.header_block


@pytest.mark.parametrize(
    ("raw", "fields", "body"),
    [
        (b"A: 1\r\nB: 2\r\n\r\nx", [("a", "1"), ("b", "2")], b"x"),
        (b"A: 1\nB: 2\n\nx", [("a", "1"), ("b", "2")], b"x"),
        (b"A: 1\r\n 2\r\n\t3\r\n\r\n", [("a", "1 2\t3")], b""),
        (b"A : 1\r\nA:2\r\n\r\nx", [("a", "1"), ("a", "2")], b"x"),
        (b"\r\nA: 1\r\n", [], b"A: 1\r\n"),
        (b"\nx", [], b"x"),
        (b"A: 1", [("a", "1")], b""),
        (b"A: 1\njunk\nB: 2\n\nx", [("a", "1"), ("b", "2")], b"x"),
        (b"A: 1\nhello there\n\nx", [("a", "1")], b"hello there\n\nx"),
        (b"no field at all", [], b"no field at all"),
        (b"", [], b""),
        (
            b'Content-Type: text/plain;\nname="x"\n\n',
            [("content-type", 'text/plain;name="x"')],
            b"",
        ),
        (b"A: caf\xe9\nB: caf\xc3\xa9\n\n", [("a", "café"), ("b", "café")], b""),
    ],
)
def test_split(raw: bytes, fields: list[tuple[str, str]], body: bytes) -> None:
    """Fields in their order, unfolded; the body after the first blank line, or the first line
    that no field follows."""
    block = headers.split(raw)
    assert list(block.headers.fields) == fields
    assert raw[block.body_at :] == body


@pytest.mark.parametrize(
    ("raw", "bare"),
    [
        (b"Subject: a\nTo: b\n\nx\r\n", False),  # as smtplib sends such bytes
        (b"Subject: a\nTo: b\n\nx\r\n\r\ny\r\n", True),
        (b"A: 1\r\nB: 2\r\n\r\nx\ny\r\n", False),
        (b"A: 1\nB: 2\n\nx\n", False),
        (b"A: 1\nB: 2\r\n\r\nx", True),
        (b"A: 1\r\nB: 2\n\r\nx", True),
        (b"A: 1\n\nB: 2\r\n\r\nx", True),
        (b"A: 1\rB: 2\r\n\r\nx", True),
        (b"A: 1\rB: 2\n\nx", True),
        (b"A: 1\0\r\n\r\nx", True),
        (b"A: 1\0\n\nx", True),
        (b"A: 1\r\n\r\nx\0\r", False),
    ],
)
def test_bare_line_ends(raw: bytes, bare: bool) -> None:
    """A bare CR, LF or NUL above the first CRLF CRLF is said; lines that all end in LF are fine."""
    assert (problems.BARE_LINE_END in headers.split_top(raw).headers.problems) is bare


def test_long_block_is_cut() -> None:
    """Only the first 100 kB of a block are read; the body still begins where it begins."""
    raw = b"A: 1\r\nB: " + b"x" * CUT + b"\r\nC: 3\r\n\r\nbody"
    block = headers.split(raw)
    assert [name for name, _ in block.headers.fields] == ["a", "b"]
    assert block.headers.problems == (problems.HEADERS_TOO_LONG,)
    assert raw[block.body_at :] == b"body"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain  \t words", "plain words"),
        ("=?utf-8?Q?caf=C3=A9?=", "café"),
        ("=?UTF-8*fr?b?Y2Fmw6k=?= noir", "café noir"),
        ("=?utf-8?Q?a?= =?utf-8?Q?b?=\r\n =?utf-8?Q?c?=", "abc"),
        ("=?utf-8?Q?=C3?= =?utf-8?Q?=A9?=", "é"),
        ("=?utf-8?Q?a?= b =?iso-8859-1?Q?=E9?=", "a b é"),
        ("=?gb2312?B?" + base64.b64encode("镕".encode("gbk")).decode() + "?=", "镕"),
        ("Re: =?utf-8?Q?caf=C3=A9?=x", "Re: caféx"),
        ("=?utf-8?B?Y2Fmw6k?=", "café"),
        ("=?utf-8?B?Y2Fmw6k=YWJj?=", "café"),
        ("=?nonsense?Q?abc?=", "abc"),
        ("=?utf-8?Q?a=0D=0ABcc:_x@y?=", "a Bcc: x@y"),
        ("a\u2028b\x85c\x00d", "a b c d"),
        ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        ("=?=?=?", "=?=?=?"),
    ],
)
def test_decoded(value: str, text: str) -> None:
    """Encoded words as clients write them (RFC 2047), on one line without control characters."""
    assert headers.decoded(value) == text


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("<a@b>", ("<a@b>",)),
        ("<a@b>\r\n <c@d> (x) <a@b>", ("<a@b>", "<c@d>")),
        ("a@b", ("<a@b>",)),
        ("Your message of Friday", ()),
        ("", ()),
    ],
)
def test_message_ids(value: str, ids: tuple[str, ...]) -> None:
    """Every identifier once, in angle brackets also where the sender left them out."""
    assert headers.message_ids(value) == ids


@given(st.binary(max_size=400))
def test_split_never_raises(raw: bytes) -> None:
    """Any bytes are a header block and a body within them."""
    block = headers.split_top(raw)
    assert 0 <= block.body_at <= len(raw)


@given(st.text(max_size=200))
def test_decoded_is_one_line(value: str) -> None:
    """What is decoded has no line end and no character that cannot be stored."""
    text = headers.decoded(value)
    assert len(text.splitlines()) <= 1
    assert "\0" not in text
    text.encode("utf-8")
