"""The lines with which mail programs begin what they quote: separators and header blocks.

Language-free where it can be: what counts is an address, a date, a colon, dashes; the words of
`words` make it sure. Every test looks at one line, cut to `lines.LONGEST`, or a bounded number of
them, so that reading stays linear whatever the mail is (security.md, fact 10).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from gateway.reading import words
from gateway.reading.lines import LONGEST, Line
from gateway.reading.words import Header, fold

_MOST_HEADERS = 40
_LONGEST_LABEL = 30

_ADDRESS = re.compile(
    r"[\w.+%'=-]{1,80}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}|<[^<>\s@]{1,90}@[^<>\s]{1,200}>"
)
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
    """Whether a day stands in `text`: 2.3.2026, 2026-03-02, or a day, a month's name and a year."""
    if _NUMERIC_DATE.search(text):
        return True
    year = _YEAR.search(text)
    return (
        year is not None
        and _DAY.search(text[: year.start()] + " " + text[year.end() :]) is not None
    )


def has_time(text: str) -> bool:
    """Whether a time of day stands in `text`."""
    return _TIME.search(text) is not None


def is_rule(bare: str) -> bool:
    """Whether the line is nothing but a drawn rule."""
    return len(bare) >= 3 and not bare.strip(_DASHES + "+#.")


def separator(bare: str) -> tuple[Separator, str] | None:
    """What a line like `---- Forwarded message ----` says, and what stands behind it on it."""
    inner, behind, dashed = _between_dashes(bare)
    said = fold(inner).strip(" :*")
    for kind, phrases in (
        (Separator.FORWARDED, words.FORWARDED),
        (Separator.REPLIED, words.REPLIED),
    ):
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
    """The headers of a line that holds several unbroken: `From: JanTo: PietSent: …` (Yahoo)."""
    marks = _label_marks(text)
    ends = [start for start, _, _ in marks[1:]] + [len(text)]
    pairs = zip(marks, ends, strict=False)
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


def header_blocks(lines: Sequence[Line]) -> dict[int, Block]:
    """The header blocks among `lines`, by the line with which they begin."""
    blocks: dict[int, Block] = {}
    at = 0
    while at < len(lines):
        if label(lines[at].bare) is None:
            at += 1
            continue
        block, texts = _gather(lines, at)
        if _is_sure(block.fields, texts):
            blocks[at] = block
        at = block.end
    return blocks


def _gather(lines: Sequence[Line], at: int) -> tuple[Block, list[str]]:
    """The header-like lines from `at` on, and what they say."""
    fields: dict[Header, str] = {}
    texts: list[str] = []
    last: Header | None = None
    end = at
    for index in range(at, min(len(lines), at + _MOST_HEADERS)):
        line = lines[index]
        if line.quoted != lines[at].quoted or not _belongs(lines, index, last):
            break
        found = label(line.bare)
        if found is not None:
            last = found[0]
            fields.setdefault(*found)
        if line.bare:
            texts.append(line.bare)
            end = index + 1
    if len(texts) == 1:
        fields = dict(reversed(glued(texts[0])))
    return Block(at, end, fields), texts


def unknown_block(lines: Sequence[Line], at: int) -> Block | None:
    """Three or more `Word: value` lines in an unknown language; the first address is the From.

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


def _belongs(lines: Sequence[Line], index: int, last: Header | None) -> bool:
    """Whether a line goes on with the block: a header, a folded list of addresses, a gap in it."""
    bare = lines[index].bare
    if label(bare) is not None:
        return True
    goes_on = index + 1 < len(lines) and label(lines[index + 1].bare) is not None
    if not bare or goes_on:
        return goes_on
    return last is not Header.SUBJECT and (lines[index].raw[:1].isspace() or has_address(bare))


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
