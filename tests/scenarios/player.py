"""Plays a folder step by step on a stage, and says what is not as its files expect."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from tests.scenarios import compare, script
from tests.scenarios.incoming import Misplayed, filled, parsed, raw_mail
from tests.scenarios.outgoing import Left, written
from tests.scenarios.script import Step
from tests.scenarios.stage import Stage


class Differs(AssertionError):
    """A step that did not bring what its file says; the message is for whoever reads the test."""


def play(folder: Path, home: Path, *, database_url: str = "", write: bool = False) -> None:
    """Plays the folder in a new home.

    Args:
        database_url: the store to use; empty for SQLite in the home.
        write: instead of comparing, write the `out` files of the mails that left.

    Raises Differs where something is not as expected, Misplayed where a step cannot be played.
    """
    _furnish(folder, home)
    stage = Stage(home, database_url)
    try:
        player = Player(folder, stage, write=write)
        for step in script.steps(folder):
            player.play(step)
        player.write_rest()
        _expect(folder, "at the end", "\n".join(stage.faults()))
    finally:
        stage.close()


def _furnish(folder: Path, home: Path) -> None:
    home.mkdir(parents=True)
    for name, path in script.home_files(folder).items():
        shutil.copy(path, home / name)
    for name in ("rules", "templates"):
        if (folder / name).is_dir():
            shutil.copytree(folder / name, home / name)


def _expect(folder: Path, step: str, fault: str) -> None:
    if fault:
        raise Differs(f"{folder.parent.name}/{folder.name}, {step}:\n{fault}")


class Player:
    """What has been played so far; `unseen` are the mails that left since the last step."""

    def __init__(self, folder: Path, stage: Stage, *, write: bool) -> None:
        self._folder, self._stage, self._write = folder, stage, write
        self._unseen: list[Left] = []
        self._last: Step | None = None

    def play(self, step: Step) -> None:
        kinds: dict[str, Callable[[Step], str]] = {
            "in": self._in,
            "out": self._out,
            "after": self._move,
            "at": self._move,
            "show": self._show,
            "status": self._status,
            "act": self._act,
            "refuse": self._refuse,
        }
        name = step.files[0].name
        try:
            fault = kinds[step.kind](step)
        except Misplayed as misplayed:
            raise Misplayed(f"{self._folder.name}/{name}: {misplayed}") from misplayed
        _expect(self._folder, name, fault)

    # --- what happens ---

    def _in(self, step: Step) -> str:
        """A minute after what was before: no two mails arrive at the same moment."""
        stage = self._begin(step)
        stage.until(stage.clock.now + timedelta(minutes=1))
        text = filled(step.text, stage.received)
        name = f"{step.number}{step.rest and '-' + step.rest}"
        stage.arrive(raw_mail(text, name, stage.clock.now, stage.house.desks))
        return ""

    def _move(self, step: Step) -> str:
        stage = self._begin(step)
        stage.until(step.until(stage.clock.now))
        return ""

    def _act(self, step: Step) -> str:
        """`1 "#command" --as address`, and below it what the operator is told."""
        order, *told = compare.trimmed(step.text)
        number, text, _, address = shlex.split(order)
        lines = self._begin(step).act(int(number), text, address)
        return "" if compare.lines_match(told, lines) else compare.difference(told, lines)

    def _refuse(self, step: Step) -> str:
        """`address words of the server` a line: who is not taken from now on; nobody else is."""
        refusing = dict(line.split(" ", 1) for line in compare.trimmed(step.text) if " " in line)
        self._begin(step).post.refusing = refusing
        return ""

    def _begin(self, step: Step) -> Stage:
        self.write_rest()
        self._last, self._unseen = step, []
        self._seen = len(self._stage.left)
        return self._stage

    # --- what is expected ---

    def _show(self, step: Step) -> str:
        actual = self._stage.show(int(step.rest or 1))
        return "\n".join(compare.missing(json.loads(step.text), actual))

    def _status(self, step: Step) -> str:
        return "\n".join(compare.missing(json.loads(step.text), self._stage.status()))

    def _out(self, step: Step) -> str:
        actual = self._left()
        self._last = None
        if step.rest == "none":
            return "\n".join(f"unexpected:\n{written(left)}" for left in actual)
        return _compared(step, actual, self._stage)

    def _left(self) -> list[Left]:
        return self._stage.left[self._seen :]

    def write_rest(self) -> None:
        """The mails that no file expects, as files for a person to look at; where the next number
        is another step's, nobody wants to see them."""
        if not self._write or self._last is None:
            return
        number = f"{int(self._last.number) + 1:02}"
        if any(self._folder.glob(f"{number}-*")):
            return
        left = self._left()
        if not left:
            (self._folder / f"{number}-out-none").touch()
        for at, mail in enumerate(left, 1):
            name = mail.recipient.partition("@")[0]
            again = sum(m.recipient == mail.recipient for m in left[:at])
            suffix = f"-{again}" if again > 1 else ""
            path = self._folder / f"{number}-out-{name}{suffix}.eml"
            path.write_text(written(mail), encoding="utf-8")


def _compared(step: Step, actual: list[Left], stage: Stage) -> str:
    """Each expected mail against one to the same person; nothing may be left over."""
    rest = list(actual)
    faults = []
    for path in step.files:
        expected = filled(path.read_text(encoding="utf-8"), stage.received)
        theirs = [left for left in rest if _is_to(expected, left)]
        if not theirs:
            faults.append(f"{path.name}: missing, this mail did not leave:\n{expected}")
            continue
        found = next((left for left in theirs if not _differs(expected, left)), theirs[0])
        rest.remove(found)
        difference = _differs(expected, found)
        if difference:
            faults.append(f"{path.name}:\n{difference}")
    faults += [f"unexpected:\n{written(left)}" for left in rest]
    return "\n".join(faults)


def _is_to(expected: str, left: Left) -> bool:
    return any(left.recipient in value for value in parsed(expected).all("to"))


def _differs(expected: str, left: Left) -> str:
    mail = parsed(expected)
    fields = [pair for pair in mail.fields if pair != ("To", left.recipient)]
    wanted = [f"{name}: {value}" for name, value in fields]
    actual = [f"{name}: {left.header(name)}" for name, _ in fields]
    if mail.text.strip():
        wanted += ["", *compare.trimmed(mail.text)]
        actual += ["", *compare.trimmed(left.text)]
    return "" if compare.lines_match(wanted, actual) else compare.difference(wanted, actual)
