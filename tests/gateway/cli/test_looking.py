"""The verbs that look, and those that move what waits."""

from __future__ import annotations

import json

import pytest

from store import claims, mailboxes
from store.database import Database
from tests.gateway.cli.conftest import MAIL, NOW, Shell


def test_status_adds_up(filled: Shell) -> None:
    """`status --json` has the documented keys, and the first is the sum of the next five."""
    code, out, _ = filled("status", "--json")
    assert code == 0
    numbers = json.loads(out)
    assert numbers == {
        "received": 4,
        "on_tickets": 1,
        "set_aside": 0,
        "duplicates": 1,
        "quarantined": 1,
        "inbox": 1,
        "outbox": 1,
        "failed": 1,
        "tickets": 1,
    }
    assert next(iter(numbers)) == "received"


def test_status_for_people(filled: Shell) -> None:
    """The same numbers in words."""
    code, out, _ = filled("status")
    assert code == 0
    assert "1  in quarantine" in out
    assert "4  mails received" in out


def test_status_tells_which_mailboxes_cannot_be_read(filled: Shell) -> None:
    """Since when and why, with nothing of the server's words that drives a terminal."""
    database = Database(f"sqlite:///{filled.home.absolute()}/gateway.db")
    with database.transaction() as tx:
        box = mailboxes.lease(tx, "me@imap.example:993/INBOX", "a", NOW, NOW)
        assert box is not None
        mailboxes.failed(tx, box.id, "a", "refused \x1b[2J", NOW)
    database.dispose()
    _, out, _ = filled("status")
    assert f"me@imap.example:993/INBOX since {NOW:%Y-%m-%d %H:%M} UTC: refused <U+001B>[2J" in out


def test_list(filled: Shell) -> None:
    """One ticket a line; for people without what would drive their terminal."""
    code, out, _ = filled("list", "--json")
    assert code == 0
    (line,) = [json.loads(line) for line in out.splitlines()]
    assert (line["number"], line["status_label"]) == (1, "Nieuw")
    assert "messages" not in line
    assert line["billing"]["basis"] == "none"
    assert "\x1b" not in out
    code, out, _ = filled("list")
    assert code == 0
    assert "Printer <U+001B>]0;owned" in out


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--open"], 1),
        (["--closed"], 0),
        (["--desk", "Helpdesk@accel.example"], 1),
        (["--desk", "other@accel.example"], 0),
        (["--person", "jan@acme.example", "--status", "new"], 1),
        (["--assignee", "marie@accel.example"], 0),
        (["--organisation", "Acme"], 0),
        (["--words", "doet niet"], 1),
        (["--limit", "1"], 1),
    ],
)
def test_list_only_some(words: list[str], found: int, filled: Shell) -> None:
    """Each filter says which tickets are meant."""
    code, out, _ = filled("list", "--json", *words)
    assert (code, len(out.splitlines())) == (0, found)


def test_show(filled: Shell) -> None:
    """A ticket with its mails and events."""
    code, out, _ = filled("show", "1", "--json")
    assert code == 0
    ticket = json.loads(out)
    assert [mail["direction"] for mail in ticket["messages"]] == ["in", "out"]
    assert ticket["messages"][1]["delivery"] == "failed"
    assert [event["what"] for event in ticket["events"]] == ["opened", "moved"]
    assert "\x1b" not in out


def test_show_for_people(filled: Shell) -> None:
    """The conversation in the desk's time zone, nothing of it obeyed by the terminal."""
    code, out, _ = filled("show", "1")
    assert code == 0
    assert "#1  Printer <U+001B>]0;owned" in out
    assert "2026-11-21 11:00 <- jan@acme.example to helpdesk@accel.example" in out
    assert "    De printer <U+001B>[31mdoet het niet.\n    Echt niet." in out
    assert "\x1b" not in out


def test_no_such_ticket(filled: Shell) -> None:
    """One clear line, exit code 1."""
    assert filled("show", "2") == (1, "", "deskpost: there is no ticket 2\n")


