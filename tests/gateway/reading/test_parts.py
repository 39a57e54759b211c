"""A mail is taken apart by its boundaries, in one pass and within its limits."""

from __future__ import annotations

import email
import hashlib
from email.message import Message
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading import parts, problems
from gateway.reading.bounds import STANDARD
from tests.gateway.reading.mails import HEAD, multipart, text


def shape(part: parts.Part) -> object:
    """Types as nested lists, leaves with their bodies."""
    if part.children:
        return [part.type, *map(shape, part.children)]
    return (part.type, part.body())


def take(raw: bytes) -> object:
    return shape(parts.take_apart(raw).root)


def test_one_text() -> None:
    """A mail without Content-Type is one text (RFC 2045, 5.2)."""
    assert take(b"A: 1\r\n\r\nhello\r\n") == ("text/plain", b"hello\r\n")


def test_nested() -> None:
    """The line end before a delimiter belongs to it; preamble and epilogue are dropped."""
    inner = multipart(text(b"a"), text(b"<b>", b"html"), subtype=b"alternative", boundary=b"bb")
    raw = HEAD + multipart(inner, b"Content-Type: image/png\r\n\r\nX\r\n") + b"epilogue"
    raw = raw.replace(b"\r\n\r\n--b\r\n", b"\r\n\r\npreamble\r\n--b\r\n", 1)
    assert take(raw) == [
        "multipart/mixed",
        ["multipart/alternative", ("text/plain", b"a"), ("text/html", b"<b>")],
        ("image/png", b"X\r\n"),
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"--b\n\na\n--b\n\nc\n--b--\n", [("text/plain", b"a"), ("text/plain", b"c")]),
        (b"--b\n\na\n--b\n\nc", [("text/plain", b"a"), ("text/plain", b"c")]),
        (b"--b\n\na", [("text/plain", b"a")]),
        (b"--b  \n\na\n--b-- \nmore", [("text/plain", b"a")]),
        (b"--b\n\na\n--bb\n--b--", [("text/plain", b"a\n--bb")]),
        (b"x --b\n--b\n\na\n--b--\n--b\n\nc", [("text/plain", b"a")]),
        (b"--b\n--b\n\na\n--b--", [("text/plain", b""), ("text/plain", b"a")]),
        (b"--b\nX: 1\n--b--", [("text/plain", b"")]),
        (b"--b\nContent-Type: text/css\n\n--b--", [("text/css", b"")]),
        (b"--b\nContent-Type: nonsense\n\na\n--b--", [("text/plain", b"a")]),
        (b"--b\n\n--b--\n", [("text/plain", b"")]),
    ],
)
def test_delimiters(body: bytes, expected: list[object]) -> None:
    """Whole lines alone delimit, missing ends are forgiven, what follows the end is dropped."""
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n" + body
    assert take(raw) == ["multipart/mixed", *expected]


@pytest.mark.parametrize("parameter", [b"", b"; boundary=", b"; boundary=other"])
def test_without_boundary(parameter: bytes) -> None:
    """A multipart that cannot be taken apart is shown as text, and that is said."""
    tree = parts.take_apart(b"Content-Type: multipart/mixed" + parameter + b"\n\n--b\n\na\n--b--\n")
    assert shape(tree.root) == ("text/plain", b"--b\n\na\n--b--\n")
    assert tree.problems == (problems.NO_BOUNDARY,)


def test_outer_boundary_ends_inner() -> None:
    """An inner multipart without its end does not swallow what follows outside."""
    inner = b'Content-Type: multipart/mixed; boundary="i"\n\n--i\n\na\n'
    raw = b"Content-Type: multipart/mixed; boundary=o\n\n--o\n" + inner + b"--o\n\nc\n--o--\n"
    inside = ["multipart/mixed", ("text/plain", b"a")]
    assert take(raw) == ["multipart/mixed", inside, ("text/plain", b"c")]


def test_same_boundary_inside() -> None:
    """A nested multipart of the same boundary cannot be told from its outer one."""
    inner = b"Content-Type: multipart/mixed; boundary=b\n\nx\n"
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" + inner + b"--b\n\nc\n--b--\n"
    assert take(raw) == ["multipart/mixed", ("text/plain", b"x"), ("text/plain", b"c")]


