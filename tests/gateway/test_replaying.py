"""Past decisions made once more: none differs by itself."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from gateway.cli.frame import Session
from gateway.cli.main import run
from rules.loading import SHIPPED
from store.database import Database
from tests.scenarios.player import play

SCENARIOS = Path(__file__).parents[1] / "scenarios"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which a whole conversation has been: timers, refusals and an end."""
    home = tmp_path_factory.mktemp("replay") / "home"
    play(SCENARIOS / "servicedesk" / "no-answer", home)
    return home


def replay(
    home: Path, file: Path, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run(["rules", "replay", "servicedesk", str(file), *words], Session(home))
    return (code, *capsys.readouterr())


def changed(home: Path, before: str, after: str) -> Path:
    """The shipped file with one change, under a name of its own."""
    text = (SHIPPED / "servicedesk.yaml").read_text("utf-8")
    assert text.count(before) == 1
    file = home.parent / "changed.yaml"
    file.write_text(text.replace(before, after), "utf-8")
    return file


def test_the_present_file_changes_nothing(played: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0, every decision counted, none other; the store is as it was."""
    before = (played / "gateway.db").read_bytes()
    code, out, _ = replay(played, SHIPPED / "servicedesk.yaml", capsys, "--json")
    done = json.loads(out)
    assert (code, done["differences"], done["forgotten"]) == (0, [], 0)
    assert done["decisions"] >= 4
    assert (played / "gateway.db").read_bytes() == before


def test_a_changed_word_is_no_other_decision(
    played: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a status is called decides nothing."""
    file = changed(played, "label: Resolved", "label: Finished")
    assert replay(played, file, capsys)[0] == 0


def test_a_changed_guard_changes_exactly_its_decision(
    played: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of two refusals the one that the guard gave: which ticket, by which line, what instead."""
    file = changed(
        played, "conversation.silent_business_days >= 1", "conversation.silent_business_days >= 0"
    )
    code, out, _ = replay(played, file, capsys, "--json")
    (difference,) = json.loads(out)["differences"]
    assert code == 1
    assert difference["ticket"] == 1
    assert difference["event"]["kind"] == "mail"
    assert "refuse #resolved no-answer: guard" in difference["decided"]
    assert "move to resolved" in difference["would"]
    (by,) = difference["by"]
    line = int(by["place"].rpartition(":")[2])
    assert by["name"] == "resolved"
    assert file.read_text("utf-8").splitlines()[line - 1].strip() == "resolved:"
    code, out, _ = replay(played, file, capsys)
    assert code == 1
    assert "would: move to resolved" in " ".join(out.split())
    assert "1 would be another" in out


def test_a_status_that_is_gone_is_a_difference(
    played: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What stood there cannot be decided at all, and says so."""
    text = (SHIPPED / "servicedesk.yaml").read_text("utf-8")
    file = played.parent / "gone.yaml"
    file.write_text(text.replace("waiting_for_customer", "asking_the_customer"), "utf-8")
    code, out, _ = replay(played, file, capsys)
    assert code == 1
    assert "the file has no status waiting_for_customer" in out


def test_what_was_forgotten_is_counted(
    played: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Facts that had to be erased are not guessed at."""
    home = tmp_path / "home"
    shutil.copytree(played, home)
    database = Database(f"sqlite:///{home}/gateway.db")
    with database.transaction() as tx:
        tx.execute(sql("UPDATE decisions SET facts = NULL WHERE id = 1"))
    database.dispose()
    code, out, _ = replay(home, SHIPPED / "servicedesk.yaml", capsys)
    assert code == 0
    assert "1 could not be made again" in out


def test_faults_of_the_file_are_said(played: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A broken file, and a process that is not there: one line each, exit 1."""
    file = changed(played, "start: waiting_for_support", "start: nowhere")
    code, _, error = replay(played, file, capsys)
    assert code == 1
    assert "changed.yaml:" in error
    assert run(["rules", "replay", "servicedesc", str(file)], Session(played)) == 1
