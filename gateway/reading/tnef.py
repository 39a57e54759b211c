"""What Outlook packed into winmail.dat: its files and its text (MS-OXTNEF, 2.1; MS-OXCDATA, 2.11).

Own reader, since tnefparse was last released in 2021 and reads whole property streams that nobody
needs. It follows the lengths in the data, never past its end, and each step goes forward: linear,
whatever the bytes are.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.reading import charset

_SIGNATURE: Final = 0x223E9F78
_FILE_LIMIT: Final = 500

# Attributes (MS-OXTNEF, 2.1.3.3 and 2.1.3.4).
_BODY: Final = 0x0002800C
_MESSAGE_PROPERTIES: Final = 0x00069003
_OEM_CODEPAGE: Final = 0x00069007
_FILE_BEGINS: Final = 0x00069002
_FILE_TITLE: Final = 0x00018010
_FILE_DATA: Final = 0x0006800F
_FILE_PROPERTIES: Final = 0x00069005

# Properties (MS-OXPROPS).
_PLAIN_BODY: Final = 0x1000
_HTML_BODY: Final = 0x1013
_DATA_OBJECT: Final = 0x3701
_LONG_FILE_NAME: Final = 0x3707
_MIME_TYPE: Final = 0x370E
_CONTENT_ID: Final = 0x3712

# Property types (MS-OXCDATA, 2.11.1): bytes of a value of fixed length, padded to four.
_FIXED: Final = {
    0x0002: 4,
    0x0003: 4,
    0x0004: 4,
    0x0005: 8,
    0x0006: 8,
    0x0007: 8,
    0x000A: 4,
    0x000B: 4,
}
_FIXED_WIDE: Final = {0x0014: 8, 0x0040: 8, 0x0048: 16}
_STRING8: Final = 0x001E
_UNICODE: Final = 0x001F
_OBJECT: Final = 0x000D
_BINARY: Final = 0x0102
_MULTIPLE: Final = 0x1000


class NotTnef(ValueError):
    """The bytes are not TNEF, or break off before anything of use."""


@dataclass(frozen=True, slots=True)
class PackedFile:
    """One file; `name`, `type` and `content_id` as the data has them, "" where it has none."""

    name: str
    type: str
    content_id: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The files, and the text or HTML, "" where there is none."""

    files: tuple[PackedFile, ...]
    text: str
    html: str


Properties = Mapping[int, bytes | str]


def unpack(data: bytes) -> Unpacked:
    """Read a TNEF stream; what it breaks off after is kept. Raises `NotTnef`."""
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
        raise NotTnef("no TNEF signature")
    label, text, html = "cp1252", "", ""
    files: list[dict[int, bytes]] = []
    for name, value in _attributes(data):
        if name == _OEM_CODEPAGE and len(value) >= 4:
            label = f"cp{struct.unpack_from('<I', value)[0]}"
        elif name == _BODY:
            text = charset.decode(value.rstrip(b"\0"), label).text
        elif name == _MESSAGE_PROPERTIES:
            found = _properties(value, label)
            text, html = (
                _string(found, _PLAIN_BODY, label) or text,
                _string(found, _HTML_BODY, label),
            )
        elif name == _FILE_BEGINS and len(files) < _FILE_LIMIT:
            files.append({})
        elif files:
            files[-1].setdefault(name, value)
    return Unpacked(tuple(_file(one, label) for one in files), text, html)


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(identifier, value) of level, identifier, length, value, checksum (MS-OXTNEF, 2.1.3.1)."""
    at = 6
    while at + 9 <= len(data):
        name, length = struct.unpack_from("<II", data, at + 1)
        at += 9
        yield name, data[at : at + length]
        at += length + 2


def _file(attributes: Mapping[int, bytes], label: str) -> PackedFile:
    found = _properties(attributes.get(_FILE_PROPERTIES, b""), label)
    title = charset.decode(attributes.get(_FILE_TITLE, b"").rstrip(b"\0"), label).text
    content = found.get(_DATA_OBJECT, b"")
    # An object begins with the 16 bytes of its interface (MS-OXTNEF, 2.1.3.4.2).
    embedded = content[16:] if isinstance(content, bytes) else b""
    return PackedFile(
        _string(found, _LONG_FILE_NAME, label) or title,
        _string(found, _MIME_TYPE, label),
        _string(found, _CONTENT_ID, label),
        attributes.get(_FILE_DATA) or embedded,
    )


def _string(properties: Properties, name: int, label: str) -> str:
    value = properties.get(name, "")
    return charset.decode(value, label).text.rstrip("\0") if isinstance(value, bytes) else value


def _properties(data: bytes, label: str) -> dict[int, bytes | str]:
    """The first value of each property, as far as the data goes and its types are known."""
    found: dict[int, bytes | str] = {}
    try:
        at = 4
        for _ in range(min(struct.unpack_from("<I", data)[0], len(data) // 4)):
            kind, name = struct.unpack_from("<HH", data, at)
            at = _past_name(data, at + 4, name)
            value, at = _value(data, at, kind, label)
            found.setdefault(name, value)
    except (struct.error, KeyError):
        return found
    return found


def _past_name(data: bytes, at: int, name: int) -> int:
    """Named properties carry a GUID and a number or a string (MS-OXTNEF, 2.1.3.4.1)."""
    if name < 0x8000:
        return at
    is_text = struct.unpack_from("<I", data, at + 16)[0]
    at += 20
    if not is_text:
        return at + 4
    length = struct.unpack_from("<I", data, at)[0]
    return at + 4 + _padded(length)


def _value(data: bytes, at: int, kind: int, label: str) -> tuple[bytes | str, int]:
    """(first value, offset after all values). Raises `KeyError` for an unknown type."""
    many = bool(kind & _MULTIPLE)
    kind &= ~_MULTIPLE
    width = (_FIXED | _FIXED_WIDE).get(kind)
    counted = many or width is None
    if width is None and kind not in (_STRING8, _UNICODE, _OBJECT, _BINARY):
        raise KeyError(kind)
    count = struct.unpack_from("<I", data, at)[0] if counted else 1
    at += 4 if counted else 0
    if width is not None:
        return data[at : at + width], at + width * count
    first: bytes | str = b""
    for number in range(min(count, len(data) // 4)):
        length = struct.unpack_from("<I", data, at)[0]
        value = data[at + 4 : at + 4 + length]
        at += 4 + _padded(length)
        if number == 0:
            first = _text(value, kind, label)
    return first, at


def _text(value: bytes, kind: int, label: str) -> bytes | str:
    if kind == _UNICODE:
        return value.decode("utf-16-le", "replace").rstrip("\0")
    if kind == _STRING8:
        return charset.decode(value.rstrip(b"\0"), label).text
    return value


def _padded(length: int) -> int:
    return (length + 3) & ~3
