"""What stands past the text of a mail: its author's new words, never what they quote."""

from __future__ import annotations

import pytest

from gateway.reading import ParsedMail, leftover, newtext, parse
from gateway.reading.body import LINE_LIMIT

HEAD = (
    b"From: marie@accel.example\r\nMIME-Version: 1.0\r\nDate: Mon, 23 Nov 2026 08:00:00 +0000\r\n"
)
QUOTE = "On Monday, Tom Claes <tom@accel.example> wrote:\n> he owes us three invoices\n"
OUTLOOK = (
    "From: Tom Claes <tom@accel.example>\nSent: Monday, November 23, 2026 9:02 AM\n"
    "To: Marie Peeters <marie@accel.example>\nSubject: [#1] Server\n\nhe owes us three invoices\n"
)
OTHER = "> other\n"


@pytest.mark.parametrize(
    ("text", "pieces", "new"),
    [
        ("Hello", [], ""),
        ("Hello", ["and more\n"], "and more\n"),
        ("Hello", [f"and more\n\n{QUOTE}"], "and more\n"),
        ("Hello", [f"and more\n\n{OUTLOOK}"], "and more\n"),
        ("Hello", [QUOTE], ""),
        ("Hello", [OUTLOOK], ""),
        (f"Hello\n\n{QUOTE}", ["> and his boss knows\n\nmy answer\n"], "my answer\n"),
        (f"Hello\n\n{OUTLOOK}", ["and his boss knows\n"], ""),
        ("Hello", ["x\n" * LINE_LIMIT + "y\n> z\n"], "x\n" * LINE_LIMIT + "y\n"),
        ("Hello", [f"{OTHER}x\n" + "y\n" * LINE_LIMIT], "x\n" + "y\n" * (LINE_LIMIT - 2)),
    ],
)
def test_new_words(text: str, pieces: list[str], new: str) -> None:
    """Quotations are cut from each piece; below a quoted mail without marks all is that mail's."""
    assert leftover.new_words(newtext.split(text), pieces, 1_000_000) == new


HTML = (
    b'<p>Hello</p><img src="cid:new@x">%s<div style="border:none;border-top:solid #E1E1E1 1.0pt">'
    b"<p><b>From:</b> Desk<br><b>Sent:</b> Monday, November 23, 2026 9:02 AM<br>"
    b'<b>To:</b> Marie<br><b>Subject:</b> x</p></div><p>a note</p><img src="cid:note@x">%s'
)


@pytest.mark.parametrize(
    ("above", "below", "quoted"),
    [
        (b"", b"", ["note.png"]),
        (b'<img src="cid:note@x">', b"", []),
        (b"", b'<img src="cid:new@x">', ["note.png"]),
    ],
)
def test_pictures_of_the_quoted_mail(above: bytes, below: bytes, quoted: list[str]) -> None:
    """A picture that only the quoted mail shows is that mail's; one that both show is new too."""
    pictures = b"".join(
        b"\r\n--b\r\nContent-Type: image/png\r\nContent-ID: <%s@x>\r\n"
        b"Content-Disposition: inline; filename=%s.png\r\n\r\n%s" % (name, name, name)
        for name in (b"new", b"note")
    )
    mail = parse(
        HEAD + b"Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: text/html\r\n\r\n" + HTML % (above, below) + pictures + b"\r\n--b--\r\n"
    )
    assert isinstance(mail, ParsedMail)
    assert mail.new_text.strip() == "Hello"
    assert [a.name for a in mail.attachments if a.quoted] == quoted
