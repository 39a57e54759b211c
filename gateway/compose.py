"""A mail's final bytes (RFC 5322, RFC 2045 to 2047, RFC 2231).

The header is written here and not by `email`: its fields come from cleaned text alone, and the
bytes are looked at once more before they leave (CVE-2024-6923: a subject that brought its own Bcc).
"""

from __future__ import annotations

import binascii
import hashlib
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum
from urllib.parse import quote

from gateway.render.cleaning import clean, one_line
from gateway.render.page import Rendered
from gateway.values import Attachment, Mailbox

LONGEST_LINE = 998
"""Octets without CRLF (RFC 5322, 2.1.1)."""

MOST_REFERENCES = 20

MOST_OF_A_LINE = 58
"""Characters of content in one encoded word or parameter: with its frame it stays under 76."""

_MESSAGE_ID = re.compile(r"<?([!-;=?-~]{1,250})>?", re.ASCII)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_QUOTED = r'"(?:[ !#-\[\]-~]|\\[ -~])*"'
_DOMAIN = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?:{_ATOM}(?:\.{_ATOM})*|{_QUOTED})@{_DOMAIN}")
_PLAIN_PHRASE = re.compile(rf"{_ATOM}(?: {_ATOM})*")
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,100}")
_CONTENT_ID = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~@-]{1,200}")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9 !#$&+,.;=@^_`{}~()\[\]-]{1,60}")
_MBOX_FROM = re.compile(rb"^From ", re.MULTILINE)
"""What mail stores in mbox form would quote, and so break a signature (RFC 4155)."""
_UNSHOWN = re.compile("[\t\n\u200b-\u200f\u2060-\u2064\udc80-\udcff]")
"""What a header field shows nothing of, marks of direction and stray bytes included."""


class ComposeError(ValueError):
    """A mail that must not leave as it is; permanent. The text says what is wrong with it."""


class Automatic(StrEnum):
    """What the gateway writes by itself says so (RFC 3834, 5)."""

    REPLIED = "auto-replied"
    GENERATED = "auto-generated"


@dataclass(frozen=True, slots=True)
class Headers:
    """Who writes to whom. `automatic` is None where a person's words are brought.

    Message ids come with or without angle brackets; what is none is left out of `references`.
    `date` is aware.
    """

    sender: Mailbox
    to: Mailbox
    reply_to: str
    message_id: str
    date: datetime
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    automatic: Automatic | None = None


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """An iCalendar object and its method, REQUEST or CANCEL (RFC 6047, 2.4)."""

    content: bytes
    method: str


def compose(
    rendered: Rendered,
    headers: Headers,
    attachments: Sequence[Attachment] = (),
    inline: Sequence[Attachment] = (),
    calendar: CalendarPart | None = None,
) -> bytes:
    """The mail as it goes over the wire: CRLF, seven bits, no line over 998 octets.

    The same values give the same bytes. `inline` are the pictures that the HTML names by cid:.
    Raises ComposeError where an address or a message id of ours cannot stand in a mail.
    """
    fields = _fields(rendered.subject, headers)
    body = _body(rendered, headers.message_id, attachments, inline, calendar)
    head = tuple(f"{name}: {value}" for name, value in fields)
    mail = _Part((*head, "MIME-Version: 1.0", *body.fields), body.body).octets()
    _check(mail, [name for name, _ in fields])
    return mail


# --- the header ----------------------------------------------------------------------------------


def _fields(subject: str, headers: Headers) -> list[tuple[str, str]]:
    if headers.date.tzinfo is None:
        raise ComposeError("a date without time zone")
    fields = [
        ("Date", format_datetime(headers.date)),
        ("From", _mailbox(headers.sender, "From")),
        ("To", _mailbox(headers.to, "To")),
        ("Reply-To", _address(headers.reply_to)),
        ("Subject", _encoded(_shown(subject), "Subject")),
        ("Message-ID", _own_id(headers.message_id)),
    ]
    answered = _ids([headers.in_reply_to] if headers.in_reply_to else [])
    references = _bounded(_ids(headers.references))
    if answered:
        fields.append(("In-Reply-To", answered[0]))
    if references:
        fields.append(("References", "\r\n ".join(references)))
    if headers.automatic:
        fields.append(("Auto-Submitted", headers.automatic.value))
        fields.append(("X-Auto-Response-Suppress", "All"))
    return fields


