"""`[limits]` of reading: each bites where it is set, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import pytest

from gateway.configuration.settings import Limits
from gateway.reading import ParsedMail, parse, problems
from gateway.reading.bounds import STANDARD, Bounds
from gateway.values import Kind

HEAD = b"From: jan@acme.example\r\nMessage-ID: <1@acme.example>\r\nSubject: hello\r\n"


def read(raw: bytes, bounds: Bounds) -> ParsedMail:
    mail = parse(raw, bounds=bounds)
    assert isinstance(mail, ParsedMail)
    return mail


def multipart(depth: int) -> bytes:
    """A text within so many multiparts."""
    opened = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n)
        for n in range(depth)
    )
    return HEAD + opened + b"Content-Type: text/plain\r\n\r\n#take\r\n"


def pieces(count: int) -> bytes:
    """A multipart of so many texts."""
    part = b"--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * count + b"--b--\r\n"


def hops(count: int) -> bytes:
    return b"Received: by x.example; y\r\n" * count + HEAD + b"\r\nhello\r\n"


def to(count: int) -> bytes:
    return (
        HEAD + b"To: " + b", ".join(b"a%d@x.example" % n for n in range(count)) + b"\r\n\r\nhi\r\n"
    )


def text(length: int) -> bytes:
    return HEAD + b"\r\n" + b"word\r\n" * (length // 6) + b"#take\r\n"


def odd(problem: str) -> Callable[[ParsedMail], bool]:
    return lambda mail: problem in mail.problems


LIMITS: list[tuple[str, Callable[[int], bytes], Callable[[ParsedMail], bool]]] = [
    ("header_block", lambda n: b"X: " + b"x" * n + b"\r\n" + HEAD, odd(problems.HEADERS_TOO_LONG)),
    ("new_text", text, lambda mail: "#take" not in mail.new_text and "#take" in mail.truncated),
    ("nesting", multipart, odd(problems.NESTED_TOO_DEEP)),
    ("parts", pieces, odd(problems.TOO_MANY_PARTS)),
    ("addresses", to, odd(problems.TOO_MANY_ADDRESSES)),
    ("hops", hops, lambda mail: problems.TOO_MANY_HOPS in mail.problems and mail.sender is None),
    ("automatic_hops", hops, lambda mail: mail.kind is Kind.AUTO),
]


@pytest.mark.parametrize(("name", "made", "bites"), LIMITS, ids=[row[0] for row in LIMITS])
def test_each_limit_bites_where_it_is_set(
    name: str, made: Callable[[int], bytes], bites: Callable[[ParsedMail], bool]
) -> None:
    """A mail beyond a limit of 20 (text and header block: of 1,000) is within one of ten times
    that, and within that of the settings."""
    limit = 1_000 if name in ("header_block", "new_text") else 20
    beyond = made(limit + limit // 2)
    assert bites(read(beyond, replace(STANDARD, **{name: limit})))
    assert not bites(read(beyond, replace(STANDARD, **{name: limit * 10})))
    assert not bites(read(beyond, STANDARD))


def test_the_limits_of_a_mail_that_is_read_apart() -> None:
    """The child is told them."""
    mail = parse(multipart(30), alone=True, bounds=replace(STANDARD, nesting=20))
    assert isinstance(mail, ParsedMail)
    assert problems.NESTED_TOO_DEEP in mail.problems


def test_every_limit_is_a_setting() -> None:
    """Of the same name and default."""
    settings = Limits()
    assert {f.name: getattr(settings, f.name) for f in fields(Bounds)} == {
        f.name: getattr(STANDARD, f.name) for f in fields(Bounds)
    }
    assert {row[0] for row in LIMITS} == {f.name for f in fields(Bounds)}
