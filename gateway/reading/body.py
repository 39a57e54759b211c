"""Which parts are the text of a mail, and what they say (RFC 2046, 5.1; RFC 2387).

The text is the first text part of the mail itself. What has a file name is a file, what is inside
an attached mail is that mail's: neither is ever read for commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from gateway.reading import charset, files, flowed, html, problems
from gateway.reading.bounds import STANDARD
from gateway.reading.parts import Part
from gateway.values import Attachment

LINE_LIMIT: Final = 20_000
"""Lines of the text that are read for new text and commands: to tell new text from history costs by
the line."""
HTML_LIMIT: Final = 5_000_000
"""Octets above which an HTML part is a file and no text."""

_ENCRYPTED: Final = frozenset(
    {"application/pgp-encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"}
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The text of a mail in the two forms that it may have; `again`: parts that repeat it."""

    text: Part | None = None
    html: Part | None = None
    again: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """What a mail says: `text` up to its limits; `rest`: what follows it, and each later text part
    without a name.

    `markup` is "" where there is no HTML. `certain`: no reader can see another text in the same
    bytes.
    """

    text: str
    rest: tuple[str, ...]
    markup: str
    certain: bool
    attachments: tuple[Attachment, ...] = field(repr=False)
    problems: tuple[str, ...]


def choose(root: Part) -> Chosen:
    """The text of the mail `root`; of one part alone whatever its name."""
    return _within(root) if root.children else _leaf(root, name="")


def _within(part: Part) -> Chosen:
    """Of alternatives each form, else the first that says anything."""
    if not part.children:
        return _leaf(part, part.name)
    if part.type == "multipart/alternative":
        return _alternatives(part)
    if part.type in ("multipart/related", "multipart/signed", "multipart/report"):
        return _within(_first(part))
    for child in part.children:
        chosen = _within(child)
        if chosen.text or chosen.html:
            return chosen
    return Chosen()


def _leaf(part: Part, name: str) -> Chosen:
    too_long = part.type == "text/html" and part.end - part.start > HTML_LIMIT
    is_file = part.disposition == "attachment" or name or too_long
    if is_file or part.type not in ("text/plain", "text/html") or not part.body().strip():
        return Chosen()
    return Chosen(html=part) if part.type == "text/html" else Chosen(text=part)


def _alternatives(part: Part) -> Chosen:
    """Apple Mail tears its HTML around pictures; the text beside it says all of it."""
    found = [_within(child) for child in part.children]
    text = next((one.text for one in found if one.text), None)
    markup = next((one.html for one in found if one.html), None)
    again = (
        leaf
        for leaf in part.leaves()
        if leaf.type == "text/html" and leaf is not markup and not leaf.name
    )
    return Chosen(text, markup, tuple(again) if text else ())


def _first(part: Part) -> Part:
    """The root of a related set (RFC 2387, 3.2); what is signed or reported comes first too."""
    start = part.params.get("start", "").strip("<>")
    named = (child for child in part.children if start and files.content_id(child) == start)
    return next(named, part.children[0])


def read(root: Part, most: int = STANDARD.new_text) -> Body:
    """The text, its first `most` characters, and the files of a mail; what could not be read of
    them is said in the problems."""
    chosen = choose(root)
    later = [part for part in root.leaves() if _is_later_text(part, chosen)]
    used = [part for part in (chosen.text, chosen.html, *chosen.again, *later) if part]
    doubts: list[str] = []
    packed = files.collect(root, used, doubts)
    text = _said(chosen.text, most) if chosen.text else _packed(packed.text, most)
    markup = _said(chosen.html, most) if chosen.html else _packed(packed.html, most)
    if not text.text.strip() and markup.text:
        text = _Said(*_cut(html.to_text(markup.text), most), markup.doubts)
    if text.rest:
        doubts.append(problems.TEXT_TOO_LONG)
    if any(part.type in _ENCRYPTED for part in root.leaves()):
        doubts.append(problems.ENCRYPTED)
    rest = [text.rest, *(_later(part, most) for part in later)]
    return Body(
        text.text,
        tuple(piece for piece in rest if piece.strip()),
        markup.text,
        not text.doubts,
        packed.attachments,
        tuple(dict.fromkeys((*text.doubts, *doubts))),
    )


def _is_later_text(part: Part, chosen: Chosen) -> bool:
    """A later text that is no file: a list's footer, or what stands below a picture."""
    if any(part is one for one in (chosen.text, chosen.html, *chosen.again)):
        return False
    found = _leaf(part, part.name)
    return bool(found.text or found.html)


@dataclass(frozen=True, slots=True)
class _Said:
    """What one part says, up to the limits and past them, and why others may see another text."""

    text: str
    rest: str
    doubts: tuple[str, ...]


def _said(part: Part, most: int) -> _Said:
    content = part.content()
    data = content.data
    if part.headers.first("content-transfer-encoding").strip().lower() not in (
        "base64",
        "quoted-printable",
    ):
        data = flowed.unbroken(data)
    decoded = charset.decode(data, part.params.get("charset"))
    lines = decoded.text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    text, rest = _cut(lines, most)
    clean = _clean(text)
    doubts = tuple(_doubts(decoded, part, whole=content.whole, lost=len(clean) < len(text)))
    if part.type == "text/plain" and part.params.get("format", "").lower() == "flowed":
        clean = flowed.unflowed(clean, delete_space=part.params.get("delsp", "").lower() == "yes")
    return _Said(clean, _clean(rest), doubts)


def _packed(text: str, most: int) -> _Said:
    """What came out of winmail.dat, which few clients can read at all."""
    clean, rest = _cut(_clean(text.replace("\r\n", "\n").replace("\r", "\n")), most)
    return _Said(clean, rest, (problems.PACKED_TEXT,) if text.strip() else ())


def _later(part: Part, most: int) -> str:
    said = _said(part, most)
    return html.to_text(said.text) if part.type == "text/html" else said.text + said.rest


def _doubts(decoded: charset.Decoded, part: Part, *, whole: bool, lost: bool) -> Iterator[str]:
    if not decoded.known:
        yield problems.UNKNOWN_CHARSET
    elif not decoded.certain:
        yield problems.WRONG_CHARSET
    if not whole:
        yield problems.BROKEN_ENCODING
    if lost:
        yield problems.CONTROLS
    if (
        len(part.headers.all("content-type")) > 1
        or len(part.headers.all("content-transfer-encoding")) > 1
    ):
        yield problems.REPEATED_FIELD


# Python's splitlines() ends a line at each of the first, mail clients do not: a quoted one must not
# come to start a line.
_NO_LINE_END: Final = dict.fromkeys(map(ord, "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), " ")
_NO_TEXT: Final = dict.fromkeys(
    [*range(9), *range(14, 28), 31, 127, *range(0x80, 0x85), *range(0x86, 0xA0)]
)
_UNCLEAN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def _clean(text: str) -> str:
    """`text` with LF alone as line end, without controls, which no database or terminal takes."""
    if not _UNCLEAN.search(text):
        return text
    return text.translate(_NO_TEXT | _NO_LINE_END).encode("utf-8", "replace").decode("utf-8")


_LINES: Final = re.compile(rf"(?:[^\n]*\n){{{LINE_LIMIT}}}")


def _cut(text: str, most: int) -> tuple[str, str]:
    """The text up to its limits, at the end of a line where there is one near, and what follows."""
    at = len(text)
    if at > most:
        at = text.rfind("\n", max(0, most - 10_000), most) + 1 or most
    if text.count("\n", 0, at) > LINE_LIMIT and (lines := _LINES.match(text)):
        at = lines.end()
    return text[:at], text[at:]
