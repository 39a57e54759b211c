"""Which characters the fonts of documents can show, and what stands for the others.

The fonts come with typst; `glyphs.txt` holds what they cover, as `tools/glyphs.py` found it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import cache
from pathlib import Path

from gateway.render.cleaning import clean

REPLACEMENT = "\u25a1"
"""A white square: something stands here that the font has no picture of."""
_UNSEEN = frozenset({"Cf", "Mn", "Me", "Cc", "Cs", "Co", "Cn"})
"""What leaves no gap where it is left out: marks on the letter before, joiners, selectors."""
_LONG = re.compile(r"\S{30}(?=\S)")
_BREAK = "\u200b"
"""Where a line may end within a word (zero width space)."""


def showable(text: str) -> str:
    """The text as a page can show it: composed, a square for what no font has a picture of."""
    composed = unicodedata.normalize("NFC", clean(text))
    if not composed.isascii():
        composed = "".join(map(_shown, composed))
    return _LONG.sub(rf"\g<0>{_BREAK}", composed)


def _shown(character: str) -> str:
    if character == "\n" or is_covered(character):
        return character
    if unicodedata.category(character) in _UNSEEN:
        return ""
    return REPLACEMENT


def is_covered(character: str) -> bool:
    """Whether one of the fonts has a picture of it."""
    starts, ends = _ranges()
    at = bisect_right(starts, ord(character)) - 1
    return at >= 0 and ord(character) <= ends[at]


@cache
def _ranges() -> tuple[list[int], list[int]]:
    lines = Path(__file__).with_name("glyphs.txt").read_text("ascii").split()
    pairs = [line.partition("-") for line in lines]
    return [int(a, 16) for a, _, _ in pairs], [int(b or a, 16) for a, _, b in pairs]
