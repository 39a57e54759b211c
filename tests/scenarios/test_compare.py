"""What counts as expected: a comparison that lets everything pass would guard nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.scenarios import compare, script
from tests.scenarios.incoming import Misplayed, filled, raw_mail
from tests.scenarios.outgoing import Left, unsound, written


@pytest.mark.parametrize(
    ("expected", "actual", "matches"),
    [
        ("a", "a", True),
        ("a", "b", False),
        ("a*c", "abbc", True),
        ("a.c", "abc", False),
        ("a|b", "a|b", True),
        ("a|b", "a", False),
        ("a|...", "a|b|c", True),
        ("...|c", "a|b|c", True),
        ("...", "", True),
        ("a|...|c", "a|c", True),
        ("a|...|c", "a|b", False),
        ("...|b|...|b", "a|b|c|b", True),
        ("...|b|...|b", "a|b", False),
        ("a", "a|b", False),
    ],
)
def test_lines(expected: str, actual: str, matches: bool) -> None:
    """`*` is any characters of a line, `...` any lines; the rest is the letter. What differs is
    shown exactly where something does."""
    lines = expected.split("|"), [line for line in actual.split("|") if line]
    assert compare.lines_match(*lines) is matches
    shown = compare.difference(*lines)
    assert any(line.startswith(("- ", "+ ")) for line in shown.splitlines()) is not matches


@pytest.mark.parametrize(
    ("expected", "actual", "faults"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, 0),
        ({"a": 1}, {"a": 2}, 1),
        ({"a": None}, {}, 1),
        ({"a": "*"}, {"a": 5}, 0),
        ({"a": "x*"}, {"a": "xyz"}, 0),
        ([1, 3], [1, 2, 3], 0),
        ([3, 1], [1, 2, 3], 1),
        ([], [1], 1),
        ([{"a": 1}, {"a": 1}], [{"a": 1}], 1),
        ({"a": {"b": [{"c": 1}]}}, {"a": {"b": [{"c": 2}, {"c": 1, "d": 0}]}}, 0),
    ],
)
def test_json(expected: object, actual: object, faults: int) -> None:
    """Given keys and members in their order; an empty list is an empty list."""
    assert len(list(compare.missing(expected, actual))) == faults


def test_steps_are_in_order_and_named(tmp_path: Path) -> None:
    """`out` files of one number are one step; a file that is no step is a mistake."""
    for name in ("02-out-jan.eml", "01-in.eml", "02-out-marie.eml", "03-after-2-days", "10-in.eml"):
        (tmp_path / name).touch()
    steps = script.steps(tmp_path)
    assert [(step.number, step.kind, len(step.files)) for step in steps] == [
        ("01", "in", 1),
        ("02", "out", 2),
        ("03", "after", 1),
        ("10", "in", 1),
    ]
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert steps[2].until(now) == datetime(2026, 11, 25, tzinfo=UTC)
    (tmp_path / "11-inn.eml").touch()
    with pytest.raises(Misplayed, match=r"11-inn\.eml"):
        script.steps(tmp_path)


BODY = (
    b"Date: Mon, 23 Nov 2026 08:00:00 +0000\r\n"
    b"From: desk@d.example\r\nTo: %s\r\nReply-To: desk+1.x@d.example\r\n"
    b"Subject: [#1] x\r\nMessage-ID: <1@d.example>\r\n"
    b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="b"\r\n\r\n--b\r\n'
    b"Content-Type: text/plain\r\n\r\n%s\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>x</p>\r\n--b--"
)


BOUNCE = "desk+1.abcdefghijklmnopqrstuvwxyz@d.example"
REPLIED = b"Auto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: All\r\n"


def left(
    text: bytes,
    to: bytes = b"jan@acme.example",
    template: str = "reply",
    above: bytes = b"",
    sender: str = BOUNCE,
) -> Left:
    return Left(sender, "jan@acme.example", above + BODY % (to, text), template)


@pytest.mark.parametrize(
    ("mail", "says"),
    [
        (left(b"Hello"), None),
        (left(b"Hello", to=b"ann@acme.example"), "goes to jan@acme.example"),
        (left(b"Hello", template="done"), "no Auto-Submitted"),
        (left(b"Hello", template="done", above=REPLIED[:30], sender=""), "no Suppress"),
        (left(b"Hello", template="done", above=REPLIED, sender=""), None),
        (left(b"Hello", template="done", above=REPLIED), "envelope sender"),
        (left(b"Hello", above=REPLIED), "says that a machine"),
        (left(b"Hello", sender=""), "envelope sender"),
        (left(b"Hello", sender="desk@d.example"), "envelope sender"),
        (left(b" #close now"), "bare command"),
        (left(b"#42 is fine"), None),
        (left(b"write to marie@d.example"), "marie@d.example"),
        (left(b"see /home/desk/notes.txt"), "/home/desk"),
        (left(b"Hello", above=b"Bcc: ann@acme.example\r\n"), "['bcc']"),
        (left(b"Hello", above=b"X-Mailer: Deskpost\r\n"), "x-mailer"),
        (left(b"Hello", above=b"From: ann@acme.example\r\n"), "once"),
        (left(b"Hello", above=b"References: a\nBcc: b@c\r\n"), "header line"),
        (left(b"Hello", above=b"References: \xe9\r\n"), "header line"),
        (left(b"Hello", above=b"References: =?utf-8?q?=E2=80=AEx?=\r\n"), "unseen"),
    ],
)
def test_what_no_mail_may_be(mail: Left, says: str | None) -> None:
    """These hold of every mail of every scenario."""
    faults = list(unsound(mail, {"marie@d.example"}, {"close"}))
    assert (faults == []) if says is None else any(says in fault for fault in faults)


def test_placeholders() -> None:
    """Of the latest mail, or the one before; a mail that was never received is a mistake."""
    mails = [left(b"one"), left(b"two <mailto:d@d.example?subject=S&body=%23yes%0D%0A>")]
    text = filled(
        "{{reply-to jan@acme.example}} {{return-path jan@acme.example~1}}", lambda _: mails
    )
    assert text == f"desk+1.x@d.example {BOUNCE}"
    assert filled("{{link jan@acme.example yes}}", lambda _: mails).startswith("To: d@d.example\n")
    for missing in ("{{reply-to jan@acme.example~2}}", "{{link jan@acme.example no}}"):
        with pytest.raises(Misplayed):
            filled(missing, lambda _: mails)


def test_new_expectations_hide_what_changes() -> None:
    """Signed addresses and the targets of links are wildcards."""
    shown = written(
        left(b"a <mailto:d@d.example?body=x> desk+1.abcdefghijklmnopqrstuvwxyz@d.example")
    )
    assert "a <mailto:*> desk+1.*@d.example" in shown


def test_the_border_stamps_what_has_no_stamp() -> None:
    """A file's own Authentication-Results stand above the topmost Received, and alone."""
    now = datetime(2026, 11, 23, tzinfo=UTC)
    mail = "From: jan@acme.example\nX-Original-To: d@d.example\n\nHello"
    stamped = raw_mail(mail, "01", now, {}).body
    assert stamped.startswith(b"Authentication-Results: mx.accel.example; spf=pass")
    own = raw_mail(f"Authentication-Results: mx.accel.example; none\n{mail}", "01", now, {}).body
    assert own.startswith(b"Authentication-Results: mx.accel.example; none\r\nReceived: ")
    assert own.count(b"Authentication-Results") == 1
