"""The lines with which mail programs begin what they quote: separators, header blocks, attributions.

Language-free where it can be: what counts is an address, a date, a colon, dashes; the words of
`words` make it sure. Every test looks at one line or at most `MOST_LINES` joined, each cut to
`lines.LONGEST`, so that reading stays linear whatever the mail is (security.md, fact 10).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from gateway.reading import words
from gateway.reading.lines import LONGEST, Line
from gateway.reading.words import Header, fold

MOST_LINES = 4
"""An attribution is wrapped over so many lines at most."""
_MOST_HEADERS = 40
_LONGEST_LABEL = 30

_ADDRESS = re.compile(r"[\w.+%'=-]{1,80}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}|<[^<>\s@]{1,90}@[^<>\s]{1,200}>")
_BRACKETED = re.compile(r"[<(\[][^<>()\[\]\s]{1,90}@[^<>()\[\]\s]{1,200}[>)\]]")
_NUMERIC_DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}"
    r"|\d{1,2}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?(?:\d\d){1,2})(?!\d)"
)
_YEAR = re.compile(r"(?<![\d:.])(?:19|20)\d\d(?![\d:])")
_DAY = re.compile(r"(?<![\d:])(?:0?[1-9]|[12]\d|3[01])(?![\d:])")
_TIME = re.compile(
    r"(?<![\d.])(?:[01]?\d|2[0-3])\s?[:.h時点]\s?[0-5]\d(?!\d)|(?<!\d)(?:1[0-2]|0?\d)\s?[ap]\.?m\b",
    re.IGNORECASE,
)
_ZONED = re.compile(r"\d{4}-\d\d-\d\d \d\d?:\d\d (?:GMT|UTC)[+-]\d")
_LABELLED = re.compile(r"[^\W\d_][^:]{0,29}: ?\S")
_DASHES = "-_=*~–— \t"
_DASH_RUN = re.compile(r"[-_=~–—]{2,}")
_WORD = re.compile(r"[^\W\d_]+(?:\([^\W\d_]{1,3}\)|/[^\W\d_]+)?")


class Separator(Enum):
    """What a separator line says of what follows it."""

    FORWARDED = "forwarded"
    REPLIED = "replied"
    UNKNOWN = "unknown"
    """Words between dashes that no table knows; what follows must tell."""

    @property
    def known(self) -> bool:
        return self is not Separator.UNKNOWN


@dataclass(frozen=True, slots=True)
class Block:
    """A header block: lines `start` to `end` (exclusive), the first value of each header."""

    start: int
    end: int
    fields: dict[Header, str] = field(default_factory=dict)


def has_address(text: str) -> bool:
    """Whether a mail address stands in `text`."""
    return "@" in text and _ADDRESS.search(text) is not None


def has_date(text: str) -> bool:
    """Whether a day stands in `text`: 2.3.2026, 2026-03-02, or a day and a year with a month's name."""
    if _NUMERIC_DATE.search(text):
        return True
    year = _YEAR.search(text)
    return year is not None and _DAY.search(text[: year.start()] + " " + text[year.end() :]) is not None


def has_time(text: str) -> bool:
    """Whether a time of day stands in `text`."""
    return _TIME.search(text) is not None


def is_rule(bare: str) -> bool:
    """Whether the line is nothing but a drawn rule."""
    return len(bare) >= 3 and not bare.strip(_DASHES + "+#.")


def separator(bare: str) -> tuple[Separator, str] | None:
    """What a line like `---- Forwarded message ----` says, and what stands behind it on the line."""
    inner, behind, dashed = _between_dashes(bare)
    said = fold(inner).strip(" :*")
    for kind, phrases in ((Separator.FORWARDED, words.FORWARDED), (Separator.REPLIED, words.REPLIED)):
        if said in phrases or (dashed and _starts_with(said, phrases)):
            return (kind, behind) if dashed or inner.endswith(":") else None
    if dashed and not behind and bare.startswith("----") and bare.endswith("----"):
        return (Separator.UNKNOWN, "") if 0 < len(_WORD.findall(said)) <= 6 else None
    return None


def _starts_with(said: str, phrases: frozenset[str]) -> bool:
    """Whether `said` is one of `phrases` and a few words more ("forwarded message from Jan")."""
    parts = said.split(" ")[:10]
    return any(" ".join(parts[:size]) in phrases for size in range(2, len(parts)))


def _between_dashes(bare: str) -> tuple[str, str, bool]:
    if not bare.startswith(("--", "__", "==", "**", "~~", "––", "——")):
        return bare.strip("* "), "", False
    rest = bare.lstrip(_DASHES)
    run = _DASH_RUN.search(rest)
    if run is None:
        return rest, "", False
    return rest[: run.start()].strip(), rest[run.end() :].strip(), True


