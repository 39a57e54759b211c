"""The mail inside a forwarded mail: who wrote it, about what, and what the forwarder says of it.

The first mark of a quoted mail decides. It is a forwarded mail's if it says so itself ("----
Forwarded message ----") or the subject does ("Fwd: …"); what is nested deeper is its history.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.reading import newtext, separators, words
from gateway.reading.attributions import attributions
from gateway.reading.lines import Line, dequote, read
from gateway.reading.separators import Separator
from gateway.reading.words import Header, fold
from gateway.values import Mailbox, Original

_LONGEST_GLUED = 4000
_PREFIX = re.compile(
    r"\s*(?:\[[^\]]{0,80}\]\s*)?([^\W\d_][^:\[\]\d]{0,20}?)(?:\s?[\[(]\d+[\])])?\s?[::]"
)
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]{1,90}@[^\s<>()\[\]\"',;]{1,200}")


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where the forwarded mail is introduced (lines `start` to `end`) and what is told of it."""

    start: int
    end: int
    sender: Mailbox
    subject: str | None


def find(text: str, subject: str) -> Original | None:
    """The mail that `text` under `subject` forwards, None where it forwards none. Never raises.

    The sender is only what the text claims, which proves nothing.
    """
    lines = read(text)
    mark = _first_mark(lines, _forward_prefix(subject) is not None)
    if mark is None:
        return None
    return Original(
        sender=mark.sender,
        subject=mark.subject or _without_prefixes(subject) or None,
        text=_body(lines, mark.end),
        comment=_comment(lines[: mark.start]),
    )


def _comment(lines: Sequence[Line]) -> str:
    """What the forwarder wrote, without the rule under it and without a signature."""
    end = len(lines)
    while end and (lines[end - 1].blank or separators.is_rule(lines[end - 1].bare)):
        end -= 1
    return newtext.split("\n".join(line.raw for line in lines[:end])).new.strip("\n")


def _first_mark(lines: Sequence[Line], told: bool) -> _Mark | None:
    """The first mark of a quoted mail, if it is a forwarded one; `told`: the subject says so."""
    marks = attributions(lines)
    blocks = separators.header_blocks(lines)
    for at, found in enumerate(lines):
        if not found.bare:
            continue
        said = separators.separator(found.bare)
        if said is not None and (said[0].known or told):
            forwarded = told or said[0] is Separator.FORWARDED
            mark = _introduced(lines, at, said[1], blocks) if forwarded else None
            if mark is not None or said[0].known:
                return mark
        if at in blocks:
            return _from_block(blocks[at], at) if told else None
        if at in marks:
            return _from_attribution(lines, at, marks[at]) if told else None
        block = separators.unknown_block(lines, at) if told else None
        if block is not None:
            return _from_block(block, at)
    return None


def _introduced(
    lines: Sequence[Line], at: int, behind: str, blocks: dict[int, separators.Block]
) -> _Mark | None:
    """The mail under a separator line, whose headers may stand on that line itself (Yahoo)."""
    if behind:
        fields = dict(reversed(separators.glued(_behind(lines[at].raw, behind))))
        return _from_block(separators.Block(at, at + 1, fields), at)
    for below in range(at + 1, min(len(lines), at + 6)):
        if lines[below].bare:
            block = blocks.get(below) or separators.unknown_block(lines, below)
            return _from_block(block, at) if block else None
    return None


def _behind(raw: str, behind: str) -> str:
    """What stands behind a separator on its line, whole: `behind` may be cut short."""
    found = raw.find(behind[:20])
    return raw[found : found + _LONGEST_GLUED] if found >= 0 else behind


def _from_block(block: separators.Block, start: int) -> _Mark | None:
    sender = _mailbox(block.fields.get(Header.FROM, ""))
    if sender is None:
        return None
    return _Mark(start, block.end, sender, block.fields.get(Header.SUBJECT) or None)


def _from_attribution(lines: Sequence[Line], start: int, end: int) -> _Mark | None:
    said = " ".join(found.bare for found in lines[start:end])
    sender = _named(said)
    return _Mark(start, end, sender, None) if sender else None


def _mailbox(value: str) -> Mailbox | None:
    """The sender that a From line names; None without an address."""
    found = _ADDRESS.search(value)
    if found is None:
        return None
    name = value[: found.start()].rstrip("<([ ").removesuffix("mailto:").rstrip("<([ ")
    return Mailbox(name.strip(" \"'*\t"), found[0].lower().strip(".*"))


def _named(said: str) -> Mailbox | None:
    """The sender that an attribution names: the words right before the address that begin high."""
    found = _ADDRESS.search(said)
    if found is None:
        return None
    before = said[: found.start()].rstrip("<([ \"'").lstrip()
    quoted = before.rpartition('"')[2]
    parts: list[str] = []
    for part in reversed(quoted.split()):
        if part.endswith((",", ":")) or any(char.isdigit() for char in part) or part[:1].islower():
            break
        parts.append(part)
    return Mailbox(" ".join(reversed(parts)).strip("\"'* "), found[0].lower().strip(".*"))


def _body(lines: Sequence[Line], start: int) -> str:
    """The forwarded text: without one level of `>`, and then without what follows the quote."""
    at = start
    while at < len(lines) and not lines[at].bare:
        at += 1
    quoted = at < len(lines) and lines[at].quoted
    end = _quote_end(lines, at) if quoted else len(lines)
    said = [dequote(found.raw) if quoted else found.raw for found in lines[at:end]]
    indent = _common_indent(said)
    return "\n".join(one[indent:].rstrip() for one in said).strip("\n")


def _quote_end(lines: Sequence[Line], at: int) -> int:
    """The line after a forwarded quote; an unquoted line belongs to it unless a blank parts it."""
    end = at
    for index in range(at, len(lines)):
        if lines[index].quoted or (not lines[index].blank and index == end):
            end = index + 1
    return end


def _common_indent(said: Sequence[str]) -> int:
    return min((len(one) - len(one.lstrip()) for one in said if one.strip()), default=0)


def _forward_prefix(subject: str) -> re.Match[str] | None:
    """The first prefix of the subject, if it is one of a forwarded mail."""
    found = _PREFIX.match(subject)
    return found if found and fold(found[1].strip()) in words.FORWARD_PREFIXES else None


def _without_prefixes(subject: str) -> str:
    """The subject without its forward prefixes."""
    while found := _forward_prefix(subject):
        subject = subject[found.end() :].strip()
    return subject
