"""A home with a store in which a little has happened, and the command line upon it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.cli.frame import Session
from gateway.cli.main import run
from gateway.configuration.starting import write_home
from rules.effects import MoveTo, OpenTicket
from rules.model import Proof, Ticket, Visibility
from store import claims, evidence, inbox, journal, messages, outbox, tickets
from store.database import Database
from store.inbox import Arrival, Disposition
from store.journal import Entry
from store.messages import Message
from store.migrate import migrate
from store.outbox import Outgoing

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
DESK = "helpdesk@accel.example"
MAIL = (
    b"From: Jan <jan@acme.example>\r\nTo: helpdesk@accel.example\r\n"
    b"Subject: Printer =?utf-8?q?=1B=5D0=3Bowned?=\r\nMessage-ID: <1@acme.example>\r\n"
    b"\r\nDe printer \x1b[31mdoet het niet.\r\n"
)


@dataclass(frozen=True)
class Shell:
    """Calls the command line; gives the exit code, standard output and standard error."""

    home: Path
    session: Session
    read: Callable[[], tuple[str, str]]

    def __call__(self, *words: str) -> tuple[int, str, str]:
        self.read()
        code = run(words, self.session)
        return (code, *self.read())


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """The command line of an empty home that does not even have its files."""
    home = tmp_path / "home"
    session = Session(home, clock=lambda: NOW)

    def read() -> tuple[str, str]:
        captured = capsys.readouterr()
        return captured.out, captured.err

    return Shell(home, session, read)


@pytest.fixture
def filled(shell: Shell) -> Shell:
    """With ticket 1 and its mails, a mail in quarantine, one that waits, and one given up."""
    write_home(shell.home, "run")
    database = Database(f"sqlite:///{shell.home.absolute()}/gateway.db")
    migrate(database)
    fill(database)
    database.dispose()
    return shell


def fill(database: Database) -> None:
    """What the fixture says, in one transaction."""
    with database.transaction() as tx:
        arrived = [arrival(key) for key in ("1 ticket", "2 quarantined", "3 waiting")]
        receipts = inbox.arrive(tx, [*arrived, arrived[0]])
        on_ticket, set_apart = receipts[0].id, receipts[1].id
        claims.claim(tx, "w", NOW, timedelta(minutes=5), 2)
        number = tickets.new_number(tx)
        ticket = tickets.save(tx, None, sample(number))
        mail = messages.add(tx, incoming(number, on_ticket, evidence.put(tx, MAIL)))
        copy = messages.add(tx, outgoing(number, evidence.put(tx, b"Subject: x\r\n\r\nWelkom")))
        moved = MoveTo("open", False, NOW, "1")
        entries = [
            Entry(NOW, "jan@acme.example", "opened", OpenTicket(ticket), None, "new", mail.id),
            Entry(NOW, "marie@accel.example", "moved", moved, "new", "open"),
        ]
        journal.append(tx, number, entries)
        claims.settle(tx, on_ticket, "w", NOW, Disposition.TICKET, "opened", number)
        claims.settle(tx, set_apart, "w", NOW, Disposition.QUARANTINED, "spam")
        copies = outbox.add(tx, [leaving(number, copy), leaving(number, None)])
        assert copies == [1, 2]
        outbox.claim(tx, "w", NOW, timedelta(minutes=5), 1)
        outbox.fail(tx, 1, "w", NOW, "5.1.1", "no such user \x1b[0m")


def arrival(key: str) -> Arrival:
    return Arrival(key, DESK, "smtp", "jan@acme.example", (DESK,), NOW, MAIL)


def sample(number: int) -> Ticket:
    return Ticket(
        number=number,
        desk=DESK,
        process="helpdesk",
        process_version="1",
        subject="Printer \x1b]0;owned",
        status="new",
        requester="jan@acme.example",
        opened_at=NOW,
    )


def incoming(ticket: int, item: int, raw: str) -> Message:
    return Message(
        ticket=ticket,
        direction="in",
        kind="human",
        visibility=Visibility.PUBLIC,
        sender="jan@acme.example",
        subject="Printer",
        at=NOW,
        raw=raw,
        size=len(MAIL),
        message_id="<1@acme.example>",
        to=(DESK,),
        sender_verified=Proof.DOMAIN,
        inbox=item,
        matched_by="new",
        new_text="De printer \x1b[31mdoet het niet.\nEcht niet.",
    )


def outgoing(ticket: int, raw: str) -> Message:
    return Message(
        ticket=ticket,
        direction="out",
        kind="auto",
        visibility=Visibility.PUBLIC,
        sender=DESK,
        subject="Printer [#1]",
        at=NOW,
        raw=raw,
        size=22,
        to=("jan@acme.example",),
        recipient="jan@acme.example",
        message_id="<1-True@accel.example>",
        template="acknowledgement",
        delivery="queued",
    )


def leaving(ticket: int, copy: Message | None) -> Outgoing:
    return Outgoing(
        recipient="jan@acme.example" if copy else "marie@accel.example",
        envelope_from="",
        raw=copy.raw if copy else evidence.digest(MAIL),
        message_id=f"<{ticket}-{bool(copy)}@accel.example>",
        created_at=NOW,
        due_at=NOW,
        give_up_at=NOW + timedelta(days=5),
        ticket=ticket,
        message=copy.id if copy else None,
    )