def label(bare: str) -> tuple[Header, str] | None:
    """The header that a line like `*Von:* Jan` names, and its value."""
    head, colon, value = bare.partition(":")
    if not colon or len(head) > _LONGEST_LABEL:
        return None
    header = words.LABELS.get(fold(head.strip(" *_|\t")))
    return None if header is None else (header, value.strip(" *_|\t"))


def glued(text: str) -> list[tuple[Header, str]]:
    """The headers of a line that holds several without a break: `From: JanTo: PietSent: …` (Yahoo)."""
    marks = _label_marks(text)
    ends = [start for start, _, _ in marks[1:]] + [len(text)]
    pairs = zip(marks, ends, strict=True)
    return [(header, text[after:end].strip()) for (_, after, header), end in pairs]


def _label_marks(text: str) -> list[tuple[int, int, Header]]:
    marks: list[tuple[int, int, Header]] = []
    behind = 0
    for colon in (at for at, char in enumerate(text) if char == ":"):
        found = _label_before(text, colon, behind)
        if found is not None:
            marks.append((found[0], colon + 1, found[1]))
        behind = colon + 1
    return marks


def _label_before(text: str, colon: int, behind: int) -> tuple[int, Header] | None:
    for start in range(max(behind, colon - _LONGEST_LABEL), colon):
        if start > 0 and text[start].islower() and text[start - 1].isalnum():
            continue
        header = words.LABELS.get(fold(text[start:colon].strip()))
        if header is not None and not text[start].isspace() and not text[start].islower():
            return start, header
    return None


def header_block(lines: Sequence[Line], at: int) -> Block | None:
    """The header block that begins at line `at`, where one surely does."""
    if label(lines[at].bare) is None:
        return None
    fields: dict[Header, str] = {}
    texts: list[str] = []
    end = at
    for index in range(at, min(len(lines), at + _MOST_HEADERS)):
        line = lines[index]
        if line.quoted != lines[at].quoted or not _belongs(lines, index, fields):
            break
        if not line.bare:
            continue
        found = label(line.bare)
        if found is not None:
            fields.setdefault(*found)
        texts.append(line.bare)
        end = index + 1
    if len(texts) == 1:
        fields = {header: value for header, value in reversed(glued(texts[0]))}
    return Block(at, end, fields) if _is_sure(fields, texts) else None


def unknown_block(lines: Sequence[Line], at: int) -> Block | None:
    """Three or more `Word: value` lines in a language no table knows; the first address is the From.

    Forms and reports look so too: only to be asked for where a separator or a subject told of it.
    """
    texts: list[str] = []
    for line in lines[at : at + _MOST_HEADERS]:
        if line.quoted != lines[at].quoted or not _LABELLED.match(line.bare):
            break
        texts.append(line.bare.partition(":")[2].strip())
    sender = next((said for said in texts if has_address(said)), None)
    dated = any(has_date(said) or has_time(said) for said in texts)
    if len(texts) < 3 or sender is None or not dated:
        return None
    return Block(at, at + len(texts), {Header.FROM: sender})


def _belongs(lines: Sequence[Line], index: int, fields: dict[Header, str]) -> bool:
    """Whether a line goes on with the block: a header, a folded list of addresses, a gap in it."""
    bare = lines[index].bare
    if label(bare) is not None:
        return True
    following = lines[index + 1] if index + 1 < len(lines) else None
    goes_on = following is not None and label(following.bare) is not None
    if not bare:
        return goes_on
    folded = lines[index].raw[:1].isspace() or has_address(bare)
    return bool(fields) and (goes_on or folded and not {Header.SUBJECT} & set(list(fields)[-1:]))


def _is_sure(fields: dict[Header, str], texts: list[str]) -> bool:
    dated = {Header.DATE, Header.SENT} & fields.keys()
    subject = Header.SUBJECT in fields
    if Header.FROM not in fields and not (dated and Header.TO in fields):
        return False
    if not dated and not subject:
        return False
    joined = " ".join(texts)[: 4 * LONGEST]
    if has_address(joined):
        return True
    told = has_date(joined) or has_time(joined)
    return told and (subject or Header.SENT in fields)


def attributions(lines: Sequence[Line]) -> dict[int, int]:
    """Where lines like `On 2 March 2026 Jan <jan@x.example> wrote:` begin, and the line after each."""
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
    for start in range(last, max(-1, last - MOST_LINES), -1):
        line = lines[start]
        if not line.bare or line.quoted != lines[last].quoted or len(joined) > LONGEST:
            break
        joined = f"{line.bare} {joined}".strip()
        strength = attribution_strength(joined, followed)
        if strength and begins(line.bare):
            return start
        if strength and (best is None or strength > best[0]):
            best = (strength, start)
    return best[1] if best else None


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
    """How surely `text` names who wrote what comes next: 0 not, 1 by its shape, 2 by a word or zone.

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
