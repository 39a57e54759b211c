"""Signatures: of people (`-- `, a closing and a name) and of devices ("Sent from my …")."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.reading import words
from gateway.reading.lines import Line
from gateway.reading.words import fold

_SENT_FROM_MINE = tuple(words.SENT_FROM_MINE)
_SENT_BY = tuple(words.SENT_BY)
_SENT_BY_ENDS = tuple(end for _, end in words.SENT_BY_ENDS)
_SHORTEST_DEVICE, _LONGEST_DEVICE = 8, 80
_MOST_SIGNED = 8
"""Lines of a name block under a closing; more is a text of its own."""
_DASHED_NAME = re.compile(r"[-–—][^\W\d_][\w.'-]*(?: [^\W\d_][\w.'-]*){0,3}$")


def is_delimiter(line: Line) -> bool:
    """`-- ` (RFC 3676, 4.3), also without its space, and the dash and underscores of others."""
    return not line.quoted and line.bare in ("--", "—", "–", "__")


def is_device(line: Line) -> bool:
    """Whether a device or a mail program signs here."""
    bare = line.bare
    if line.quoted or not _SHORTEST_DEVICE <= len(bare) <= _LONGEST_DEVICE:
        return False
    said = fold(bare).strip("*_()[]<> \t.-~")
    if said.startswith(_SENT_FROM_MINE):
        return True
    told = said.startswith(_SENT_BY) or (said.endswith(_SENT_BY_ENDS) and _verb_last(said))
    return told and any(device in said for device in words.DEVICES)


def _verb_last(said: str) -> bool:
    return any(said.endswith(end) and said.startswith(start) for start, end in words.SENT_BY_ENDS)


def is_list_footer(lines: Sequence[Line], at: int) -> bool:
    """Whether a mailing list's footer begins: underscores, and a list's address soon after."""
    bare = lines[at].bare
    if lines[at].quoted or len(bare) < 10 or bare.strip("_"):
        return False
    return any("@" in line.bare or "://" in line.bare for line in lines[at + 1 : at + 4])


def is_dashed_name(lines: Sequence[Line], at: int) -> bool:
    """Whether a line of its own is a name behind a dash ("-Jan Maes")."""
    alone = at == 0 or lines[at - 1].blank
    return alone and _DASHED_NAME.match(lines[at].bare) is not None


def trim(lines: Sequence[Line]) -> int:
    """How many of `lines`, a text up to its end, stand above its signature."""
    end = _without_blank(lines, len(lines))
    closing = _closing(lines, end)
    if closing is not None:
        return closing
    if end and is_dashed_name(lines, end - 1):
        return _without_blank(lines, end - 1)
    return end


def _without_blank(lines: Sequence[Line], end: int) -> int:
    while end and lines[end - 1].blank:
        end -= 1
    return end


def _closing(lines: Sequence[Line], end: int) -> int | None:
    """Where "Kind regards," with a name under it begins; a closing alone is kept."""
    signed = 0
    for at in range(end - 1, max(-1, end - 2 * _MOST_SIGNED), -1):
        line = lines[at]
        if line.blank:
            continue
        if signed and fold(line.bare).rstrip(" ,.!") in words.SIGN_OFFS:
            return _without_blank(lines, at) or None
        signed += 1
        if signed > _MOST_SIGNED or not _could_sign(line):
            return None
    return None


def _could_sign(line: Line) -> bool:
    """Whether a line may stand in a name block: short, no sentence, no quote, no command."""
    bare = line.bare
    if line.quoted or bare.startswith("#") or len(bare) > 60:
        return False
    return not bare.endswith(("?", ":", ";")) and not (bare.endswith(".") and bare.count(" ") > 4)
