"""The mail that was forwarded as an attachment."""

from __future__ import annotations

import pytest

from tests.gateway.reading.mails import HEAD, multipart, read, text

INNER = (
    b"Content-Type: message/rfc822\r\n\r\n"
    b"From: Piet <piet@klant.example>\r\nSubject: Door\r\n\r\nIt is open.\r\n"
)
NOBODY = INNER.replace(b"Piet <piet@klant.example>", b"nobody")


def forwarded(subject: bytes, *sections: bytes) -> bytes:
    return HEAD.replace(b"Printer", subject) + multipart(*sections)


@pytest.mark.parametrize(
    ("subject", "sections", "found"),
    [
        (b"Fwd: Door", [text(b"For you."), INNER], True),
        (b"TR : Door", [text(b"Pour toi."), INNER], True),
        (b"anything", [text(b""), INNER], True),
        (b"Look at this", [text(b"I got the mail attached."), INNER], False),
        (b"Door", [text(b"For you."), INNER], False),
        (b"Fwd: Door", [text(b"Both."), INNER, INNER], False),
        (b"Fwd: Door", [text(b"For you."), NOBODY], False),
        (b"Fwd: Door", [text(b"For you.")], False),
    ],
)
def test_find(subject: bytes, sections: list[bytes], found: bool) -> None:
    """The only attached mail, where the subject or the silence around it says so."""
    original = read(forwarded(subject, *sections)).original
    assert (original is not None) is found
    if original is not None:
        assert original.sender.address == "piet@klant.example"
        assert (original.subject, original.text.strip()) == ("Door", "It is open.")
