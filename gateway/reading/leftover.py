"""What else of a mail belongs to its author's new words, or to the mail that they quote.

What stands past the limit of a text, in a later text part, or in a picture is passed on to others
like the new text; so it must not be what a client quoted (docs/security.md, "no leak").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from gateway.reading import newtext
from gateway.reading.body import LINE_LIMIT
from gateway.reading.newtext import NewText
from gateway.values import Attachment

_QUOTED_LINE: Final = re.compile(r"^[ \t]*>[^\n]*\n?", re.MULTILINE)
_CID: Final = re.compile(r"cid:([^\s\"'<>)]{1,200})", re.IGNORECASE)


def new_words(told: NewText, pieces: Sequence[str], most: int) -> str:
    """The new words in what follows the text `told`: none where a quoted mail runs on to its end.

    Args:
        most: characters of a piece that are told apart, since that costs by the line; the rest of
            one that quotes nothing so far is new up to its first quoted line.
    """
    if told.runs_on:
        return ""
    found = (_new_part(piece, most) for piece in pieces)
    return "\n".join(piece for piece in found if piece.strip())


def _new_part(piece: str, most: int) -> str:
    at = _first_lines(piece, most)
    split = newtext.split(piece[:at])
    if split.assumed:
        return ""
    if split.history or _QUOTED_LINE.search(split.new):
        # Between the lines of a quotation stand answers; the lines are not for others.
        return _QUOTED_LINE.sub("", split.new).strip("\n") + "\n"
    quoted = _QUOTED_LINE.search(piece, at)
    return piece[: quoted.start()] if quoted else piece


def _first_lines(piece: str, most: int) -> int:
    """The offset up to which a piece is told apart."""
    end = 0
    for _ in range(LINE_LIMIT):
        at = piece.find("\n", end, most)
        if at < 0:
            return min(len(piece), most)
        end = at + 1
    return end


def marked(
    attachments: Iterable[Attachment], markup: str, new_html: str | None
) -> tuple[Attachment, ...]:
    """The attachments, of which those are `quoted` that the HTML shows in the quoted mail alone.
    Where the new HTML could not be told none is: nobody knows."""
    if new_html is None:
        return tuple(attachments)
    quoted = _shown(markup) - _shown(new_html)
    return tuple(replace(a, quoted=True) if a.content_id in quoted else a for a in attachments)


def _shown(markup: str) -> set[str]:
    return {found[1] for found in _CID.finditer(markup)}
