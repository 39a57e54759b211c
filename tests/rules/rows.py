"""The table of a process, row by row, and all that is not in it: played without mail.

One file a process, `tests/rules/rows/NAME.yaml`, written from what the team says and never from the
process file. Its tables have `|` between the columns; a line that begins with `--` is a heading.

    at, desk, desks, people
                    as in the FACTS of `rules simulate` (docs/simulation.md)
    subject         of the first mail
    actors          a short name: the address of who acts
    outsiders       the actors who are not on the ticket: what they write stays inside, unanswered
    statuses        each status: what the team calls it
    situations      name | after | step
                    A ticket as it stands: that of `after` (`-`: there is none yet) and one step
                    more, or several with ` ; ` between. The name begins with the status:
                    `use_budget`, `use_budget/approved`
    rows            in | who | says | becomes | brings | mails
                    What may be done: each cell of `in` and `who` is played
    refused         in | who | says | why | because
                    What may not be, for a reason that does not follow from the rows: `why` is a
                    word of `rules.said.Why`, `because` a part of what the refusal says
    instead         the commands that every process has and the rows of this one replace

`in` names situations, with `*` as in file names, `any-open` and `any-closed`. `who` names actors,
`staff`, `customers` (who is on the ticket and does not work here), `everybody` (but outsiders), or
is `-` where time alone passes. A step is `pm: #accept`, `customer: words` (with `+1 file`, if it
brings one), `after 5 days`, or what the desk of a linked ticket did: `linked done`, `linked
priority low`; ` / ` is a new line. `becomes` is a status, or `=` for the same. `brings`, with `;`
between, is each task that the ticket has got, given away or done, and what else matters of it as it
stands then:

    task Evaluate @developer; give Do the work @dev; done Evaluate; estimate=500 GBP; quote=sent

(attributes and fields of the ticket; `quote`, `billing`: the status of either; `basis`, `amount`:
what is billed; `timers`: those that run). `mails` is each copy that leaves: `pm customer:quote`,
with its template where that matters; `*` where another row has shown them.

What is in no row is refused: every other command of the process is played with the words of its
first row and must be `not_yours` where no row has it for this actor, else `wrong_status`. The
refusal names who may, or the statuses of the rows; and what it calls possible are the commands of
the rows. `common.yaml` (`rows`: in | who | says) is what every process has: these rows are not
played, and what is not in them is played in the first situation and the closed ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from gateway.simulation.facts_file import FactsFile, Step
from gateway.simulation.play import Played, Stage
from rules.effects import Hold, OpenOther, QueueMail
from rules.model import Priority, Ticket
from rules.process import Process
from rules.words import normalise
from tests.rules.processes import shipped

FOLDER = Path(__file__).parent / "rows"
COMMON = "common"
_LINKED = "linked "
Commands = defaultdict[tuple[str, str], set[str]]
"""Names of commands by situation and actor."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a table says of one actor in one situation; `why` is empty where it may be done."""

    situation: str
    actor: str
    says: str
    becomes: str = "="
    brings: str = ""
    mails: str = ""
    why: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class Came:
    """The ticket before and after a step, and what was decided on the way."""

    before: Ticket | None
    played: tuple[Played, ...]
    after: Ticket

    @property
    def refusals(self) -> list[Mapping[str, Any]]:
        return [refusal for p in self.played for refusal in p.decision.refusals]

    @property
    def copies(self) -> list[tuple[str, str]]:
        """To whom, and by which template."""
        done = [effect for p in self.played for effect in p.decision.effects]
        done += [effect for e in done if isinstance(e, OpenOther) for effect in e.effects]
        mails = [effect for effect in done if isinstance(effect, QueueMail)]
        return [(to, mail.template) for mail in mails for to in mail.to]

    @property
    def possible(self) -> set[str]:
        """The commands that the refusal says can be used now."""
        mails = [e for p in self.played for e in p.decision.effects if isinstance(e, QueueMail)]
        listed: list[Any] = [c for m in mails for c in m.data.get("possible", ())]  # type: ignore[attr-defined]
        return {command["command"] for command in listed}


