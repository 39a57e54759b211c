"""What is wrong in a file that people write (gateway.toml, people.yaml, a process)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault at one place, in order of file, line and column.

    `line` and `column` count from 1, as editors do; 0 where the whole file is meant.
    `message` says what is wrong, without a full stop; `mend` what to write instead.
    """

    file: str
    line: int
    column: int
    message: str
    mend: str = ""

    def __str__(self) -> str:
        """`file:line:column: message. Mend.`, on one line."""
        place = [self.file, *(str(n) for n in (self.line, self.column) if n)]
        stop = "" if self.mend.endswith((".", "?", "!")) else "."
        mend = f". {self.mend[0].upper()}{self.mend[1:]}{stop}" if self.mend else ""
        return f"{':'.join(place)}: {self.message}{mend}"


class Unsound(Exception):
    """An installation with faults: nothing of it is started. `faults` in the order of the files."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """The mend for a word that is not known: the nearest one, or all there are."""
    names = sorted(set(known))
    near = get_close_matches(str(word).lower(), names, n=1, cutoff=0.7)
    if near:
        return f"did you mean {near[0]}?"
    return f"known are {', '.join(names)}" if names else ""