def _shown(text: str) -> str:
    return one_line(_UNSHOWN.sub(" ", clean(text)))


def _mailbox(box: Mailbox, field: str) -> str:
    """`name-addr` (RFC 5322, 3.4) with the address on a line of its own where the name is long."""
    address = _address(box.address)
    name = _shown(box.name)[:100]
    if not name:
        return address
    phrase = _phrase(name, field)
    separator = "\r\n " if len(field) + len(phrase) + len(address) > 70 else " "
    return f"{phrase}{separator}<{address}>"


def _phrase(name: str, field: str) -> str:
    if not name.isascii() or "=?" in name:
        return _encoded(name, field)
    if _PLAIN_PHRASE.fullmatch(name):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _encoded(text: str, field: str) -> str:
    """Unstructured text or a phrase, in encoded words where it needs them (RFC 2047), folded."""
    if text.isascii() and "=?" not in text and max(map(len, text.split(" "))) < 500:
        wrapped = textwrap.wrap(
            text,
            70,
            initial_indent=" " * len(field),
            break_long_words=False,
            break_on_hyphens=False,
        )
        return "\r\n ".join(wrapped).lstrip()
    first = MOST_OF_A_LINE - len(field) - 2
    words = _packed((_q(character) for character in text), MOST_OF_A_LINE, first)
    return "\r\n ".join(f"=?utf-8?q?{word}?=" for word in words)


def _q(character: str) -> str:
    """One character in the Q encoding as a phrase may hold it (RFC 2047, 5 (3))."""
    if character.isascii() and character.isalnum():
        return character
    if character == " ":
        return "_"
    return "".join(f"={octet:02X}" for octet in character.encode("utf-8", "replace"))


def _packed(coded: Iterable[str], most: int, first: int) -> list[str]:
    """Characters joined to pieces of at most that length, none of them divided."""
    pieces = [""]
    for character in coded:
        if len(pieces[-1]) + len(character) > (first if len(pieces) == 1 else most):
            pieces.append("")
        pieces[-1] += character
    return pieces


def _address(address: str) -> str:
    """An `addr-spec` in ASCII; a domain in other letters as its A-labels (RFC 5890)."""
    local, _, domain = address.rpartition("@")
    try:
        plain = f"{local}@{domain.encode('idna').decode('ascii')}" if domain else address
    except UnicodeError:
        plain = address
    if not _ADDRESS.fullmatch(plain) or len(plain) > 320:
        raise ComposeError(f"no address that mail can be sent to: {address[:100]!r}")
    return plain


def _own_id(message_id: str) -> str:
    found = _ids([message_id])
    if not found or "@" not in message_id:
        raise ComposeError(f"no message id: {message_id[:100]!r}")
    return found[0]


def _ids(message_ids: Iterable[str]) -> list[str]:
    """Message ids in angle brackets; those that are none are left out."""
    matches = (_MESSAGE_ID.fullmatch(message_id.strip()) for message_id in message_ids)
    return [f"<{match.group(1)}>" for match in matches if match]


def _bounded(references: list[str]) -> list[str]:
    """The first and the last of a long thread, as RFC 5537 (3.4.4) trims it."""
    unique = list(dict.fromkeys(references))
    if len(unique) <= MOST_REFERENCES:
        return unique
    return [unique[0], *unique[1 - MOST_REFERENCES :]]


# --- the body ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Part:
    """One MIME part: its fields, folded, and its octets as they go over the wire."""

    fields: tuple[str, ...]
    body: bytes

    def octets(self) -> bytes:
        return (
            "".join(f"{field}\r\n" for field in self.fields).encode("ascii") + b"\r\n" + self.body
        )


def _body(
    rendered: Rendered,
    message_id: str,
    attachments: Sequence[Attachment],
    inline: Sequence[Attachment],
    calendar: CalendarPart | None,
) -> _Part:
    """multipart/mixed around multipart/alternative around multipart/related, as far as needed."""
    html = _text_part(rendered.html, "html")
    if inline:
        pictures = [_file_part(picture, "inline") for picture in inline]
        html = _multipart("related", [html, *pictures], message_id, '; type="text/html"')
    parts = [_text_part(rendered.text, "plain"), html]
    if calendar:
        parts.append(_calendar_part(calendar))
    alternative = _multipart("alternative", parts, message_id)
    if not attachments:
        return alternative
    files = [_file_part(attachment, "attachment") for attachment in attachments]
    return _multipart("mixed", [alternative, *files], message_id)


