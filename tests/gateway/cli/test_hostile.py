"""Tickets and mails that are out to drive the terminal of whoever looks at them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.cli.frame import Session
from gateway.cli.main import run
from gateway.cli.screen import UNSEEN
from gateway.configuration.starting import write_home
from rules.effects import OpenTicket
from rules.model import Survey, Ticket
from store import claims, evidence, inbox, journal, messages, outbox, tickets
from store.database import Database, Transaction
from store.inbox import Arrival, Disposition
from store.journal import Entry
from store.migrate import migrate
from tests.gateway.cli.conftest import DESK, MAIL, NOW, incoming, leaving, outgoing, sample

EVIL = (
    "=1+1\x1b]0;owned\x07\x1b[2J\x9b31m\u202eexe\u2066\r\n[red]x[/red]"
    "<script>x</script><img src=http://x onerror=x>"
)
"""A formula, a window's title, an empty screen, CSI as one character, an override, a line's start,
markup of terminals and of pages."""
ADDRESS = f"{EVIL}@attack.example"
EVERY_VERB = (
    ("show", "1"),
    ("list",),
    ("list", "--words", EVIL),
    ("queue",),
    ("queue", "show", "out1"),
    ("queue", "show", "in2"),
    ("queue", "show", EVIL),
    ("quarantine",),
    ("quarantine", "show", "in1"),
    ("audit",),
    ("report", "--from", "2026-11-01", "--to", "2026-11-30"),
    ("status",),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Whatever a stranger can bring is evil: names, addresses, subjects, words, errors."""
    home = tmp_path_factory.mktemp("hostile") / "home"
    write_home(home, "run")
    database = Database(f"sqlite:///{home.absolute()}/gateway.db")
    migrate(database)
    with database.transaction() as tx:
        fill(tx)
    database.dispose()
    return home


def fill(tx: Transaction) -> None:
    """In quarantine, waiting, given up, and a ticket that its journal does not tell."""
    for key in ("1", "2"):
        inbox.arrive(tx, [Arrival(key, DESK, "smtp", ADDRESS, (DESK,), NOW, MAIL)])
    claims.claim(tx, "w", NOW, timedelta(minutes=5), 1)
    claims.settle(tx, 1, "w", NOW, Disposition.QUARANTINED, EVIL)
    ticket = tickets.save(tx, None, evil(tickets.new_number(tx)))
    raw = evidence.put(tx, MAIL)
    mail = replace(incoming(1, 2, raw), sender=ADDRESS, sender_name=EVIL, subject=EVIL)
    kept = messages.add(tx, replace(mail, new_text=EVIL, message_id=f"<{EVIL}>", to=(ADDRESS,)))
    copy = messages.add(tx, replace(outgoing(1, raw), subject=EVIL, recipient=ADDRESS))
    opened = OpenTicket(replace(ticket, status="open"))
    journal.append(tx, 1, [Entry(NOW, ADDRESS, "opened", opened, None, EVIL, kept.id)])
    outbox.add(tx, [replace(leaving(1, copy), recipient=ADDRESS, envelope_from=ADDRESS)])
    outbox.claim(tx, "w", NOW, timedelta(minutes=5), 1)
    outbox.fail(tx, 1, "w", NOW, EVIL, EVIL)


def evil(number: int) -> Ticket:
    return replace(
        sample(number),
        subject=EVIL,
        requester=ADDRESS,
        requester_name=EVIL,
        organisation=EVIL,
        participants=(ADDRESS,),
        survey=Survey(NOW, 1, EVIL),
    )


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["people", "programs"])
@pytest.mark.parametrize("verb", EVERY_VERB, ids=lambda verb: "-".join(verb).replace(EVIL, "evil"))
def test_no_verb_sends_it_to_the_terminal(
    home: Path, capsys: pytest.CaptureFixture[str], verb: tuple[str, ...], form: tuple[str, ...]
) -> None:
    """Nothing but text and line ends leaves, on standard output and standard error."""
    run([*verb, *form], Session(home, clock=lambda: NOW))
    out, err = capsys.readouterr()
    assert out or err
    assert UNSEEN.findall(out + err) == []


def test_the_page_of_a_report_shows_names_as_text(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of organisations, people and comments: no element of theirs, nothing fetched, no control."""
    file = tmp_path / "report.html"
    period = ("--from", "2026-11-01", "--to", "2026-11-30")
    assert run(["report", *period, "--out", str(file)], Session(home, clock=lambda: NOW)) == 0
    page = file.read_text("utf-8")
    assert "&lt;script&gt;" in page
    assert not re.search(r"<(?:script|img)|<[^>]*\b(?:src|href)=", page)
    assert UNSEEN.findall(page.replace("\n", "")) == []
    assert capsys.readouterr().err == ""
