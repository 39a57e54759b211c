"""A mail's header block as raw fields, in their order, for proofs.

Not the reading's fields: here nothing is mended. What another reader might see differently proves
nothing (docs/security.md, facts 3 and 6). Everything is linear and capped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

BLOCK_LIMIT: Final = 100_000
"""Octets of a header block; one that is longer proves nothing."""
FIELD_LIMIT: Final = 2_000

_MBOX_LINE: Final = re.compile(rb">?From [^\r\n]*\r?\n")
_BLANK_LINE: Final = re.compile(rb"\r?\n\r?\n")
_BARE: Final = re.compile(rb"\r(?!\n)|(?<!\r)\n|\0")
_BARE_IN_LF_FILE: Final = re.compile(rb"[\r\0]")
_FIELD: Final = re.compile(rb"([!-9;-~]+)([ \t]*):(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Field:
    """`name` in lower case; `value` as it stands, folded, without its last line end; `exact` unless
    white space stood before the colon, which no border writes (RFC 5322, 3.6.8)."""

    name: str
    value: bytes
    exact: bool


@dataclass(frozen=True, slots=True)
class Block:
    """The fields of a header block up to the first line that is none."""

    fields: tuple[Field, ...]
    octets: bytes
    """The whole block with CRLF line ends, the last included."""
    body_at: int
    whole: bool
    """Every line of it is a field's."""

    def count(self, name: str) -> int:
        return sum(field.name == name for field in self.fields)


def split(raw: bytes, most: int = BLOCK_LIMIT) -> Block | None:
    """The header block of a mail with CRLF or LF line ends; None where it is too long, or has a
    bare CR, LF or NUL, so that two readers may see two different blocks."""
    mbox = _MBOX_LINE.match(raw)
    start = mbox.end() if mbox else 0
    blank = _BLANK_LINE.search(raw, start, start + most)
    if blank is None and len(raw) - start > most:
        return None
    end, body_at = (blank.start(), blank.end()) if blank else (len(raw), len(raw))
    if _bare(raw, start, body_at):
        return None
    lines = raw[start:end].replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n")
    fields, whole = _fields(lines)
    return Block(fields, b"\r\n".join(lines) + b"\r\n", body_at, whole)


def _bare(raw: bytes, start: int, end: int) -> bool:
    """A file whose lines end in LF all through is not odd; there CR and NUL alone are."""
    odd = _BARE if raw.find(b"\r\n") >= 0 else _BARE_IN_LF_FILE
    return odd.search(raw, start, end) is not None


def _fields(lines: list[bytes]) -> tuple[tuple[Field, ...], bool]:
    fields: list[tuple[str, list[bytes], bool]] = []
    for line in lines:
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1][1].append(line)
        elif (found := _FIELD.fullmatch(line)) and len(fields) < FIELD_LIMIT:
            fields.append((found[1].decode("ascii").lower(), [found[3]], not found[2]))
        else:
            return _joined(fields), False
    return _joined(fields), True


def _joined(fields: list[tuple[str, list[bytes], bool]]) -> tuple[Field, ...]:
    return tuple(Field(name, b"\r\n".join(parts), exact) for name, parts, exact in fields)