def _multipart(subtype: str, parts: Sequence[_Part], message_id: str, more: str = "") -> _Part:
    """Neither quoted-printable nor base64 holds `=_`, so that no content ends a part early."""
    digest = hashlib.sha256(f"{subtype} {message_id}".encode()).hexdigest()[:32]
    line = f"--=_{digest}".encode()
    between = b"\r\n" + line + b"\r\n"
    body = line + b"\r\n" + between.join(part.octets() for part in parts)
    return _Part(
        (f'Content-Type: multipart/{subtype};\r\n boundary="=_{digest}"{more}',),
        body + b"\r\n" + line + b"--\r\n",
    )


def _text_part(text: str, subtype: str) -> _Part:
    octets = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    coded = _MBOX_FROM.sub(b"=46rom ", binascii.b2a_qp(octets, istext=True))
    return _Part(
        (
            f"Content-Type: text/{subtype}; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
        ),
        coded.replace(b"\n", b"\r\n"),
    )


def _calendar_part(calendar: CalendarPart) -> _Part:
    kind = f"Content-Type: text/calendar; charset=utf-8; method={calendar.method}"
    return _Part((kind, "Content-Transfer-Encoding: base64"), _base64(calendar.content))


def _file_part(attachment: Attachment, disposition: str) -> _Part:
    """A file of any type; message/* and multipart/* may not be base64 (RFC 2046, 5.2.1)."""
    kind = attachment.type.lower()
    if not _TYPE.fullmatch(kind) or kind.startswith(("message/", "multipart/")):
        kind = "application/octet-stream"
    fields = [
        f"Content-Type: {kind}",
        "Content-Transfer-Encoding: base64",
        f"Content-Disposition: {disposition};{_file_name(_shown(attachment.name) or 'file')}",
    ]
    content_id = (attachment.content_id or "").strip("<>")
    if disposition == "inline" and _CONTENT_ID.fullmatch(content_id):
        fields.append(f"Content-ID: <{content_id}>")
    return _Part(tuple(fields), _base64(attachment.content))


def _file_name(name: str) -> str:
    """The filename parameter; in other letters than ASCII, or long, in pieces (RFC 2231, 4)."""
    if _PLAIN_NAME.fullmatch(name):
        return f'\r\n filename="{name}"'
    coded = (quote(character, safe="", errors="replace") for character in name[:200])
    pieces = _packed(coded, MOST_OF_A_LINE, MOST_OF_A_LINE)
    pieces[0] = f"utf-8''{pieces[0]}"
    if len(pieces) == 1:
        return f"\r\n filename*={pieces[0]}"
    return ";".join(f"\r\n filename*{at}*={piece}" for at, piece in enumerate(pieces))


def _base64(content: bytes) -> bytes:
    """Lines of 76 characters (RFC 2045, 6.8)."""
    coded = binascii.b2a_base64(content, newline=False)
    return b"\r\n".join([coded[at : at + 76] for at in range(0, len(coded), 76)])


# --- the last look -------------------------------------------------------------------------------


def _check(mail: bytes, wanted: list[str]) -> None:
    """Raises ComposeError unless the bytes hold exactly the fields that were meant."""
    head, _, _ = mail.partition(b"\r\n\r\n")
    unfolded = head.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ")
    names = [line.partition(b":")[0].decode("ascii") for line in unfolded.split(b"\r\n")]
    if names != [*wanted, "MIME-Version", "Content-Type"]:
        raise ComposeError(f"header fields that were not meant: {', '.join(names)[:200]}")
    if not mail.isascii():
        raise ComposeError("octets above 127")
    if not mail.count(b"\r\n") == mail.count(b"\r") == mail.count(b"\n"):
        raise ComposeError("a bare CR or LF")
    if max(map(len, mail.split(b"\r\n"))) > LONGEST_LINE:
        raise ComposeError(f"a line over {LONGEST_LINE} octets")
