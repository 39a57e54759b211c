"""The parts of a mail: text, HTML, pictures, files, a calendar object (RFC 2045, 2046, 2231, 2387).

Everything is quoted-printable or base64, so that any relay takes it and no signature breaks.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from gateway.render.cleaning import clean, one_line
from gateway.render.page import Rendered
from gateway.values import Attachment

MOST_OF_A_LINE = 58
"""Characters of content in one encoded word or parameter: with its frame it stays under 76."""

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,100}")
_CONTENT_ID = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~@-]{1,200}")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9 !#$&+,.;=@^_`{}~()\[\]-]{1,60}")
_MBOX_FROM = re.compile(rb"^From ", re.MULTILINE)
"""What mail stores in mbox form would quote, and so break a signature (RFC 4155)."""
_UNSHOWN = re.compile("[\t\n\u200b-\u200f\u2060-\u2064\udc80-\udcff]")
"""What a header field shows nothing of, marks of direction and stray bytes included."""


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """An iCalendar object and its method, REQUEST or CANCEL (RFC 6047, 2.4)."""

    content: bytes
    method: str


@dataclass(frozen=True, slots=True)
class Part:
    """One MIME part: its fields, folded, and its octets as they go over the wire."""

    fields: tuple[str, ...]
    body: bytes

    def octets(self) -> bytes:
        return (
            "".join(f"{field}\r\n" for field in self.fields).encode("ascii") + b"\r\n" + self.body
        )


def body_of(
    rendered: Rendered,
    message_id: str,
    attachments: Sequence[Attachment],
    inline: Sequence[Attachment],
    calendar: CalendarPart | None,
) -> Part:
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


def _multipart(subtype: str, parts: Sequence[Part], message_id: str, more: str = "") -> Part:
    """Neither quoted-printable nor base64 holds `=_`, so that no content ends a part early."""
    digest = hashlib.sha256(f"{subtype} {message_id}".encode()).hexdigest()[:32]
    line = f"--=_{digest}".encode()
    between = b"\r\n" + line + b"\r\n"
    body = line + b"\r\n" + between.join(part.octets() for part in parts)
    return Part(
        (f'Content-Type: multipart/{subtype};\r\n boundary="=_{digest}"{more}',),
        body + b"\r\n" + line + b"--\r\n",
    )


def _text_part(text: str, subtype: str) -> Part:
    octets = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    coded = _MBOX_FROM.sub(b"=46rom ", binascii.b2a_qp(octets, istext=True))
    return Part(
        (
            f"Content-Type: text/{subtype}; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
        ),
        coded.replace(b"\n", b"\r\n"),
    )


def _calendar_part(calendar: CalendarPart) -> Part:
    kind = f"Content-Type: text/calendar; charset=utf-8; method={calendar.method}"
    return Part((kind, "Content-Transfer-Encoding: base64"), _base64(calendar.content))


def _file_part(attachment: Attachment, disposition: str) -> Part:
    """A file of any type; message/* and multipart/* may not be base64 (RFC 2046, 5.2.1)."""
    kind = attachment.type.lower()
    if not _TYPE.fullmatch(kind) or kind.startswith(("message/", "multipart/")):
        kind = "application/octet-stream"
    fields = [
        f"Content-Type: {kind}",
        "Content-Transfer-Encoding: base64",
        f"Content-Disposition: {disposition};{_file_name(shown(attachment.name) or 'file')}",
    ]
    content_id = (attachment.content_id or "").strip("<>")
    if disposition == "inline" and _CONTENT_ID.fullmatch(content_id):
        fields.append(f"Content-ID: <{content_id}>")
    return Part(tuple(fields), _base64(attachment.content))


def _file_name(name: str) -> str:
    """The filename parameter; in other letters than ASCII, or long, in pieces (RFC 2231, 4)."""
    if _PLAIN_NAME.fullmatch(name):
        return f'\r\n filename="{name}"'
    coded = (quote(character, safe="", errors="replace") for character in name[:200])
    pieces = packed(coded, MOST_OF_A_LINE, MOST_OF_A_LINE)
    pieces[0] = f"utf-8''{pieces[0]}"
    if len(pieces) == 1:
        return f"\r\n filename*={pieces[0]}"
    return ";".join(f"\r\n filename*{at}*={piece}" for at, piece in enumerate(pieces))


def _base64(content: bytes) -> bytes:
    """Lines of 76 characters (RFC 2045, 6.8)."""
    coded = binascii.b2a_base64(content, newline=False)
    return b"\r\n".join([coded[at : at + 76] for at in range(0, len(coded), 76)])


def shown(text: str) -> str:
    """`text` on one line, as a header field or file name may hold it."""
    return one_line(_UNSHOWN.sub(" ", clean(text)))


def packed(coded: Iterable[str], most: int, first: int) -> list[str]:
    """Characters joined to pieces of at most that length, none of them divided."""
    pieces = [""]
    for character in coded:
        if len(pieces[-1]) + len(character) > (first if len(pieces) == 1 else most):
            pieces.append("")
        pieces[-1] += character
    return pieces
