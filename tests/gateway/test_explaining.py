"""What `explain` says that the gateway would do: in the words that its mails have for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.cli.frame import Session
from gateway.cli.main import run
from tests.scenarios.player import play

SCENARIOS = Path(__file__).parents[1] / "scenarios"
MAIL = """\
From: {sender}
To: helpdesk@accel.example
Subject: {subject}
Message-ID: <1@accel.example>

{text}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With ticket #1 of Jan's in it."""
    home = tmp_path_factory.mktemp("explain") / "home"
    play(SCENARIOS / "helpdesk" / "help-says-what-is-possible-now", home)
    return home


def would(
    home: Path, capsys: pytest.CaptureFixture[str], sender: str, subject: str, text: str
) -> list[str]:
    file = home.parent / "a.eml"
    file.write_text(MAIL.format(sender=sender, subject=subject, text=text), "utf-8")
    before = (home / "gateway.db").read_bytes()
    assert run(["explain", "--json", str(file)], Session(home)) == 0
    assert (home / "gateway.db").read_bytes() == before
    told: list[str] = json.loads(capsys.readouterr().out)["would"]
    return told


def test_a_new_ticket(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Which, where, and who is written to."""
    told = would(home, capsys, "jan@acme.example", "Scanner", "Hij scant niet.")
    assert told[0] == "It opens ticket #2 at helpdesk@accel.example."
    assert told[-2:] == [
        "Mail to jan@acme.example: acknowledgement.",
        "Mail to marie@accel.example, tom@accel.example: notice.",
    ]


def test_what_would_be_asked(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody vouches for a file: what staff command in one is confirmed first."""
    told = would(home, capsys, "marie@accel.example", "[#1]", "#prioriteit hoog\n#vraag")
    assert told == [
        "It comes to ticket #1, found by the number in its subject.",
        "marie@accel.example is asked to confirm first: #prioriteit hoog, #vraag.",
    ]


def test_what_would_be_done(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A sentence each, with the labels of the process in English."""
    told = would(home, capsys, "ella@acme.example", "[#1]", "#hinder geblokkeerd allen")
    assert told[1:4] == [
        "Can people work: no",
        "Who is affected: everybody",
        "The priority is urgent.",
    ]


def test_what_would_be_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Why, as its sender would be told."""
    told = would(home, capsys, "jan@acme.example", "[#1]", "#take")
    assert told[1:] == [
        "#take: only these may do this: staff.",
        "Mail to jan@acme.example: refused.",
    ]
