"""Command lines in the new text of a mail: where they stand, and what each says.

A command line is a line of its own: `#`, a letter, the rest of the word, arguments. What no process
knows is text, unless it stands before all other text or is one slip away from what one knows: a
salutation is other text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from rules.arguments import Fault, read_arguments
from rules.kinds import Frame
from rules.process import Command, Process
from rules.said import Why
from rules.usage import usage
from rules.words import normalise

__all__ = [
    "Called",
    "CommandLine",
    "Problem",
    "Reading",
    "find_lines",
    "read",
    "read_any",
    "usage",
]

MOST_LINES = 50
"""Command lines that are read in one mail; what follows is told to be too much."""
_LINE = re.compile(r"#([^\W\d_](?:[\w-]*\w)?)[.,:;!]*(?:\s+(.*))?", re.DOTALL)
_PROGRAM = frozenset("include define undef ifdef ifndef endif pragma region endregion".split(" "))
"""Lines of C and its like that people paste."""


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A line that has the shape of a command. `number` counts from 1 in the new text."""

    number: int
    line: str
    word: str
    """Normalised."""
    rest: str
    leading: bool
    """Only blank lines and such lines stand before it."""
    first: bool
    """It is the first line that is not blank."""


@dataclass(frozen=True, slots=True)
class Called:
    """A command that was understood. `arguments`: those given, by name (values: rules.kinds)."""

    name: str
    spec: Command
    arguments: Mapping[str, object]
    line: str
    number: int
    first: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that was meant as a command and is none; `details` as `Why` lists them, but that
    `meant` is by command: who may use which is for the decision."""

    line: str
    why: Why
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    commands: tuple[Called, ...]
    problems: tuple[Problem, ...]
    text: str
    """The new text without the command lines."""


def find_lines(new_text: str) -> tuple[CommandLine, ...]:
    """Every line of the shape of a command, whether or not its word means anything."""
    found, only_commands = list[CommandLine](), True
    for number, raw in enumerate(new_text.split("\n"), 1):
        line = unicodedata.normalize("NFC", raw.strip())
        if not line:
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            only_commands = False
            continue
        word, rest = normalise(match[1]), (match[2] or "").strip()
        first = only_commands and not found
        found.append(CommandLine(number, line, word, rest, only_commands, first))
    return tuple(found)


def read(
    new_text: str,
    process: Process,
    *,
    now: datetime,
    time_zone: tzinfo,
    others: Iterable[Process] = (),
    answered_in: str | None = None,
) -> Reading:
    """What a mail commands in this process. Never raises, whatever the text.

    Args:
        now: when the mail arrived, aware; days and hours are read in `time_zone`, the desk's.
        others: processes whose words are known, though not here: whoever uses one is answered.
        answered_in: the language in which problems show how a command is written; None: the
            process's.
    """
    lexicon = _Lexicon((process,), tuple(others))
    language = answered_in or process.language
    types = process.type_labels(language)
    frame = Frame(now, time_zone, process.language, language, types)
    return _read(new_text, lexicon, frame)


def read_any(
    new_text: str, processes: Iterable[Process], *, now: datetime, time_zone: tzinfo
) -> Reading:
    """The same where no process is known: a word means what the first that has it says."""
    return _read(new_text, _Lexicon(tuple(processes), ()), Frame(now, time_zone))


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """The words of some processes, and those that others have."""

    own: Sequence[Process]
    others: Sequence[Process]

    def command(self, word: str) -> tuple[str, Command] | None:
        """English name and spec."""
        for process in self.own:
            name = process.vocabulary.command(word)
            if name is not None:
                return name, process.commands[name]
        return None

    def foreign(self, word: str) -> bool:
        return any(word in process.vocabulary for process in self.others)

    def near(self, word: str) -> bool:
        return any(process.vocabulary.near(word) for process in self.own)

    def meant(self, word: str, language: str) -> dict[str, str]:
        """By command what may have been meant, as it is written; the reader's own words first."""
        found = dict[str, tuple[bool, str]]()
        for process in self.own:
            for written in process.vocabulary.like(word):
                name = process.vocabulary.command(normalise(written)) or written
                words = (name,) if language == "en" else process.commands[name].alias.get(language)
                own = written in (words or ())
                if name not in found or (own and not found[name][0]):
                    found[name] = (own, f"#{written}")
        best = sorted(found.items(), key=lambda item: not item[1][0])
        return {name: written for name, (_, written) in best}


def _read(new_text: str, lexicon: _Lexicon, frame: Frame) -> Reading:
    lines = [line for line in find_lines(new_text) if line.word not in _PROGRAM]
    meant = _meant(lines, lexicon)
    text = _without(new_text, {line.number for line in meant})
    commands, problems = list[Called](), list[Problem]()
    for line in meant[:MOST_LINES]:
        understood = _understand(line, lexicon, text, frame)
        if isinstance(understood, Called):
            commands.append(understood)
        else:
            problems.append(understood)
    for line in meant[MOST_LINES : MOST_LINES + 1]:
        problems.append(Problem(line.line, Why.TOO_MUCH, {"given": line.line, "usage": ""}))
    return Reading(tuple(commands), tuple(problems), text)


def _meant(lines: Sequence[CommandLine], lexicon: _Lexicon) -> list[CommandLine]:
    """The lines that count as commands, be they right or wrong."""
    words = {line.word for line in lines if not line.leading}
    known = {w for w in words if lexicon.command(w) or lexicon.foreign(w) or lexicon.near(w)}
    return [line for line in lines if line.leading or line.word in known]


def _understand(line: CommandLine, lexicon: _Lexicon, text: str, frame: Frame) -> Called | Problem:
    found = lexicon.command(line.word)
    if found is None:
        meant = lexicon.meant(line.word, frame.answered_in)
        return Problem(line.line, Why.UNKNOWN, {"word": _written(line.line), "meant": meant})
    name, spec = found
    read = read_arguments(name, spec, line.rest, text, frame)
    if isinstance(read, Fault):
        return Problem(line.line, read.why, read.details)
    return Called(name, spec, read, line.line, line.number, line.first)


def _written(line: str) -> str:
    """The word of a command line as it stands there."""
    match = _LINE.fullmatch(line)
    return match[1] if match else line


def _without(new_text: str, numbers: set[int]) -> str:
    """The text without these lines; where one is gone, no more than one blank line stays."""
    kept = list[str]()
    gone = False
    for number, line in enumerate(new_text.split("\n"), 1):
        if number in numbers:
            gone = True
        elif line.strip() or not (gone and (not kept or not kept[-1].strip())):
            kept.append(line)
            gone = gone and not line.strip()
    return "\n".join(kept).strip("\n")
