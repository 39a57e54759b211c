"""The final bytes of a mail: what goes in comes out, and nothing else does."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage, MIMEPart

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.compose import Automatic, CalendarPart, ComposeError, Headers, compose
from gateway.render import Rendered
from gateway.values import Attachment, Mailbox

AT = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
MAIL = Rendered("[#88] Printer broken", "Hello\n\nBye\n", "<p>Hello</p><p>Bye</p>\n")
HEADERS = Headers(
    sender=Mailbox("Accel Service Desk", "helpdesk@accel.example"),
    to=Mailbox("Jan Maes", "jan@acme.example"),
    reply_to="helpdesk+88.abcdefgh@accel.example",
    message_id="<88.abc@accel.example>",
    date=AT,
)
ALWAYS = ["Date", "From", "To", "Reply-To", "Subject", "Message-ID"]
MIME = ["MIME-Version", "Content-Type"]


def file(name: str, kind: str, content: bytes, content_id: str | None = None) -> Attachment:
    inline = content_id is not None
    return Attachment(name, kind, len(content), "", content, content_id, inline)


def read(mail: bytes) -> EmailMessage:
    """The mail as the standard library reads it, without a defect anywhere."""
    message = email.message_from_bytes(mail, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    for part in message.walk():
        assert part.defects == []
    return message


def text_of(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    content: str = part.get_content()
    return content.replace("\r\n", "\n")


def shape(part: MIMEPart) -> object:
    """Content types as a nested list."""
    if part.is_multipart():
        return [part.get_content_type(), *(shape(inner) for inner in part.iter_parts())]
    return part.get_content_type()


def names(mail: bytes) -> list[str]:
    return [name for name, _ in email.message_from_bytes(mail).items()]


# --- header --------------------------------------------------------------------------------------


def test_a_plain_mail() -> None:
    """Exactly the fields that were meant, and text before HTML."""
    mail = compose(MAIL, HEADERS)
    message = read(mail)
    assert names(mail) == ALWAYS + MIME
    assert message["From"] == "Accel Service Desk <helpdesk@accel.example>"
    assert message["To"] == "Jan Maes <jan@acme.example>"
    assert message["Subject"] == MAIL.subject
    assert message["Date"].datetime == AT
    assert shape(message) == ["multipart/alternative", "text/plain", "text/html"]
    assert text_of(message, "plain") == MAIL.text
    assert text_of(message, "html") == MAIL.html


def test_what_a_machine_wrote_says_so() -> None:
    """RFC 3834, 5; relayed words of people do not."""
    mail = compose(MAIL, replace(HEADERS, automatic=Automatic.REPLIED))
    assert names(mail) == [*ALWAYS, "Auto-Submitted", "X-Auto-Response-Suppress", *MIME]
    assert b"Auto-Submitted: auto-replied\r\n" in mail
    assert b"X-Auto-Response-Suppress: All\r\n" in mail


def test_answers_thread() -> None:
    """In-Reply-To and References, each id on a line, the first and the last of a long thread."""
    ids = tuple(f"{number}@acme.example" for number in range(50))
    mail = compose(MAIL, replace(HEADERS, in_reply_to="<49@acme.example>", references=ids))
    message = read(mail)
    assert names(mail) == [*ALWAYS, "In-Reply-To", "References", *MIME]
    assert message["In-Reply-To"] == "<49@acme.example>"
    kept = message["References"].split()
    assert kept == ["<0@acme.example>", *(f"<{n}@acme.example>" for n in range(31, 50))]


def test_long_message_ids_are_not_encoded() -> None:
    """Clients compare them letter by letter, however long they are."""
    long = f"<{'x' * 240}@acme.example>"
    mail = compose(MAIL, replace(HEADERS, in_reply_to=long, references=(long, "<a@b>")))
    assert f"In-Reply-To: {long}\r\n".encode() in mail


def test_foreign_ids_that_are_none_are_left_out() -> None:
    """A References that was crafted brings no line of its own."""
    crafted = ("<a@b>\r\nBcc: x@y.example", "two words", "<a b@c>", "", "<ž@c>", "<ok@c>")
    mail = compose(MAIL, replace(HEADERS, in_reply_to=crafted[0], references=crafted))
    assert names(mail) == [*ALWAYS, "References", *MIME]
    assert read(mail)["References"] == "<ok@c>"


SUBJECTS = (
    "[#88] Tiskárna hoří a nikdo neví proč, prosíme o pomoc, je to opravdu velmi naléhavé",
    "[#88] 打印机坏了" * 8,
    "[#88] =?utf-8?q?=0D=0ABcc:_x?=",
    "[#88] " + "many words that have to be folded somewhere " * 4,
    "x" * 900,
    "",
)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_subjects_arrive_as_they_were(subject: str) -> None:
    """Any letters, and what looks encoded already, in lines that every relay takes."""
    mail = compose(replace(MAIL, subject=subject), HEADERS)
    assert names(mail) == ALWAYS + MIME
    assert read(mail)["Subject"].replace("  ", " ") == subject.strip()
    head = mail.partition(b"\r\n\r\n")[0]
    assert max(len(line) for line in head.split(b"\r\n")) <= (78 if len(subject) < 500 else 998)


NAMES = (
    'Jan "de Printer" Maes',
    "Maes, Jan",
    "Jan Maes (Acme)",
    "Žluťoučký Kůň",
    "=?utf-8?q?=0D=0ABcc?=",
    "a\\b",
    "",
    "<boss@victim.example>",
)


@pytest.mark.parametrize("name", NAMES)
def test_names_arrive_as_they_were(name: str) -> None:
    """Quoted or encoded as they need; the address stays the only one."""
    mail = compose(MAIL, replace(HEADERS, to=Mailbox(name, "jan@acme.example")))
    (address,) = read(mail)["To"].addresses
    assert address.addr_spec == "jan@acme.example"
    assert address.display_name == name


def test_domains_in_other_letters() -> None:
    """As A-labels (RFC 5890), which every relay can route."""
    mail = compose(MAIL, replace(HEADERS, to=Mailbox("", "jan@žluťoučký.example")))
    assert b"To: jan@xn--luouk-uva4it5a4g.example\r\n" in mail


UNFIT = (
    "jan@acme.example\r\nBcc: x@y.example",
    "jan@acme.example, x@y.example",
    "jan maes@acme.example",
    "žlutý@acme.example",
    "jan@",
    "jan",
    "",
    "<jan@acme.example>",
)


@pytest.mark.parametrize("address", UNFIT)
def test_unfit_addresses_are_refused(address: str) -> None:
    """For good: no mail is made from them."""
    with pytest.raises(ComposeError):
        compose(MAIL, replace(HEADERS, to=Mailbox("Jan", address)))
    with pytest.raises(ComposeError):
        compose(MAIL, replace(HEADERS, reply_to=address))


@pytest.mark.parametrize("message_id", ["", "no-at", "<a@b> <c@d>", "<a@b>\r\nX: y"])
def test_unfit_message_ids_are_refused(message_id: str) -> None:
    with pytest.raises(ComposeError):
        compose(MAIL, replace(HEADERS, message_id=message_id))


def test_a_date_without_zone_is_refused() -> None:
    with pytest.raises(ComposeError):
        compose(MAIL, replace(HEADERS, date=AT.replace(tzinfo=None)))


# --- body ----------------------------------------------------------------------------------------

PICTURE = file("a.png", "image/png", b"\x89PNG", "pic@acme")
PDF = file("sheet.pdf", "application/pdf", b"%PDF" * 100)
CALENDAR = CalendarPart(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "REQUEST")
BOTH = ["multipart/alternative", "text/plain", "text/html"]
RELATED = ["multipart/related", "text/html", "image/png"]
SHAPES = (
    ((), (), None, BOTH),
    ((PDF,), (), None, ["multipart/mixed", BOTH, "application/pdf"]),
    ((), (PICTURE,), None, ["multipart/alternative", "text/plain", RELATED]),
    ((), (), CALENDAR, [*BOTH, "text/calendar"]),
    (
        (PDF,),
        (PICTURE,),
        CALENDAR,
        [
            "multipart/mixed",
            ["multipart/alternative", "text/plain", RELATED, "text/calendar"],
            "application/pdf",
        ],
    ),
)


@pytest.mark.parametrize(("attached", "inline", "calendar", "wanted"), SHAPES)
def test_shapes(
    attached: Sequence[Attachment],
    inline: Sequence[Attachment],
    calendar: CalendarPart | None,
    wanted: object,
) -> None:
    """mixed around alternative around related, as far as there is something for it."""
    assert shape(read(compose(MAIL, HEADERS, attached, inline, calendar))) == wanted


def test_the_same_values_give_the_same_bytes() -> None:
    """Sending twice after a crash is the same mail."""
    once = compose(MAIL, HEADERS, (PDF,), (PICTURE,), CALENDAR)
    assert compose(MAIL, HEADERS, (PDF,), (PICTURE,), CALENDAR) == once


def test_calendar_part_names_its_method() -> None:
    """RFC 6047, 2.4: otherwise clients show no invitation."""
    message = read(compose(MAIL, HEADERS, calendar=CALENDAR))
    part = next(p for p in message.walk() if p.get_content_type() == "text/calendar")
    assert part.get_param("method") == "REQUEST"
    assert part.get_payload(decode=True) == CALENDAR.content


def test_pictures_keep_their_content_id() -> None:
    message = read(compose(MAIL, HEADERS, inline=(PICTURE,)))
    part = next(p for p in message.walk() if p.get_content_type() == "image/png")
    assert part["Content-ID"] == "<pic@acme>"
    assert part.get_content_disposition() == "inline"


FILES = (
    ("sheet.pdf", "application/pdf", "sheet.pdf", "application/pdf"),
    ("žluťoučký kůň.pdf", "application/pdf", "žluťoučký kůň.pdf", "application/pdf"),
    ("语" * 90 + ".txt", "text/plain", "语" * 90 + ".txt", "text/plain"),
    ('a"b\\c.txt', "text/plain", 'a"b\\c.txt', "text/plain"),
    ("a\r\nBcc: x@y.example", "text/plain", "a Bcc: x@y.example", "text/plain"),
    ("", "text/plain", "file", "text/plain"),
    ("mail.eml", "message/rfc822", "mail.eml", "application/octet-stream"),
    ("x", "multipart/mixed; boundary=y", "x", "application/octet-stream"),
    ("x", "text/html\r\nBcc: x@y.example", "x", "application/octet-stream"),
    ("x", "", "x", "application/octet-stream"),
)


@pytest.mark.parametrize(("name", "kind", "shown", "sent"), FILES)
def test_files(name: str, kind: str, shown: str, sent: str) -> None:
    """Names in any letters (RFC 2231); types that are none, or may not be base64, are octets."""
    content = bytes(range(256)) * 5
    message = read(compose(MAIL, HEADERS, (file(name, kind, content),)))
    (part,) = message.iter_attachments()
    assert part.get_filename() == shown
    assert part.get_content_type() == sent
    assert part.get_payload(decode=True) == content


TEXTS = (
    "x" * 5000 + "\n",
    ".\n..\nFrom here\n>From there\n",
    "trailing \t\n = signs =3D\n",
    "-- \nsignature\n",
    "--=_0123\n",
    "Dobrý den, 你好 😀\n",
    "bare\rcarriage\r\nreturns\n",
    "\ud800 lone surrogate\n",
    "",
)


@pytest.mark.parametrize("text", TEXTS)
def test_texts_arrive_as_they_were(text: str) -> None:
    """In seven bits and short lines, whatever they hold; line ends are ours."""
    mail = compose(replace(MAIL, text=text, html=text), HEADERS)
    message = read(mail)
    wanted = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ud800", "?")
    assert text_of(message, "plain") == wanted
    assert text_of(message, "html") == wanted
    assert not re.search(rb"^(From |\.\r?$)", mail, re.MULTILINE)


# --- whatever it is given ------------------------------------------------------------------------

ANYTHING = st.text(max_size=120) | st.sampled_from(
    ["\r\nBcc: x@y.example\r\n", "\n\n<html>", "\x00", "\u2028Bcc: x", "=?utf-8?b?DQpCY2M6eA==?="]
)


@given(subject=ANYTHING, name=ANYTHING, own=ANYTHING, text=ANYTHING, attached=ANYTHING)
def test_nothing_brings_a_field_of_its_own(
    subject: str, name: str, own: str, text: str, attached: str
) -> None:
    """Hostile subjects, names, texts and file names: the fields are those that were meant, the
    recipient is one, and the bytes are fit for any relay."""
    headers = replace(
        HEADERS,
        to=Mailbox(name, "jan@acme.example"),
        sender=Mailbox(own, "helpdesk@accel.example"),
        references=(subject, name),
    )
    mail = compose(Rendered(subject, text, text), headers, (file(attached, attached, b"x"),))
    message = email.message_from_bytes(mail, policy=email.policy.default)
    found = [field for field in names(mail) if field != "References"]
    assert found == ALWAYS + MIME
    assert [a.addr_spec for a in message["To"].addresses] == ["jan@acme.example"]
    assert [a.addr_spec for a in message["From"].addresses] == ["helpdesk@accel.example"]
    assert mail.isascii()
    assert all(len(line) <= 998 for line in mail.split(b"\r\n"))
