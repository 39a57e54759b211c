"""What is attached: every part but the text, under a safe name; winmail.dat unpacked."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from gateway.reading import names, problems, tnef
from gateway.reading.headers import split
from gateway.reading.parts import Part
from gateway.values import Attachment

_TNEF: Final = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
MAILS: Final = frozenset({"message/rfc822", "message/global"})
_FOR_MACHINES: Final = frozenset({"text/x-amp-html", "text/watch-html"})
"""The same text again for one program, beside text and HTML."""


@dataclass(frozen=True, slots=True)
class Files:
    """The attachments, and the text and HTML that were in winmail.dat, "" where none were."""

    attachments: tuple[Attachment, ...] = field(repr=False)
    text: str
    html: str


def collect(root: Part, used: Collection[Part], found: list[str]) -> Files:
    """Every leaf of the mail but those `used`; what could not be read is added to `found`."""
    taken = set(map(id, used))
    related = {
        id(child)
        for part in _multiparts(root)
        if part.type == "multipart/related"
        for child in part.children
    }
    attachments: list[Attachment] = []
    text = markup = ""
    for part in root.leaves():
        if id(part) in taken or _is_nothing(part):
            continue
        content = part.content()
        if not content.whole:
            found.append(problems.BROKEN_ENCODING)
        unpacked = _unpack(part, content.data, found)
        attachments += _unpacked_files(unpacked, part.number)
        text, markup = text or unpacked.text, markup or unpacked.html
        if unpacked == _NOTHING:
            attachments.append(_attachment(part, content.data, in_related=id(part) in related))
    return Files(_distinct(attachments), text, markup)


def content_id(part: Part) -> str:
    """The Content-ID of a part without its angle brackets, "" where it has none (RFC 2392)."""
    return part.headers.text("content-id").strip("<> ")


def _multiparts(part: Part) -> Iterator[Part]:
    if part.children:
        yield part
    for child in part.children:
        yield from _multiparts(child)


def _is_nothing(part: Part) -> bool:
    """A part that shows nobody anything: blank text without a name, or one for machines."""
    if part.type in _FOR_MACHINES:
        return True
    return part.type.startswith("text/") and not part.name and not part.body().strip()


_NOTHING: Final = tnef.Unpacked((), "", "")


def _unpack(part: Part, data: bytes, found: list[str]) -> tnef.Unpacked:
    if part.type not in _TNEF and part.name.lower() != "winmail.dat":
        return _NOTHING
    try:
        return tnef.unpack(data)
    except tnef.NotTnef:
        found.append(problems.TNEF_UNREADABLE)
        return _NOTHING


def _unpacked_files(unpacked: tnef.Unpacked, number: int) -> Iterator[Attachment]:
    for one in unpacked.files:
        media_type = one.type if "/" in one.type else "application/octet-stream"
        yield _file(one.name, media_type.lower(), one.content, number, one.content_id)


def _attachment(part: Part, data: bytes, *, in_related: bool) -> Attachment:
    attachment = _file(_name(part, data), part.type, data, part.number, content_id(part))
    shown = part.disposition == "inline" or (in_related and part.disposition != "attachment")
    return replace(attachment, inline=True) if shown else attachment


def _name(part: Part, data: bytes) -> str:
    """An attached mail without a name is called after its subject."""
    if part.name or part.type not in MAILS:
        return part.name
    subject = split(data.lstrip(b"\r\n")).headers.text("subject")
    return subject.replace("/", "-").replace("\\", "-") + ".eml" if names.safe(subject) else ""


def _file(name: str, media_type: str, data: bytes, number: int, cid: str) -> Attachment:
    return Attachment(
        name=names.safe(name) or names.unnamed(media_type, number),
        type=media_type,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        content=data,
        content_id=cid or None,
    )


def _distinct(attachments: list[Attachment]) -> tuple[Attachment, ...]:
    unique = names.distinct([one.name for one in attachments])
    return tuple(
        one if one.name == name else replace(one, name=name)
        for one, name in zip(attachments, unique, strict=True)
    )
