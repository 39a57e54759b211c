"""The arguments of one command line, read as its spec says.

One way for all commands: the words that raise flags count wherever they stand; `@who` is a person
that may be left out; what follows a keyword ("due", "task") is read next; then the others in the
order of the file, each taking as many words as its kind can read; a text takes what is left.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rules.kinds import READERS, Frame
from rules.process import Argument, Command
from rules.said import Why
from rules.usage import placeholder, usage
from rules.words import normalise

_SHOWN = 60
"""Characters of what was written that an answer repeats."""
_KEPT_SPACE = re.compile(r"(?<=\d)[\u00a0\u202f](?=\d{3}(?!\d))")
"""A no-break space between groups of digits belongs to the number."""
_KEPT = "\ue000"
_MOST_WORDS = 200
"""What comes after so many is the end of a text, in one piece."""
_LONGEST_WORD = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the arguments, and what an answer to it says."""

    why: Why
    details: Mapping[str, object]


def read_arguments(
    name: str, command: Command, given: str, below: str, frame: Frame
) -> dict[str, object] | Fault:
    """The values by the arguments' names; those that were left out are not among them.

    Args:
        given: what stands after the word.
        below: the text of the mail without command lines, for arguments that may stand there.
    """
    line = _Line(name, command, given, frame)
    line.take_flags()
    line.take_mentions()
    return line.take_after_keywords() or line.take_in_order(below) or line.values


class _Line:
    """The words that are left, and what was read."""

    def __init__(self, name: str, command: Command, given: str, frame: Frame) -> None:
        self._name, self._command, self._frame = name, command, frame
        words = _KEPT_SPACE.sub(_KEPT, given).split(maxsplit=_MOST_WORDS)
        self._words = [word.replace(_KEPT, "\u202f") for word in words]
        self._specs = {**command.needs, **command.takes}
        self._free_text = any(spec.type == "text" for spec in self._specs.values())
        self.values: dict[str, object] = {}

    def take_flags(self) -> None:
        for name, spec in self._specs.items():
            if spec.type != "flag":
                continue
            raising = {normalise(word) for word in (name, *spec.keywords)}
            at = self._find(raising)
            if at is not None:
                del self._words[at[0] : at[1]]
                self.values[name] = True

    def _find(self, raising: set[str]) -> tuple[int, int] | None:
        """Where one or two words together are among these."""
        for start in range(len(self._words)):
            for end in (start + 2, start + 1):
                if _plain("".join(self._words[start:end])) in raising:
                    return start, min(end, len(self._words))
        return None

    def take_mentions(self) -> None:
        """`@who`: each is one person that may be left out, in the order of the spec."""
        for name in self._optional_persons():
            for at, word in enumerate(self._words):
                if re.match(r"@\w", word):
                    self.values[name] = word[1:].rstrip(".,;:")
                    del self._words[at]
                    break

    def _optional_persons(self) -> list[str]:
        return [n for n, spec in self._command.takes.items() if spec.type == "person"]

    def take_after_keywords(self) -> Fault | None:
        """The last place where keyword and value read; elsewhere it is a word of a text."""
        for name, spec in self._specs.items():
            if not spec.after:
                continue
            keywords = {normalise(word) for word in spec.keywords}
            places = [at for at, word in enumerate(self._words) if _plain(word) in keywords]
            for at in reversed(places):
                rest = self._words[at + 1 :]
                taken = READERS[spec.type](rest, spec, self._frame) if rest else None
                if taken is not None:
                    self.values[name] = taken[0]
                    del self._words[at : at + 1 + taken[1]]
                    break
            else:
                if places and not self._free_text:
                    return self._bad(name, " ".join(self._words[places[-1] :]))
        return None

    def take_in_order(self, below: str) -> Fault | None:
        waiting = self._waiting()
        for place, name in enumerate(waiting):
            spec = self._specs[name]
            last = place == len(waiting) - 1
            fault = self._take(name, spec, below, last=last)
            if fault is not None:
                return fault
        return self._left_over(waiting)

    def _waiting(self) -> list[str]:
        """What is read by its place: what is needed first, texts last."""
        names = [
            name
            for name, spec in self._specs.items()
            if name not in self.values
            and spec.type != "flag"
            and not spec.after
            and not (self._free_text and name in self._optional_persons())
        ]
        return sorted(names, key=lambda name: self._specs[name].type == "text")

    def _take(self, name: str, spec: Argument, below: str, *, last: bool) -> Fault | None:
        words = self._words if last or spec.type != "person" else self._words[:1]
        taken = READERS[spec.type](words, spec, self._frame) if words else None
        if taken is not None:
            value, count = taken
            plain = spec.type == "person" and isinstance(value, str)
            self.values[name] = str(value).removeprefix("@") if plain else value
            del self._words[:count]
        elif spec.type == "text" and spec.below and below:
            self.values[name] = below
        elif name in self._command.needs:
            return self._bad(name, " ".join(self._words)) if words else self._missing(name)
        return None

    def _left_over(self, waiting: list[str]) -> Fault | None:
        """Words that nothing read: meant for an argument that was left out, or too many."""
        if not self._words:
            return None
        unread = [name for name in waiting if name not in self.values]
        given = " ".join(self._words)
        return self._bad(unread[0], given) if unread else self._fault(Why.TOO_MUCH, given=given)

    def _missing(self, name: str) -> Fault:
        return self._fault(Why.MISSING_ARGUMENT, argument=self._shown(name))

    def _bad(self, name: str, given: str) -> Fault:
        return self._fault(Why.BAD_ARGUMENT, argument=self._shown(name), given=given)

    def _shown(self, name: str) -> str:
        return placeholder(name, self._specs[name], self._frame.answered_in, self._frame.types)

    def _fault(self, why: Why, **details: str) -> Fault:
        shown = {key: value[:_SHOWN] for key, value in details.items()}
        frame = self._frame
        written = usage(self._name, self._command, frame.answered_in, frame.types)
        return Fault(why, {**shown, "usage": written})


def _plain(word: str) -> str:
    return normalise(word) if len(word) <= _LONGEST_WORD else ""
