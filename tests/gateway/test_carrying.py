"""What a notice brings of a mail."""

from __future__ import annotations

from gateway.handle.carrying import bounded
from gateway.render.page import Carried
from gateway.values import Attachment


def attachment(name: str, size: int) -> Attachment:
    return Attachment(name, "text/plain", size, name, b"")


def test_a_notice_is_bounded() -> None:
    """Text up to the end of a line, files that fit; what is cut is said, and its HTML stays out."""
    files = (attachment("a", 60), attachment("b", 60), attachment("c", 40))
    told = bounded(Carried("Jan", "one line\n" * 100, "<p>x</p>", files), 50, 100)
    assert told.text == "one line\n" * 4 + "one line\n…"
    assert told.html is None
    assert [a.name for a in told.attachments] == ["a", "c"]
    assert told.cut


def test_an_ordinary_mail_is_whole() -> None:
    """Nothing is cut of what fits, and a text without lines is cut where it has to be."""
    mail = Carried("Jan", "short", "<p>short</p>", (attachment("a", 60),))
    assert bounded(mail, 50, 100) == mail
    assert bounded(Carried("Jan", "x" * 99), 50, 0).text == "x" * 50 + "\n…"
