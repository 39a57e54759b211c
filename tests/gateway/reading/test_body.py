"""Which part is the text of a mail, and what else it holds."""

from __future__ import annotations

import pytest

from gateway.reading import body, problems
from gateway.reading.bounds import STANDARD
from gateway.reading.parts import take_apart
from tests.gateway.reading.mails import HEAD, mail, multipart, read, text
from tests.gateway.reading.test_tnef import START, attribute

PNG = b"Content-Type: image/png\r\n\r\nX"
FILE = b'Content-Type: text/plain; name="a.txt"\r\n\r\n#approve'
ATTACHED = b"Content-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\n#approve"
FORWARDED = b"Content-Type: message/rfc822\r\n\r\nFrom: a@b.example\r\n\r\n#approve\r\n"


@pytest.mark.parametrize(
    ("sections", "subtype", "expected"),
    [
        ([text(b"one"), text(b"two")], b"mixed", "one"),
        ([text(b" \r\n"), text(b"two")], b"mixed", "two"),
        ([FILE, text(b"two")], b"mixed", "two"),
        ([ATTACHED, text(b"two")], b"mixed", "two"),
        ([FORWARDED, text(b"two")], b"mixed", "two"),
        ([PNG, text(b"two")], b"mixed", "two"),
        ([FILE, ATTACHED, FORWARDED], b"mixed", ""),
        ([text(b"<p>rich</p>", b"html"), text(b"plain")], b"alternative", "plain"),
        ([text(b""), text(b"<p>rich</p>", b"html")], b"alternative", "rich"),
        ([text(b"signed"), PNG], b"signed", "signed"),
        ([PNG, text(b"unsigned")], b"signed", ""),
        ([text(b"<p>rich</p>", b"html"), PNG], b"related", "rich"),
    ],
)
def test_choice(sections: list[bytes], subtype: bytes, expected: str) -> None:
    """The first text of the mail itself that says anything; never a file or an attached mail."""
    found = body.read(take_apart(HEAD + multipart(*sections, subtype=subtype)).root)
    assert found.text.strip() == expected


def test_related_start() -> None:
    """A related set may name its root (RFC 2387, 3.2)."""
    raw = HEAD + multipart(
        PNG, b"Content-ID: <r>\r\n" + text(b"root"), subtype=b'related; start="<r>"'
    )
    assert body.read(take_apart(raw).root).text.strip() == "root"


def test_the_whole_mail_may_have_a_name() -> None:
    """A mail that is one text alone is that text, whatever it is called."""
    assert read(mail(fields=b'Content-Type: text/plain; name="x.txt"\r\n')).new_text == "hello\n"


def test_whole_mail_attached() -> None:
    """A mail that says that it is an attachment says nothing."""
    found = read(mail(fields=b"Content-Disposition: attachment; filename=x.txt\r\n"))
    assert found.new_text == ""
    assert [one.name for one in found.attachments] == ["x.txt"]


def test_apple_mail_tears_its_html() -> None:
    """HTML around a picture, beside a text that says all of it, is no attachment."""
    torn = multipart(text(b"<p>a</p>", b"html"), PNG, text(b"<p>b</p>", b"html"), boundary=b"torn")
    found = read(HEAD + multipart(text(b"a b"), torn, subtype=b"alternative"))
    assert [one.type for one in found.attachments] == ["image/png"]
    assert found.truncated == ""


def test_long_text_is_cut_at_a_line() -> None:
    """Past the first megabyte the text is kept, and holds no command."""
    line = b"x" * 99 + b"\n"
    found = read(mail(line * 10_500 + b"#approve\n"))
    assert len(found.new_text) <= STANDARD.new_text
    assert found.new_text.endswith("x\n")
    assert found.truncated.endswith("#approve\n")
    assert problems.TEXT_TOO_LONG in found.problems


def test_many_lines_are_cut() -> None:
    """So it is with what comes after 20,000 lines."""
    found = read(mail(b"x\n" * body.LINE_LIMIT + b"#approve\n"))
    assert found.truncated == "#approve\n"


def test_one_endless_line() -> None:
    """A text without any line end is cut where the limit is."""
    found = body.read(take_apart(mail(b"x" * 1_500_000)).root)
    assert (len(found.text), [*map(len, found.rest)]) == (STANDARD.new_text, [500_000])


def test_huge_html_is_a_file() -> None:
    """HTML of more than 5 MB is not read as text."""
    markup = b"<p>hello</p>" + b" " * body.HTML_LIMIT
    found = body.read(take_apart(HEAD + text(markup, b"html")).root)
    assert found.text == ""
    assert [one.name for one in found.attachments] == ["part-1.html"]


def test_same_field_twice() -> None:
    """Two Content-Types may be read in two ways."""
    raw = mail(fields=b"Content-Type: text/plain\r\nContent-Type: text/html\r\n")
    assert not read(raw).unambiguous


def test_text_inside_winmail() -> None:
    """Text that only Outlook shows is read where there is no other, and binds nobody."""
    packed = START + attribute(0x0002800C, b"#approve\0")
    found = read(mail(packed, fields=b"Content-Type: application/ms-tnef\r\n"))
    assert (found.new_text, found.unambiguous) == ("#approve\n", False)
    assert found.problems == (problems.PACKED_TEXT,)
