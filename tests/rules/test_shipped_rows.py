"""Each shipped process against the table of its team: every row, and what is in none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rules.checks.aliases import LANGUAGES
from rules.process import Process
from rules.words import normalise
from tests.rules.processes import shipped
from tests.rules.rows import Came, Cell, Table, labels, names, situations, table
from tests.rules.rows_compared import changed, wrong

SITUATIONS = [(name, situation) for name in names() for situation in situations(name)]


def told(cell: Cell, faults: list[str]) -> str:
    return f"{cell.situation} | {cell.actor} | {cell.says}: {'; '.join(faults)}"


def judged(cells: list[Cell], judge: Callable[[Cell], list[str]]) -> None:
    """Fails with a line for each cell that is not as the table has it."""
    lines = [told(cell, faults) for cell in cells if (faults := judge(cell))]
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)


@pytest.mark.parametrize(("name", "situation"), SITUATIONS)
def test_every_row(name: str, situation: str) -> None:
    """Who may do it does it: the status after, the tasks, and exactly the mails that leave."""
    here = table(name)

    def judge(cell: Cell) -> list[str]:
        return wrong(here, cell, here.play(cell.situation, cell.actor, cell.says))

    judged([c for c in here.rows if c.situation == situation], judge)


@pytest.mark.parametrize(("name", "situation"), SITUATIONS)
def test_what_is_in_no_row(name: str, situation: str) -> None:
    """Refused for the reason that fits, to its sender alone; it says what is possible, and the
    ticket stays as it was. Who is not on the ticket gets no answer at all."""
    here = table(name)
    stated = [c for c in here.refused if c.situation == situation]
    cells = [*stated, *here.left_out(situation)]
    judged(cells, lambda cell: refusal(here, cell))


def refusal(here: Table, cell: Cell) -> list[str]:
    """What is not as it should be."""
    came = here.play(cell.situation, cell.actor, cell.says)
    faults = ["the ticket has changed"] if changed(came) else []
    if cell.why == "outsider":
        reasons = {p.decision.reason for p in came.played}
        answers = [c for c in came.copies if c[0] == here.actors[cell.actor]]
        return faults + ([] if reasons == {"outsider"} and not answers else [str(came.copies)])
    whys = [str(r["why"]) for r in came.refusals]
    if whys != [cell.why]:
        return [*faults, f"{whys}, not {cell.why}"]
    if cell.because not in str(came.refusals[0]):
        faults.append(f"says {came.refusals[0]}")
    return faults + _unsaid(here, cell, came)


def _unsaid(here: Table, cell: Cell, came: Came) -> list[str]:
    """Who may, in which statuses, and what is possible now."""
    refused, name = came.refusals[0], here.command(cell.says) or ""
    faults = []
    if cell.why == "not_yours" and not refused["roles"]:
        faults.append("does not say who may")
    in_labels = {here.label(label) for label in refused.get("in_labels", ())}
    if cell.why == "wrong_status" and not here.sure(cell, name) <= in_labels <= here.statuses[name]:
        faults.append(f"says it can be done in {in_labels}, not {here.statuses[name]}")
    if (here.actors[cell.actor], "refused") not in came.copies:
        faults.append("its sender is not told")
    if (differ := came.possible ^ here.may[cell.situation, cell.actor]) != set():
        faults.append(f"possible or not: {sorted(differ)}")
    return faults


@pytest.mark.parametrize("name", names())
def test_the_statuses_are_those_of_the_team(name: str) -> None:
    """All of them, in its own words."""
    process = shipped(name)
    found = {key: process.say(s.label, process.language) for key, s in process.statuses.items()}
    assert found == labels(name)


@pytest.mark.parametrize("name", names())
def test_every_command_has_a_row(name: str) -> None:
    """None of the process is left to chance, and none of the table is missing."""
    here = table(name)
    assert set(here.words) == set(here.process.commands) - {"yes"}


def customers_commands(process: Process) -> list[tuple[str, Any]]:
    theirs = {"customer", "requester", "approver", "anyone"}
    return [(n, c) for n, c in process.commands.items() if theirs & set(c.who)]


@pytest.mark.parametrize("name", names())
def test_every_alias_of_a_customers_command(name: str) -> None:
    """A customer has a word for it in each of the five languages, and it means this command."""
    process = shipped(name)
    for command, spec in customers_commands(process):
        for language in LANGUAGES:
            aliases = spec.alias.get(language, ()) or ((command,) if language == "en" else ())
            assert aliases, (command, language)
            for alias in aliases:
                assert process.vocabulary.command(normalise(alias)) == command, alias
