"""Command lines in the new text of a mail: what counts as one, and what is only text."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.commands import MOST_LINES, Reading, find_lines, read, read_any
from rules.process import Process
from rules.said import Why
from tests.rules.processes import GOLDENS, load_text, shipped

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
BRUSSELS = ZoneInfo("Europe/Brussels")


def reading(text: str) -> Reading:
    return read(text, shipped("helpdesk"), now=NOW, time_zone=BRUSSELS)


def names(text: str) -> list[str]:
    return [called.name for called in reading(text).commands]


@pytest.mark.parametrize(
    "line",
    [
        "#take",
        "  #take",
        "#Take",
        "#TAKE.",
        "#take!",
        "#take  ",
        "\u00a0#take",
        "#nemen",
        "#Prendre",
        "#pr\u030cevzi\u0301t",
    ],
)
def test_a_line_of_its_own(line: str) -> None:
    """Case, marks, blanks around and a full stop after the word do not matter."""
    assert names(f"Hello,\n\n{line}\n\nBye") == ["take"]


@pytest.mark.parametrize(
    "line",
    [
        "#1",
        "# take",
        "# Heading",
        "##take",
        "#",
        "#take?",
        "#take#note",
        "#take(1)",
        "please #take",
        "> #take",
        "- #take",
        "＃take",
        "#ta\u200bke",
        "\u202e#take",
    ],
)
def test_other_lines_are_text(line: str) -> None:
    """Headings, numbers, hashtags in prose, quotes and look-alikes command nothing."""
    read = reading(f"Hello,\n{line}\nBye")
    assert not read.commands
    assert line.strip() in read.text


@pytest.mark.parametrize("line", ["#include <stdio.h>", "#define X 1", "#endif", "#pragma once"])
def test_program_text_is_text_wherever_it_stands(line: str) -> None:
    """Lines of C are pasted into tickets, at the top of a mail too."""
    read = reading(f"{line}\nWhy does this not compile?")
    assert not read.commands and not read.problems
    assert read.text.startswith(line)


def test_an_unknown_word_counts_in_the_leading_lines() -> None:
    """Before all other text it was meant; after a salutation it is a hashtag."""
    leading = reading("#worldcup\n\nHello")
    assert [(p.why, p.details["word"]) for p in leading.problems] == [(Why.UNKNOWN, "worldcup")]
    assert leading.text == "Hello"
    after = reading("Hello,\n#worldcup")
    assert not after.problems
    assert after.text == "Hello,\n#worldcup"


def test_a_slip_counts_wherever_it_stands() -> None:
    """One letter off from a known word was meant as it: did you mean."""
    read = reading("Dag,\n\n#opgelsot\n\nGroeten")
    assert [p.details["meant"] for p in read.problems] == [{"resolved": "#opgelost"}]
    assert read.problems[0].details["word"] == "opgelsot"
    assert read.text == "Dag,\n\nGroeten"


def test_a_look_alike_is_at_most_a_slip() -> None:
    """A full-width letter makes another word: nothing is done, and the sender is asked."""
    read = reading("Hello,\n#ｔake\nBye")
    assert not read.commands
    assert [p.details["meant"] for p in read.problems] == [{"take": "#take"}]


@pytest.mark.parametrize(
    ("line", "language", "meant"),
    [
        ("#aprove", "fr", ["#approve"]),
        ("#aprouver", "fr", ["#approuver"]),
        ("#statu", "nl", ["#status"]),
        ("#statu", "fr", ["#statut"]),
        ("#notis", "de", ["#notiz"]),
        ("#tipe", "cs", ["#time", "#type"]),
    ],
)
def test_what_was_meant_is_said_once_for_each_command(
    line: str, language: str, meant: list[str]
) -> None:
    """In the reader's own word where one of theirs is as near as another's."""
    desk = shipped("helpdesk")
    found = read(line, desk, now=NOW, time_zone=BRUSSELS, answered_in=language)
    problem = found.problems[0].details
    assert list(problem["meant"].values()) == meant  # type: ignore[attr-defined]
    assert problem["word"] == line[1:]


def test_leading_lines_are_helped_further() -> None:
    """Two slips in a long word are no command below, but named where the line leads."""
    problems = reading("#terugbelen1\n").problems
    assert [p.details["meant"] for p in problems] == [{"callback": "#terugbellen"}]
    assert not reading("Dag,\n#tergbelen").problems


def test_a_word_of_another_process_is_answered() -> None:
    """What some process knows is no hashtag, though it means nothing here."""
    other = load_text((GOLDENS / "sound.yaml").read_text("utf-8"), "sound.yaml")
    assert isinstance(other, Process)
    text = "Hello,\n#afronden"
    assert not reading(text).problems
    known = read(text, shipped("helpdesk"), now=NOW, time_zone=BRUSSELS, others=[other])
    assert [p.why for p in known.problems] == [Why.UNKNOWN]


def test_without_a_process_the_first_that_knows_it_counts() -> None:
    """So `explain` reads a mail without an installation."""
    other = load_text((GOLDENS / "sound.yaml").read_text("utf-8"), "sound.yaml")
    assert isinstance(other, Process)
    both = read_any("#afronden\n#opgelost", [shipped("helpdesk"), other], now=NOW, time_zone=UTC)
    assert [called.name for called in both.commands] == ["finish", "resolved"]


def test_first_is_the_first_visible_line() -> None:
    """Class 5 asks for it: only the first line that is not blank is first."""
    called = reading("\n\n#approve\n#take").commands
    assert [(c.name, c.first, c.number) for c in called] == [
        ("approve", True, 3),
        ("take", False, 4),
    ]
    assert [c.first for c in reading("Yes,\n#approve").commands] == [False]
    assert [c.first for c in reading("#1\n#approve").commands] == [False]


def test_leading_ends_with_other_text() -> None:
    """A salutation is other text."""
    lines = find_lines("#note\n\n#foo\nHi Anna,\n#bar")
    assert [(line.word, line.leading) for line in lines] == [
        ("note", True),
        ("foo", True),
        ("bar", False),
    ]


def test_the_text_is_what_remains() -> None:
    """Command lines go, and with them the blank lines that they leave behind."""
    text = "#take\n\nDear Jan,\n\n#time 1h Looked at it\n\nIt works.\n\n\nBye\n#note\n"
    assert reading(text).text == "Dear Jan,\n\nIt works.\n\n\nBye"
    assert reading("#take").text == ""
    assert reading("No commands\n\n\nhere\n").text == "No commands\n\n\nhere"


def test_arguments_and_problems_stand_with_their_lines() -> None:
    """A line that cannot be read is told as it was written."""
    read = reading("#time 1h Printer\n#Remind  soon")
    assert [(c.line, dict(c.arguments)) for c in read.commands] == [
        ("#time 1h Printer", {"duration": 60, "text": "Printer"})
    ]
    assert [(p.line, p.why, p.details["given"]) for p in read.problems] == [
        ("#Remind  soon", Why.BAD_ARGUMENT, "soon")
    ]


def test_the_text_below_is_without_command_lines() -> None:
    """The text of a quote may stand below its line, whatever other commands stand there."""
    quote = reading("#quote 450\nTwo days of work\n#time 1h").commands[0]
    assert quote.arguments["text"] == "Two days of work"


def test_answers_are_in_the_senders_language() -> None:
    """How the command is written is shown to who wrote it."""
    read_in = read("#callback", shipped("helpdesk"), now=NOW, time_zone=BRUSSELS, answered_in="fr")
    assert read_in.problems[0].details["usage"] == "#rappel NUMÉRO [QUAND]"


def test_too_many_lines_are_told() -> None:
    """Beyond so many the mail is no longer read, and says so once."""
    read = reading("#take\n" * (MOST_LINES + 20))
    assert len(read.commands) == MOST_LINES
    assert [p.why for p in read.problems] == [Why.TOO_MUCH]


@pytest.mark.parametrize(
    "text",
    [
        "#abcdefghij\n" * 80_000,
        "Hello\n" + "#opgelxxt\n" * 90_000,
        "#" + "a" * 1_000_000,
        "#time 1h " + "due " * 240_000,
        "#task " + "@marie due " * 90_000,
        "#quote " + "1 " * 480_000,
        "#cc " + "a@b.example " * 80_000,
        "#find " + "a" * 1_000_000,
        " " * 1_000_000 + "#take",
        "#take" + "!" * 1_000_000 + "x",
    ],
    ids=lambda text: f"{text[:12]!r}",
)
def test_a_megabyte_of_anything_is_read_in_time(text: str) -> None:
    """Linear in the length of the text."""
    begun = time.perf_counter()
    reading(text)
    assert time.perf_counter() - begun < 20


@given(st.text(alphabet=st.sampled_from("#\n \ttakeproved1@.:>é\u200b＃"), max_size=80))
def test_nothing_makes_reading_fail(text: str) -> None:
    """Any text is commands, problems and a remainder without them."""
    read = reading(text)
    for called in read.commands:
        assert called.line.startswith("#")
        assert 1 <= called.number <= text.count("\n") + 1
    assert len([c for c in read.commands if c.first]) <= 1


@given(st.lists(st.sampled_from(["#take", "#note", "Hello", "", "#1"]), max_size=12))
def test_the_remainder_commands_nothing(lines: list[str]) -> None:
    """What is relayed holds no command line any more."""
    assert not reading(reading("\n".join(lines)).text).commands
