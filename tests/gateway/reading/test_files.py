"""What is attached, and under which name."""

from __future__ import annotations

import base64
import hashlib

from tests.gateway.reading.mails import HEAD, mail, multipart, read, text

PDF = b"%PDF-1.7"


def test_decoded_content() -> None:
    """Size and hash are those of the decoded content."""
    section = (
        b"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    found = read(HEAD + multipart(text(b"x"), section + base64.b64encode(PDF)))
    assert len(found.attachments) == 1
    one = found.attachments[0]
    assert (one.name, one.type, one.size, one.content) == ("a.pdf", "application/pdf", 8, PDF)
    assert one.sha256 == hashlib.sha256(PDF).hexdigest()


def test_inline() -> None:
    """Inline is what says so, and what a page refers to; never what says attachment."""
    png = b"Content-Type: image/png\r\n"
    found = read(
        HEAD
        + multipart(
            text(b"<p>", b"html"),
            png + b"Content-ID: <1@x>\r\n\r\nA",
            png + b"Content-Disposition: attachment\r\n\r\nB",
            subtype=b"related",
        )
    )
    assert [(one.content_id, one.inline) for one in found.attachments] == [
        ("1@x", True),
        (None, False),
    ]


def test_same_names() -> None:
    """Two files of one name do not overwrite each other."""
    section = b"Content-Type: image/png; name=image.png\r\n\r\nX"
    found = read(HEAD + multipart(text(b"x"), section, section))
    assert [one.name for one in found.attachments] == ["image.png", "image-2.png"]


def test_attached_mails() -> None:
    """An attached mail is called after its subject, else by its place."""
    section = b"Content-Type: message/rfc822\r\n\r\n"
    found = read(
        HEAD
        + multipart(
            text(b"x"),
            section + b"Subject: a/b: =?utf-8?Q?=C3=A9?=\r\n\r\nx",
            section + b"X: y\r\n\r\nx",
        )
    )
    assert [one.name for one in found.attachments] == ["a-b_é.eml", "part-3.eml"]


def test_nothing_is_no_file() -> None:
    """Blank text, and the same text for one program, are not attached."""
    amp = b"Content-Type: text/x-amp-html\r\n\r\n<html amp4email>"
    raw = HEAD + multipart(text(b"x"), text(b" \r\n"), amp, subtype=b"alternative")
    assert read(raw).attachments == ()


def test_a_mail_that_is_a_file() -> None:
    """A mail may be nothing but a file."""
    found = read(mail(PDF, fields=b"Content-Type: application/pdf\r\n"))
    assert found.new_text == ""
    assert [one.name for one in found.attachments] == ["part-1.pdf"]