def test_queue_list(filled: Shell) -> None:
    """What came in and waits, what is to leave, what was given up."""
    code, out, _ = filled("queue", "list", "--json")
    assert code == 0
    found = [json.loads(line) for line in out.splitlines()]
    assert [(item["id"], item["state"]) for item in found] == [
        ("in3", "waiting"),
        ("out2", "queued"),
        ("out1", "failed"),
    ]
    code, out, _ = filled("queue", "list")
    assert code == 0
    assert "no such user <U+001B>[0m" in out


def test_queue_show(filled: Shell) -> None:
    """How a mail stands and what is in it."""
    code, out, _ = filled("queue", "show", "in3", "--json")
    assert code == 0
    shown = json.loads(out)
    assert shown["from"] == "jan@acme.example"
    assert shown["size"] == len(MAIL)
    code, out, _ = filled("queue", "show", "in3")
    assert code == 0
    assert "doet het niet." in out
    assert "\x1b" not in out


def test_queue_retry_and_drop(filled: Shell) -> None:
    """What was given up is tried again; what waits to leave may be given up."""
    assert filled("queue", "retry", "out1") == (0, "out1: done\n", "")
    assert states(filled)["out1"] == "queued"
    assert filled("queue", "drop", "out1", "2") == (0, "out1: done\n2: done\n", "")
    assert states(filled) == {"in3": "waiting", "out1": "failed", "out2": "failed"}
    assert filled("queue", "retry", "in3")[0] == 0


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (["queue", "drop", "out1"], 1, "out1: is failed: it does not wait"),
        (["queue", "drop", "in3"], 1, "in3: what came in is never dropped before it was read"),
        (["queue", "retry", "in1"], 1, "in1: is done: there is nothing to retry"),
        (["queue", "retry", "out9"], 1, "out9: there is no mail out9"),
        (["queue", "release", "out2"], 1, "out2: is queued: nobody has it in hand"),
        (["queue", "show", "in99"], 1, "deskpost: there is no mail in99"),
        (
            ["queue", "retry", "x"],
            2,
            "deskpost: 'x' is no name of a mail here: in12 or out12 "
            "(see run_gateway.py queue retry --help)",
        ),
        (["quarantine", "release", "in1"], 1, "in1: is not in quarantine"),
        (["quarantine", "drop", "out1"], 1, "out1: is not in quarantine"),
    ],
)
def test_what_cannot_be_done_is_said(
    words: list[str], code: int, error: str, filled: Shell
) -> None:
    """One line for each mail, and an exit code."""
    assert filled(*words) == (code, "", f"{error}\n")


def states(shell: Shell) -> dict[str, str]:
    _, out, _ = shell("queue", "list", "--json")
    return {item["id"]: item["state"] for item in map(json.loads, out.splitlines())}


def test_queue_release(filled: Shell) -> None:
    """A mail in the hands of a process that died is free again."""
    from datetime import timedelta

    from tests.gateway.cli.conftest import NOW

    with filled.session.database() as database, database.transaction() as tx:
        claims.claim(tx, "died", NOW, timedelta(hours=1), 10)
    assert states(filled)["in3"] == "working"
    assert filled("queue", "release", "in3") == (0, "in3: done\n", "")
    assert states(filled)["in3"] == "waiting"


@pytest.mark.parametrize(("verb", "left"), [("release", 2), ("retry", 2), ("drop", 1)])
def test_quarantine(verb: str, left: int, filled: Shell) -> None:
    """Released and retried mails are processed again, a dropped one is set aside."""
    _, out, _ = filled("quarantine", "list", "--json")
    (item,) = map(json.loads, out.splitlines())
    assert (item["id"], item["reason"]) == ("in2", "spam")
    assert filled("quarantine", verb, "in2") == (0, "in2: done\n", "")
    assert filled("quarantine", "list") == (0, "nothing is in quarantine\n", "")
    numbers = json.loads(filled("status", "--json")[1])
    assert (numbers["quarantined"], numbers["inbox"]) == (0, left)
    assert numbers["set_aside"] == 2 - left


def test_quarantine_show(filled: Shell) -> None:
    """A bare number is enough here."""
    code, out, _ = filled("quarantine", "show", "2", "--json")
    assert code == 0
    assert json.loads(out)["reason"] == "spam"
