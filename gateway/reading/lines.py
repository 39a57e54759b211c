"""A mail's text as lines, each told quoted or not, in the form in which the rules compare it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from gateway.reading.words import WROTE, fold

LONGEST = 500
"""Characters of a line that the rules look at; no program writes a longer attribution."""
BROKEN = 900
"""A line of so many characters may have been broken on its way (Postfix: at 998 bytes)."""

_LONGEST_RUN_IN = 300
_RUN_IN = re.compile(
    r"(?<=[^\s>*_])(?:\s?-{2,3}\s?|[.!?)]\s+|\s+(?=On (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)))"
    r"((?:On|Le|Am|Op|El|Il|Em|Den|Dne) (?=[^\d:]{0,20}\d)[^:]{5,200}\d:\d\d.{3,200}:)\s*$"
)
"""Words of the sender, then "On Tue, Mar 3, 2026 at 10:15 AM Jan wrote:" on the same line."""

_INVISIBLE = dict.fromkeys(
    (0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A))
)
_SAME = {
    **dict.fromkeys((0xFF1A, 0xFE55), ":"),
    **dict.fromkeys((0xA0, 0x2007, 0x202F, 0x3000), " "),
    **dict.fromkeys((0x2010, 0x2011), "-"),
    **dict.fromkeys((0x60C, 0xFF0C, 0x3001), ","),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: as it came, whether it is quoted by `>`, and what it says, cut to `LONGEST`."""

    raw: str
    quoted: bool
    bare: str

    @property
    def blank(self) -> bool:
        return not self.bare and not self.quoted


def read(text: str) -> list[Line]:
    """The lines of `text`; every kind of line end that Unicode knows ends one.

    An attribution that some program ran into the sender's last line is a line of its own.
    """
    return [line(part) for raw in text.splitlines() for part in _parted(raw)]


def _parted(raw: str) -> tuple[str, ...]:
    if len(raw) > _LONGEST_RUN_IN or not raw.rstrip().endswith(":"):
        return (raw,)
    found = _RUN_IN.search(raw)
    if found is None or WROTE.isdisjoint(fold(found[1]).replace(":", " ").split()):
        return (raw,)
    return raw[: found.start(1)].rstrip("- "), raw[found.start(1) :]


def line(raw: str) -> Line:
    """`raw`, a line without its end, as the rules see it."""
    start = raw[:LONGEST].lstrip(" \t\xa0\ufeff")
    quoted = start.startswith(">")
    return Line(raw, quoted, plain(start.lstrip("> \t\xa0") if quoted else start))


def plain(text: str) -> str:
    """`text` without invisible characters, with one kind of colon, comma, space and digit."""
    if text.isascii():
        return text.strip()
    text = text.translate(_INVISIBLE).translate(_SAME)
    text = "".join(_digit(char) for char in text)
    return unicodedata.normalize("NFC", text).strip()


def _digit(char: str) -> str:
    return str(unicodedata.decimal(char)) if char > "\x7f" and char.isdecimal() else char


def dequote(raw: str) -> str:
    """`raw` without one level of `>`; as it is where it is not quoted."""
    start = raw.lstrip(" \t\xa0\ufeff")
    if not start.startswith(">"):
        return raw
    return start[2:] if start[1:2] == " " else start[1:]
