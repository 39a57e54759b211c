"""Mails made to hang or to exhaust, and the process with little memory and time that reads one."""

from __future__ import annotations

import resource
from collections.abc import Callable
from multiprocessing.connection import Connection

from gateway.reading import problems
from gateway.reading.parse import read
from tests.gateway.reading.mails import HEAD, mail, multipart, text

MEMORY = 1_000_000_000
SECONDS = 25

FROM_DAEMON = b"From: mailer-daemon@x.example\r\nSubject: failure notice\r\n\r\n"


def field(name: bytes, value: bytes) -> bytes:
    return mail(fields=name + b": " + value + b"\r\n")


def nested(levels: int, words: bytes) -> bytes:
    head = b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n'
    return HEAD + b"".join(head % (level, level) for level in range(levels)) + b"\r\n" + words


# What is sent, and what is said of it.
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "30 MB of blank lines": (lambda: mail(b"\r\n" * 15_000_000), ""),
    "30 MB of blank lines alone": (lambda: b"\n" * 30_000_000, problems.NO_FROM),
    "1,000 nested parts": (lambda: nested(1000, b"x"), problems.NESTED_TOO_DEEP),
    "49 levels around 30 MB": (lambda: nested(49, b"x\r\n" * 10_000_000), problems.TEXT_TOO_LONG),
    "10,000 parts": (lambda: HEAD + multipart(*[text(b"x")] * 10_000), problems.TOO_MANY_PARTS),
    "30 MB of delimiters": (
        lambda: (
            HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n" * 6_000_000
        ),
        problems.TOO_MANY_PARTS,
    ),
    "6 MB of near delimiters": (
        lambda: (
            HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--bx\r\n" * 1_000_000
        ),
        problems.NO_BOUNDARY,
    ),
    "a To of 100,000 words": (lambda: field(b"To", b"word " * 100_000), problems.HEADERS_TOO_LONG),
    "a To of 12,000 addresses": (
        lambda: field(b"To", b"a@b.c, " * 12_000),
        problems.TOO_MANY_ADDRESSES,
    ),
    "8,000 Cc fields": (lambda: mail(fields=b"Cc: a@b.c\r\n" * 8000), problems.TOO_MANY_ADDRESSES),
    "20,000 Content-Type parameters": (
        lambda: field(b"Content-Type", b"text/plain" + b"; a=b" * 15_000),
        "",
    ),
    "2,000 nested comments": (lambda: field(b"Cc", b"(" * 2000 + b")" * 2000 + b" a@b.c"), ""),
    "90,000 open comments": (lambda: field(b"Cc", b"(" * 90_000), ""),
    "90,000 quotes": (lambda: field(b"Cc", b'"' * 90_001), ""),
    "90,000 angle brackets": (lambda: field(b"References", b"<" * 90_000), ""),
    "a Subject of 6,000 encoded words": (
        lambda: mail(
            head=b"From: a@b.c\r\n", fields=b"Subject: " + b"=?utf-8?q?a?= " * 6000 + b"\r\n"
        ),
        problems.NO_MESSAGE_ID,
    ),
    "a Subject of 950 kB": (
        lambda: mail(
            head=b"From: a@b.c\r\n", fields=b"Subject: " + b"=?utf-8?q?a?= " * 68_000 + b"\r\n"
        ),
        problems.HEADERS_TOO_LONG,
    ),
    "35 MB of header": (lambda: field(b"X", b"x" * 35_000_000), problems.HEADERS_TOO_LONG),
    "1,000,000 fields": (lambda: b"X: y\r\n" * 1_000_000, problems.HEADERS_TOO_LONG),
    "35 MB without a line": (lambda: b"x" * 35_000_000, problems.HEADERS_TOO_LONG),
    "35 MB of one line": (lambda: mail(b"x" * 35_000_000), problems.TEXT_TOO_LONG),
    "10 MB of On": (lambda: mail(b"On " * 3_500_000), problems.TEXT_TOO_LONG),
    "10 MB of flowed text": (
        lambda: mail(b"a \r\n" * 2_500_000, b"Content-Type: text/plain; format=flowed\r\n"),
        problems.TEXT_TOO_LONG,
    ),
    "30 MB of padding": (
        lambda: mail(b"=\r\n" * 10_000_000, b"Content-Transfer-Encoding: base64\r\n"),
        "",
    ),
    "10 MB of invalid UTF-8": (
        lambda: mail(b"\xe9\x81 " * 3_500_000, b"Content-Type: text/plain; charset=utf-8\r\n"),
        problems.WRONG_CHARSET,
    ),
    "7 MB of uuencode": (
        lambda: mail(
            b"begin 644 x\r\n" + b"#86)C\r\n" * 1_000_000,
            b"Content-Transfer-Encoding: x-uuencode\r\n",
        ),
        problems.TEXT_TOO_LONG,
    ),
    "10 MB of NUL": (lambda: mail(b"\0" * 10_000_000), problems.CONTROLS),
    "200,000 nested tags": (lambda: HEAD + text(b"<div>" * 200_000, b"html"), ""),
    "120,000 attributes": (lambda: HEAD + text(b"<p " + b"a=b " * 120_000, b"html"), ""),
    "4 MB of angle brackets": (lambda: HEAD + text(b"<" * 4_000_000, b"html"), ""),
    "a bounce of 20,000 recipients": (
        lambda: FROM_DAEMON + b"<a@b.c>: user unknown 550 5.1.1 \r\n" * 20_000,
        problems.NO_MESSAGE_ID,
    ),
    "a bounce of at signs": (lambda: FROM_DAEMON + b"a@b." * 1_000_000, problems.NO_MESSAGE_ID),
    "a bounce of one word": (lambda: FROM_DAEMON + b"a.b-" * 1_000_000, problems.NO_MESSAGE_ID),
    "20,000 groups in a report": (
        lambda: (
            b"From: mailer-daemon@x.example\r\n"
            + multipart(
                b"Content-Type: message/delivery-status\r\n\r\n"
                + b"Final-Recipient: rfc822; a@b.c\r\n\r\n" * 20_000,
                subtype=b"report",
            )
        ),
        problems.NO_MESSAGE_ID,
    ),
    "a sender of 80,000 letters": (lambda: mail(head=b"From: " + b"smtp" * 20_000 + b"\r\n"), ""),
}


def limited(name: str, answer: Connection) -> None:
    """Read one of the hostile mails with little memory and time."""
    raw = HOSTILE[name][0]()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    answer.send(read(raw, None, frozenset()).problems)
