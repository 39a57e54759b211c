"""Mails for the tests of reading, put together from what matters."""

from __future__ import annotations

from gateway.reading import ParsedMail, parse

HEAD = (
    b"From: jan@acme.example\r\nTo: helpdesk@accel.example\r\nSubject: Printer\r\n"
    b"Date: Fri, 20 Nov 2026 10:15:00 +0100\r\nMessage-ID: <1@acme.example>\r\n"
)


def mail(body: bytes = b"hello\r\n", fields: bytes = b"", head: bytes = HEAD) -> bytes:
    """A mail with the usual fields, those of `fields`, and that body."""
    return head + fields + b"\r\n" + body


def multipart(*sections: bytes, subtype: bytes = b"mixed", boundary: bytes = b"b") -> bytes:
    """The Content-Type field and body of a multipart; each section begins with its fields."""
    parts = b"".join(b"--" + boundary + b"\r\n" + section + b"\r\n" for section in sections)
    kind = b"Content-Type: multipart/" + subtype + b'; boundary="' + boundary + b'"\r\n\r\n'
    return kind + parts + b"--" + boundary + b"--\r\n"


def text(words: bytes, subtype: bytes = b"plain") -> bytes:
    """A section of text."""
    return b"Content-Type: text/" + subtype + b"; charset=utf-8\r\n\r\n" + words


def read(raw: bytes) -> ParsedMail:
    """The mail as read in this process; fails where it could not be."""
    found = parse(raw)
    assert isinstance(found, ParsedMail), found
    return found