def test_attached_mail_is_its_bytes() -> None:
    """An attached mail is one leaf, exactly as it was sent."""
    attached = b'From: a@b\nContent-Type: multipart/mixed; boundary="i"\n\n--i\n\n#approve\n--i--\n'
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n"
    assert take(raw + attached + b"\n--b--") == ["multipart/mixed", ("message/rfc822", attached)]


def test_digest() -> None:
    """The parts of a digest are mails where they do not say otherwise (RFC 2046, 5.1.5)."""
    raw = b"Content-Type: multipart/digest; boundary=b\n\n--b\n\nFrom: a@b\n\nx\n--b--"
    assert take(raw) == ["multipart/digest", ("message/rfc822", b"From: a@b\n\nx")]


def test_too_many_parts() -> None:
    """After 500 parts the rest stays one part."""
    tree = parts.take_apart(HEAD + multipart(*[text(b"x")] * 2000))
    assert len(tree.root.children) == STANDARD.parts
    assert problems.TOO_MANY_PARTS in tree.problems
    assert tree.root.children[-1].end == len(tree.root.raw)


def test_nested_too_deep() -> None:
    """Below 50 levels a multipart is one file, not text."""
    raw = HEAD + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
        for level in range(1000)
    )
    tree = parts.take_apart(raw + b"\r\n#approve\r\n")
    assert problems.NESTED_TOO_DEEP in tree.problems
    assert [leaf.type for leaf in tree.root.leaves()] == ["application/octet-stream"]


@pytest.mark.parametrize(
    ("encoding", "body", "data", "whole"),
    [
        ("base64", b"aGVsbG8=", b"hello", True),
        (" Base64 ", b"aGVs\r\nbG8=\r\n", b"hello", True),
        ("base64", b"aGVsbG8", b"hello", False),
        ("base64", b"aGVsbG8=aGVsbG8=", b"hello", False),
        ("base64", b"a", b"", False),
        ("base64", b"", b"", True),
        ("quoted-printable", b"caf=C3=A9 =\r\n=\r\n!", b"caf\xc3\xa9 !", True),
        ("quoted-printable", b"=ZZ=", b"=ZZ", True),
        ("x-uuencode", b"begin 644 x\n#86)C\n`\nend\n", b"abc", True),
        ("x-uuencode", b"nothing", b"", False),
        ("7bit", b"a\r\n", b"a\r\n", True),
        ("nonsense", b"a", b"a", True),
        ("", b"a", b"a", True),
    ],
)
def test_transfer_encoding(encoding: str, body: bytes, data: bytes, whole: bool) -> None:
    """Decoded as clients do; what some of them would read further is said."""
    assert parts.decoded_body(body, encoding) == parts.Content(data, whole)


def standard(message: Message) -> list[str]:
    """The leaves as the standard library sees them, attached mails closed."""
    if message.get_content_maintype() == "message" or not message.is_multipart():
        return [message.get_content_type()]
    inner = cast("list[Message]", message.get_payload())
    return [leaf for part in inner for leaf in standard(part)]


LEAF = st.sampled_from(
    [text(b"a"), text(b"<p>", b"html"), b"Content-Type: image/png\r\n\r\nX", b"\r\nx"]
)


def nested(sections: list[bytes]) -> bytes:
    """A multipart whose boundary no other one in the same mail has, unless it says the same."""
    digest = hashlib.sha256(b"".join(sections)).hexdigest().encode()
    return multipart(*sections, boundary=digest)


NESTED = st.recursive(
    LEAF, lambda inner: st.builds(nested, st.lists(inner, min_size=1, max_size=3)), max_leaves=12
)


@given(st.lists(NESTED, min_size=1, max_size=4))
def test_as_the_standard_library(sections: list[bytes]) -> None:
    """Well-formed mails have the same leaves as with Python's own parser."""
    raw = HEAD + multipart(*sections, boundary=b"outermost")
    mine = [leaf.type for leaf in parts.take_apart(raw).root.leaves()]
    assert mine == standard(email.message_from_bytes(raw))


@given(
    st.lists(
        st.sampled_from(
            [
                b"--b",
                b"--",
                b"b",
                b"\n",
                b"\r\n",
                b"x: y",
                b"Content-Type: multipart/mixed; boundary=b",
            ]
        )
    )
)
def test_any_mess(pieces: list[bytes]) -> None:
    """Whatever the lines are, every leaf lies within the mail."""
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"".join(pieces)
    for leaf in parts.take_apart(raw).root.leaves():
        assert 0 <= leaf.start <= leaf.end <= len(raw)