@dataclass
class Table:
    """One process: its situations, its rows, and what they leave out."""

    process: Process
    actors: Mapping[str, str]
    outsiders: frozenset[str]
    subject: str = ""
    stages: dict[str, Stage] = field(default_factory=dict)
    rows: list[Cell] = field(default_factory=list)
    refused: list[Cell] = field(default_factory=list)
    common: list[Cell] = field(default_factory=list)
    named: dict[str, str] = field(default_factory=dict)

    # --- playing ---

    def play(self, situation: str, actor: str, says: str) -> Came:
        """A step in that situation, which stays as it was."""
        return self._play(self.stages[situation].fork(), actor, says)

    def _play(self, stage: Stage, actor: str, says: str) -> Came:
        before = stage.ticket
        played = list(stage.step(0, self._step(actor, says)))
        if actor:  # what fell due before their mail came is another row
            played = [p for p in played if p.event["kind"] == "mail"]
        held = [e for p in played for e in p.decision.effects if isinstance(e, Hold)]
        if any(hold.address == self.actors.get(actor) for hold in held):
            played += stage.step(0, self._step(actor, "#yes"))
        assert stage.ticket is not None
        return Came(before, tuple(played), stage.ticket)

    def _step(self, actor: str, says: str) -> Step:
        if says.startswith("after "):
            return Step(after=says.removeprefix("after "), timer=None)
        says, file, _ = says.partition(" +1 file")
        written: dict[str, Any] = {"from": self.actors[actor], "subject": self.subject}
        written["text"] = says.replace(" / ", "\n")
        written |= {"attachments": 1} if file else {}
        return Step.model_validate(written)

    def stand(self, name: str, after: str, step: str, empty: Stage) -> None:
        """Plays what leads to a situation, and keeps it."""
        stage = (self.stages[after] if after != "-" else empty).fork()
        if step.startswith(_LINKED):
            stage.others = {n: _linked(t, step) for n, t in stage.others.items()}
            self.stages[name] = stage
            return
        for part in step.split(" ; "):
            actor, colon, says = part.partition(": ")
            came = self._play(stage, *((actor, says) if colon else ("", part)))
            assert not came.refusals, (name, came.refusals)
        assert came.after.status == status_of(name), (name, came.after.status)
        self.stages[name] = stage

    # --- what the tables say ---

    def name(self, address: str | None) -> str:
        names = {address: name for name, address in self.actors.items()}
        return names.get(address or "", address or "")

    def command(self, says: str) -> str | None:
        """The English name of the command that a step begins with; None for words and time."""
        word = says.partition(" ")[0]
        if not word.startswith("#"):
            return None
        if word not in self.named:
            name = self.process.vocabulary.command(normalise(word.removeprefix("#")))
            assert name is not None, f"no command {word}"
            self.named[word] = name
        return self.named[word]

    def cells(self, line: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Situations and actors that a line means."""
        for situation in self._situations(line[0]):
            for actor in self._actors(line[1]):
                yield situation, actor

    def _situations(self, words: str) -> list[str]:
        return [name for name in self.stages if any(self._is(name, w) for w in words.split())]

    def _is(self, situation: str, word: str) -> bool:
        ticket = self.stages[situation].ticket
        closed = ticket is not None and ticket.closed_at is not None
        return word == ("any-closed" if closed else "any-open") or fnmatchcase(situation, word)

    def _actors(self, words: str) -> list[str]:
        return [name for word in words.split() for name in self._group(word)]

    def _group(self, word: str) -> list[str]:
        inside = [name for name in self.actors if name not in self.outsiders]
        if word == "everybody":
            return inside
        if word in ("staff", "customers"):
            return [n for n in inside if self._works_here(n) == (word == "staff")]
        assert word == "-" or word in self.actors, f"nobody is {word}"
        return ["" if word == "-" else word]

    def _works_here(self, actor: str) -> bool | None:
        """None for the addresses of finance, who are neither."""
        world = next(iter(self.stages.values())).world
        if self.actors[actor] in world.desk.finance:
            return None
        return world.people.person(self.actors[actor]).staff

    def left_out(self, situation: str) -> Iterator[Cell]:
        """What is in no row of this situation, and why it is refused."""
        thorough = situation == next(iter(self.stages)) or self._is(situation, "any-closed")
        for name, says in self.words.items():
            if not (thorough or name in self.own):
                continue
            for actor in self.actors:
                if name in self.may[situation, actor] or name in self.may_not[situation, actor]:
                    continue
                why = "wrong_status" if actor in self.users[name] else "not_yours"
                outside = actor in self.outsiders
                yield Cell(situation, actor, says, why="outsider" if outside else why)

    @cached_property
    def own(self) -> set[str]:
        """The commands of which the process's own rows speak."""
        return {name for cell in [*self.rows, *self.refused] if (name := self.command(cell.says))}

    @cached_property
    def words(self) -> dict[str, str]:
        """Each command of the process, and how its first row writes it."""
        words: dict[str, str] = {}
        for cell in [*self.rows, *self.common, *self.refused]:
            name = self.command(cell.says)
            if name is not None:
                words.setdefault(name, cell.says)
        return words

    @cached_property
    def may(self) -> Commands:
        """By situation and actor: the commands that the rows have for them there."""
        return self._by_cell([*self.rows, *self.common])

    @cached_property
    def may_not(self) -> Commands:
        """Those whose refusal is stated."""
        return self._by_cell(self.refused)

    def _by_cell(self, cells: Iterable[Cell]) -> Commands:
        found: Commands = defaultdict(set)
        for cell in cells:
            if (name := self.command(cell.says)) is not None:
                found[cell.situation, cell.actor].add(name)
        return found

    @cached_property
    def users(self) -> Mapping[str, set[str]]:
        """Who has a command in some row, or would have it but for what is missing."""
        return self._grouped(lambda cell: cell.actor, {"not_yours"})

    @cached_property
    def statuses(self) -> Mapping[str, set[str]]:
        """The labels of the statuses in which somebody may use a command."""
        return self._grouped(self._status_label, {"wrong_status", "wrong_type", "not_yours"})

    def sure(self, refused: Cell, name: str) -> set[str]:
        """The labels of those in which it is in a row for a ticket of the same type."""
        of_type = self.type_in(refused)
        rows = (c for c in [*self.rows, *self.common] if self.command(c.says) == name)
        return {self._status_label(c) for c in rows if self.type_in(c) == of_type}

    def type_in(self, cell: Cell) -> str | None:
        ticket = self.stages[cell.situation].ticket
        return ticket.type if ticket else None

    def _status_label(self, cell: Cell) -> str:
        return self.label(self.process.statuses[status_of(cell.situation)].label)

    def _grouped(self, key: Callable[[Cell], str], no: set[str]) -> Mapping[str, set[str]]:
        found = defaultdict[str, set[str]](set)
        for cell in [*self.rows, *self.common, *(c for c in self.refused if c.why not in no)]:
            found[self.command(cell.says) or ""].add(key(cell))
        return found

    def label(self, text: object) -> str:
        return self.process.say(text, self.process.language)  # type: ignore[arg-type]


def _linked(other: Ticket, step: str) -> Ticket:
    """The ticket that is tied to the one of the table, as its own desk has left it."""
    if step == f"{_LINKED}done":
        return replace(other, status="done", closed_at=other.opened_at)
    return replace(other, priority=Priority(step.removeprefix(f"{_LINKED}priority ")))


def status_of(situation: str) -> str:
    return situation.partition("/")[0]


# --- the files -----------------------------------------------------------------------------------


def names() -> list[str]:
    """The processes that have a file."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem != COMMON)


def labels(name: str) -> dict[str, str]:
    return dict(_file(name)["statuses"])


def situations(name: str) -> list[str]:
    return [line[0] for line in _lines(_file(name)["situations"])]


@cache
def table(name: str) -> Table:
    """The file of this process, its situations played."""
    file, process = _file(name), shipped(name)
    keys = [key for key in ("at", "desk", "desks", "people") if key in file]
    facts: dict[str, Any] = {**{key: file[key] for key in keys}, "conversation": [{"text": "-"}]}
    others = {p: shipped(p) for p in (d["process"] for d in file.get("desks", ()))}
    empty = Stage(FactsFile.model_validate(facts), process, {**others, name: process})
    found = Table(process, file["actors"], frozenset(file.get("outsiders", ())))
    found.subject = file.get("subject", "")
    for line in _lines(file["situations"]):
        found.stand(line[0], line[1], line[2], empty)
    for line in _lines(file["rows"]):
        found.rows += [Cell(*cell, *line[2:]) for cell in found.cells(line)]
    for line in _lines(file.get("refused", "")):
        because = line[4] if len(line) > 4 else ""
        cells = found.cells(line)
        found.refused += [Cell(*c, line[2], why=line[3], because=because) for c in cells]
    for line in _lines(_file(COMMON)["rows"]):
        if line[2].split()[0] not in file.get("instead", ()):
            found.common += [Cell(*cell, line[2]) for cell in found.cells(line)]
    return found


@cache
def _file(name: str) -> dict[str, Any]:
    return dict(YAML(typ="safe", pure=True).load((FOLDER / f"{name}.yaml").read_text("utf-8")))


def _lines(text: str) -> list[list[str]]:
    """The columns of each line; what begins with `--` is a heading."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("--")]
    return [[column.strip() for column in line.split("|")] for line in lines]
