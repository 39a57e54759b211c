"""How command words are compared: case, diacritics, hyphens do not matter, and slips are seen."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

_PLAIN = str.maketrans(
    {"ł": "l", "đ": "d", "ð": "d", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "þ": "th"}
)
_SHORTEST_SLIP = 4
"""Words of fewer letters are near to anything; they are never taken for a slip."""
_TWO_SLIPS = 6
_LONGEST = 40


def normalise(word: str) -> str:
    """The letters and digits of the word alone, in lower case and without marks: ß is ss, ł is l.

    Compatibility forms (full-width, mathematical letters) stay what they are: look-alikes of a
    command are not the command.
    """
    folded = unicodedata.normalize("NFD", word.casefold()).translate(_PLAIN)
    return "".join(c for c in folded if c.isalnum())


def distance(word: str, other: str, at_most: int) -> int | None:
    """Damerau-Levenshtein distance (optimal string alignment); None where it is above `at_most`."""
    if abs(len(word) - len(other)) > at_most:
        return None
    before, row = list[int](), list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        new = [i]
        for j, its in enumerate(other, 1):
            cost = min(row[j] + 1, new[j - 1] + 1, row[j - 1] + (letter != its))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == its:
                cost = min(cost, before[j - 2] + 1)
            new.append(cost)
        if min(new) > at_most:
            return None
        before, row = row, new
    return row[-1] if row[-1] <= at_most else None


def slip(word: str, known: Iterable[str], *, at_most: int = 1) -> tuple[str, ...]:
    """The known words nearest to this normalised one, at most so far off; none for short ones."""
    if not _SHORTEST_SLIP <= len(word) <= _LONGEST:
        return ()
    found = [(d, k) for k in known if (d := distance(word, k, at_most)) is not None]
    nearest = min((d for d, _ in found), default=0)
    return tuple(sorted({k for d, k in found if d == nearest}))


class Vocabulary:
    """The words of a language of commands: as they are written -> the command's English name."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = {normalise(written): name for written, name in words.items()}
        self._written = {normalise(written): written for written in words}

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def command(self, word: str) -> str | None:
        """The command of this normalised word."""
        return self._words.get(word)

    def near(self, word: str) -> tuple[str, ...]:
        """Words one slip away, as they are written, in the time of the word's length alone."""
        if not _SHORTEST_SLIP <= len(word) <= _LONGEST:
            return ()
        candidates = {k for hole in _holes(word) for k in self._by_hole.get(hole, ())}
        return self._as_written(slip(word, candidates))

    def like(self, word: str) -> tuple[str, ...]:
        """Words one slip away, of longer ones two."""
        return self.near(word) or (
            self._as_written(slip(word, self._words, at_most=2)) if len(word) >= _TWO_SLIPS else ()
        )

    def _as_written(self, words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self._written[w] for w in words)

    @cached_property
    def _by_hole(self) -> Mapping[str, list[str]]:
        """Two words are one slip apart only if leaving out a letter or none makes them equal."""
        index = defaultdict[str, list[str]](list)
        for word in self._words:
            for hole in _holes(word):
                index[hole].append(word)
        return index


def _holes(word: str) -> set[str]:
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}
