"""What of an agent's new text a customer should not read: words of a note, an address of staff, a
signed address, a path of our machines.

A first look, not a proof: whoever tells an internal thing in other words tells it. Time is linear
in all texts together.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from gateway import tokens

WORDS: Final = 8
"""So many words in a row, the same in both, are no accident."""
LETTERS: Final = 35
"""Of those words together: eight short ones are a phrase."""
ALIKE: Final = 0.9
"""Who sends so much of their own text anew means it: it stayed inside by mistake, or by a command
that failed."""
MOST: Final = 3
"""Passages that are shown."""
_SHOWN: Final = 200
_LONGEST: Final = 200_000
"""Characters of one text that are looked at."""

_WORD: Final = re.compile(r"\w+")
_ADDRESS: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PATH: Final = re.compile(
    r"file://[^\s<>\"']{3,200}"
    r"|(?<![\w\\])\\\\[\w.$-]{2,60}\\[^\s<>\"']{2,200}"
    r"|(?<![\w/])/(?:home|Users)/[\w.-]{1,60}/[^\s<>\"']{1,200}"
    r"|(?<!\w)[A-Za-z]:\\Users\\[^\s<>\"']{2,200}"
)


@dataclass(frozen=True, slots=True)
class Said:
    """A text of the ticket, and who wrote it."""

    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What is inside and outside on a ticket.

    `internal`: notes and mails that no customer has; `public`: what customers wrote or were sent;
    `staff`: addresses that no customer is given.
    """

    internal: Sequence[Said] = ()
    public: Sequence[str] = ()
    staff: Collection[str] = ()


def inside(text: str, author: str, ground: Ground) -> tuple[str, ...]:
    """The passages of `text`, which `author` writes to customers, that are internal; at most three,
    none where there is nothing to ask."""
    text = text[:_LONGEST]
    public = [one[:_LONGEST] for one in ground.public]
    found = [*_marks(text, author, ground, public), *_words(text, author, ground, public)]
    return tuple(one[:_SHOWN] for one in islice(dict.fromkeys(found), MOST))


def _marks(text: str, author: str, ground: Ground, public: Sequence[str]) -> Iterator[str]:
    """Addresses and paths; what customers have read or written is theirs."""
    known = {mark for one in public for mark in _all_marks(one)}
    for mark in _all_marks(text):
        of_staff = mark in ground.staff and mark != author
        if mark not in known and ("@" not in mark or of_staff or tokens.read(mark) is not None):
            yield mark


def _all_marks(text: str) -> Iterator[str]:
    for match in _ADDRESS.finditer(text):
        yield match[0].lower().rstrip(".")
    for match in _PATH.finditer(text):
        yield match[0]


def _words(text: str, author: str, ground: Ground, public: Sequence[str]) -> Iterator[str]:
    """Runs of words that stand in an internal text as well, and in no public one."""
    words = list(_WORD.finditer(text))
    ours = _shingles(match[0] for match in words)
    theirs = {shingle for one in public for shingle in _shingles(_WORD.findall(one))}
    internal: set[str] = set()
    for said in ground.internal:
        shingles = set(_shingles(_WORD.findall(said.text[:_LONGEST])))
        if said.author != author or not _is_sent_anew(ours, shingles):
            internal |= shingles
    internal -= theirs
    end = -1
    for start, shingle in enumerate(ours):
        if start <= end or shingle not in internal or len(shingle) < LETTERS:
            continue
        end = start
        while end + 1 < len(ours) and ours[end + 1] in internal:
            end += 1
        passage = text[words[start].start() : words[end + WORDS - 1].end()]
        yield " ".join(passage.split())


def _is_sent_anew(ours: Sequence[str], shingles: Collection[str]) -> bool:
    same = sum(shingle in shingles for shingle in ours)
    return bool(ours) and same >= ALIKE * len(ours)


def _shingles(words: Iterable[str]) -> list[str]:
    """Every run of eight words, as they are compared."""
    plain = [word.casefold() for word in words]
    return [" ".join(plain[at : at + WORDS]) for at in range(len(plain) - WORDS + 1)]
