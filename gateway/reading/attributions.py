"""Attributions: the line or lines by which a mail program says who wrote what it quotes.

"On 2 March 2026 at 10:00, Jan <jan@x.example> wrote:" in any language: what counts is a colon at
the end, an address, a day, a time, and a quotation below; a word for "wrote" makes it sure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.reading import words
from gateway.reading.lines import LONGEST, Line
from gateway.reading.separators import has_address, has_date, has_time, label
from gateway.reading.words import Header, fold

_MOST_LINES = 4
"""An attribution is wrapped over so many lines at most."""
_DASHES = "-_=*~–— \t"
_WORD = re.compile(r"[^\W\d_]+(?:\([^\W\d_]{1,3}\)|/[^\W\d_]+)?")
_BRACKETED = re.compile(r"[<(\[][^<>()\[\]\s]{1,90}@[^<>()\[\]\s]{1,200}[>)\]]")
_ZONED = re.compile(r"\d{4}-\d\d-\d\d \d\d?:\d\d (?:GMT|UTC)[+-]\d")
_TELLING = re.compile(r"[\d@]")
_LETTER = re.compile(r"[^\W\d_]")


def attributions(lines: Sequence[Line]) -> dict[int, int]:
    """Where the attributions among `lines` begin, and the line after each."""
    found: dict[int, int] = {}
    for last, line in enumerate(lines):
        if not line.bare:
            continue
        followed = not line.quoted and _follows(lines, last + 1)
        if followed or line.bare.endswith((":", "--")) or _ZONED.match(line.bare):
            start = _attribution_start(lines, last, followed)
            if start is not None:
                found[start] = last + 1
    return found


def _attribution_start(lines: Sequence[Line], last: int, followed: bool) -> int | None:
    """The line with which the attribution begins that ends with line `last`, if one does."""
    best: tuple[int, int] | None = None
    joined = ""
    for start in range(last, max(-1, last - _MOST_LINES), -1):
        line = lines[start]
        if not line.bare or line.quoted != lines[last].quoted or len(joined) > LONGEST:
            break
        joined = f"{line.bare} {joined}".strip()
        if not _could_be(joined):
            continue
        strength = attribution_strength(joined, followed)
        if strength and begins(line.bare):
            return start
        if strength and (best is None or strength > best[0]):
            best = (strength, start)
    return best[1] if best else None


def _could_be(text: str) -> bool:
    """What an attribution never lacks: a digit, an address, or words between dashes."""
    if _TELLING.search(text):
        return True
    return text.startswith("--") and _LETTER.search(text) is not None


def _follows(lines: Sequence[Line], index: int) -> bool:
    """Whether a quote or a header comes next, so that less is asked of the line above."""
    for line in lines[index : index + 5]:
        if not line.blank:
            return line.quoted or (label(line.bare) or (None,))[0] is Header.FROM
    return False


def begins(bare: str) -> bool:
    """Whether an attribution may begin with this line, rather than go on with it."""
    first = fold(bare.lstrip(_DASHES)).split(" ", 1)[0].strip(",")
    if first in words.LEADS or bare.startswith("--"):
        return any(char.isdigit() for char in bare)
    return first[:1].isdigit() and (has_date(bare) or has_time(bare))


def attribution_strength(text: str, followed: bool) -> int:
    """How surely `text` names who wrote what comes next: 0 not, 1 by its shape, 2 by a word.

    `followed`: a quote or a header comes next.
    """
    if _ZONED.match(text):
        return 2
    said = text.strip(_DASHES)
    dashed = text.startswith("--") and text.endswith("--")
    if dashed and _wrote(said):
        return 2
    closed = said.endswith(":")
    if not closed and not followed:
        return 0
    return _writer_strength(said.rstrip(": "), closed, followed)


def _writer_strength(said: str, closed: bool, followed: bool) -> int:
    address, date, time = has_address(said), has_date(said), has_time(said)
    if not (address or date or time) or words.FIRST_PERSON & set(fold(said).split()):
        return 0
    if _wrote(said):
        return 2
    if not closed:
        return 0
    if address and date:
        return 2 if _BRACKETED.search(said) else int(time)
    return int(followed and (address or time))


def _wrote(said: str) -> bool:
    spoken = fold(said)
    return spoken.endswith(words.WROTE_TAILS) or not words.WROTE.isdisjoint(_WORD.findall(spoken))
