"""What the sender wrote now is told apart from history, and no command runs out of history."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading import lines, newtext

GOLDENS = sorted((Path(__file__).parents[2] / "goldens" / "newtext").glob("*.txt"))

LINES = st.sampled_from(
    [
        "",
        "",
        "Hello Jan,",
        "It works again.",
        "#approve",
        "#close now",
        " #take",
        "> quoted",
        "> a quoted line that is as long as lines get before a program wraps them, and",
        ">> deeper",
        ">",
        "On 3 March 2026 at 10:15, Jan Maes <jan@acme.example> wrote:",
        "On 3 March 2026 at 10:15,",
        "Jan Maes <jan@acme.example> wrote:",
        "wrote:",
        "2026-03-03 10:15 GMT+01:00 Jan",
        "From: Jan Maes <jan@acme.example>",
        "Sent: Tuesday, 3 March 2026 10:15",
        "To: marie@accel.example",
        "Subject: Printer",
        "Host: printer-1",
        "-----Original Message-----",
        "---------- Forwarded message ---------",
        "---- etwas ----",
        "________________________________",
        "-- ",
        "Kind regards,",
        "Jan",
        "-Jan Maes",
        "Sent from my iPhone",
        "a line " * 200,
    ]
)
TEXTS = st.lists(LINES, max_size=25).map("\n".join) | st.text(max_size=300)

CRAFTED: dict[str, Callable[[int], str]] = {
    "on": lambda size: "On " * (size // 3),
    "on lines": lambda size: "On \n" * (size // 4),
    "marks": lambda size: ">" * size,
    "quoted lines": lambda size: "> x\n" * (size // 4),
    "parted quotes": lambda size: "> q\n\na\n\n" * (size // 8),
    "colons": lambda size: ":" * size,
    "colon lines": lambda size: "a:\n" * (size // 3),
    "attributions": lambda size: "1.2.2026 10:00 a@b.example:\n" * (size // 28),
    "wrapped dates": lambda size: "On 1.2.2026\nx\ny\nz:\n\n" * (size // 21),
    "headers": lambda size: "From: a@b.example\n" * (size // 18),
    "unsure headers": lambda size: "From: a\n" * (size // 8),
    "parted headers": lambda size: "Date: x\n\n" * (size // 9),
    "spaces": lambda size: " " * size,
    "blank lines": lambda size: "\n" * size,
    "at signs": lambda size: "@" * size,
    "dots": lambda size: "a." * (size // 2) + "@",
    "angles": lambda size: "<" * size,
    "dashes": lambda size: "-" * size,
    "separators": lambda size: "---- a ----\n" * (size // 12),
    "rules": lambda size: "-----\n" * (size // 6),
    "commands": lambda size: "#a\n" * (size // 3),
    "quoted commands": lambda size: "#a\n> x\n" * (size // 7),
    "times": lambda size: "1:1 " * (size // 4),
    "closings": lambda size: "Regards\n" * (size // 8),
    "devices": lambda size: "Sent from x\n" * (size // 12),
    "arabic digits": lambda size: "٠" * size,
    "long lines": lambda size: ("x" * 997 + "\n #a\n") * (size // 1002),
}


@pytest.mark.parametrize("path", GOLDENS, ids=lambda path: path.stem)
def test_golden(path: Path) -> None:
    """Each text in tests/goldens/newtext is split as the JSON beside it says."""
    wanted = json.loads(path.with_suffix(".json").read_text("utf-8"))
    found = newtext.split(path.read_text("utf-8"))
    assert (found.new, list(found.doubtful), found.assumed) == (
        wanted["new"],
        wanted["doubtful"],
        wanted["assumed"],
    )


def _filled(text: str) -> Counter[str]:
    return Counter(line for line in text.splitlines() if not lines.line(line).blank)


@given(TEXTS)
def test_no_line_is_lost(text: str) -> None:
    """Every line stands in the new text or in the history, blank ones apart."""
    found = newtext.split(text)
    assert _filled(found.new) + _filled(found.history) == _filled(text)


@given(TEXTS)
def test_new_text_is_new_text(text: str) -> None:
    """What was found to be new holds nothing that would be cut when read again."""
    new = newtext.split(text).new
    assert newtext.split(new).new == new


@given(TEXTS)
def test_doubtful_lines_stand_in_the_new_text(text: str) -> None:
    """Only what would else run is asked about."""
    found = newtext.split(text)
    assert set(found.doubtful) <= {line.strip() for line in found.new.splitlines()}


@given(st.text(alphabet=st.characters(), max_size=400))
def test_any_text_is_read(text: str) -> None:
    """No text makes it raise; line ends become \\n."""
    found = newtext.split(text)
    assert "\r" not in found.new
    assert not found.new or found.new.endswith("\n")


@given(TEXTS)
def test_a_command_above_everything_runs(text: str) -> None:
    """The leading line of a mail is never history that would have to be asked about."""
    if not newtext.split(text).assumed:
        assert "#first" not in newtext.split(f"#first\n\n{text}").doubtful


@pytest.mark.parametrize("mark", [
    "On 3 March 2026 at 10:15, Jan Maes <jan@acme.example> wrote:",
    "Jan Maes <jan@acme.example> schrieb am Di., 3. März 2026, 10:15:",
    "-----Original Message-----",
    "From: Jan <jan@acme.example>\nSent: Tuesday, 3 March 2026 10:15\nSubject: Quote",
    "*Od:* Jan <jan@acme.example>\n*Odesláno:* úterý 3. března 2026 10:15\n*Předmět:* Nabídka",
    "Sent from my iPhone",
    "-- ",
])  # fmt: skip
@pytest.mark.parametrize("place", range(4))
def test_a_command_in_unquoted_history_does_not_run(mark: str, place: int) -> None:
    """Wherever `#approve` stands below the mark, it is history or asked about."""
    history = ["Dear Marie,", "", "please say yes.", "Jan"]
    history.insert(place, "#approve")
    found = newtext.split("\n".join(["Not yet, thank you.", "", mark, "", *history]))
    assert found.new == "Not yet, thank you.\n"


def test_a_line_broken_on_its_way_gives_no_command() -> None:
    """Postfix breaks at 998 bytes: what follows begins a line, and is no command of its own."""
    found = newtext.split("word " * 198 + "\n #approve this\n")
    assert found.doubtful == ("#approve this",)


def test_a_quoted_line_broken_on_its_way_stays_quoted() -> None:
    """The same of a quoted line: its rest belongs to the quotation."""
    found = newtext.split("Yes.\n\n> " + "word " * 198 + "\n #approve this\n")
    assert found.new == "Yes.\n"


@pytest.mark.parametrize("name", CRAFTED)
def test_work_grows_with_length_alone(name: str) -> None:
    """Four times the text is about four times the calls, and no single call hangs."""
    began = time.monotonic()
    small, large = (_calls(CRAFTED[name](size)) for size in (5_000, 20_000))
    assert large < 6 * small + 2_000
    assert time.monotonic() - began < 10


def _calls(text: str) -> int:
    count = 0

    def note(_frame: FrameType, _event: str, _argument: object) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        newtext.split(text)
    finally:
        sys.setprofile(before)
    return count


def test_a_long_line_is_read_at_once() -> None:
    """A megabyte on one line costs no more than its beginning."""
    began = time.monotonic()
    for piece in ("On ", ">", ":", "<a@", "1.1.2026 ", "From: a "):
        newtext.split(piece * (1_000_000 // len(piece)))
    assert time.monotonic() - began < 10
