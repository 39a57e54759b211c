"""A desk whose mail comes out of mailboxes of a real Dovecot."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

import pytest

from gateway.app import App, open_home
from gateway.configuration.settings import MailboxEntry
from gateway.configuration.starting import write_home
from gateway.house import House
from gateway.intake.imap_reading import Pace
from gateway.intake.imap_watch import Patience
from gateway.mailboxes import Mailboxes
from gateway.signin.tokens import Tokens, http_client
from gateway.workers import Processing, utc_now
from store import inbox, mailboxes, status
from store.database import Database
from store.inbox import InboxItem
from store.mailboxes import Entry, Mailbox
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.running import eventually

DESK = "helpdesk@accel.example"
QUICK = Patience(
    connect=5,
    answer=60,
    turn=0.05,
    first=0.05,
    person=0.05,
    most=0.2,
    pace=Pace(look=60, poll=0.1, slice=0.05),
)


def mail(number: int | str, *, to: str = DESK, text: bytes = b"It smokes.", top: str = "") -> bytes:
    head = (
        f"{top}From: Jan <jan@acme.example>\r\nTo: {to}\r\nSubject: printer {number}\r\n"
        f"Date: Mon, 02 Mar 2026 09:00:00 +0000\r\nMessage-ID: <{number}@acme.example>\r\n\r\n"
    )
    return head.encode() + text + b"\r\n"


@dataclass
class Office:
    """One installation and, while it is `open`, what reads its mailboxes."""

    app: App
    dovecot: Dovecot
    folder: Path
    reading: Mailboxes | None = None
    free_disk: int = 10**12
    patience: Patience = field(default_factory=lambda: QUICK)

    def entry(self, user: str, **values: object) -> MailboxEntry:
        """A mailbox of Dovecot; without TLS unless a URL says otherwise."""
        url = f"imap://{user.replace('@', '%40')}@127.0.0.1:{self.dovecot.imap_port}/INBOX"
        named: dict[str, object] = {"password_file": str(self.folder / "password")}
        return MailboxEntry.model_validate({"url": url, "desk": DESK, **named, **values})

    def reads(self, *entries: MailboxEntry) -> None:
        """These mailboxes, from now on."""
        configuration = replace(self.app.house.configuration, mailboxes=entries)
        self.app.house = replace(self.app.house, configuration=configuration)
        if self.reading is None:
            self.open()
        assert self.reading is not None
        self.reading.work()

    def max_size(self, octets: int) -> None:
        """Mails of more are not taken in from now on."""
        configuration = self.app.house.configuration
        smtp = configuration.smtp.model_copy(update={"max_size": octets})
        self.app.house = replace(self.app.house, configuration=replace(configuration, smtp=smtp))

    def open(self, owner: str = "one") -> Mailboxes:
        house = self.app.house
        tokens = Tokens(house.database, house.clock, http_client, {}, owner)
        self.reading = Mailboxes(
            lambda: self.app.house,
            owner,
            lambda: None,
            lambda: self.free_disk,
            tokens,
            self.patience,
        )
        self.reading.work()
        return self.reading

    def close(self) -> None:
        if self.reading is not None:
            self.reading.end(20)
        self.reading = None

    # --- looking ---

    def box(self, entry: MailboxEntry) -> Mailbox:
        """The mailbox as it stands, once somebody has begun to read it."""

        def begun() -> Mailbox | None:
            with self.app.house.database.read() as tx:
                found = [b for b in mailboxes.everything(tx) if b.name == str(entry.url)]
            return found[0] if found else None

        return eventually(begun, f"{entry.url} is read")

    def entries(self, entry: MailboxEntry) -> list[Entry]:
        box = self.box(entry)
        with self.app.house.database.read() as tx:
            return list(mailboxes.entries(tx, box.id))

    def arrived(self, many: int, seconds: float = 20) -> list[InboxItem]:
        """The rows of the inbox, once there are so many."""

        def all_of_them() -> list[InboxItem] | None:
            with self.app.house.database.read() as tx:
                found = inbox.everything(tx, 20_000)
            return found if len(found) >= many else None

        return eventually(all_of_them, f"{many} mails arrived", seconds)

    def filed(self, entry: MailboxEntry, many: int) -> list[Entry]:
        """What is on record, once the server was told of so many."""

        def told() -> list[Entry] | None:
            found = self.entries(entry)
            return found if sum(mail.filed for mail in found) >= many else None

        return eventually(told, f"{many} mails filed")

    def handled(self) -> dict[str, int]:
        """What `status` says after all that arrived was handled."""
        processing = Processing(lambda: self.app.house, "w", lambda: None)
        while processing.work():
            pass
        with self.app.house.database.read() as tx:
            return dict(status.status(tx, utc_now()))


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Loaded once, its store migrated and empty."""
    home = tmp_path_factory.mktemp("mailboxes") / "home"
    write_home(home, "run")
    app = open_home(home, create=True)
    app.close()
    return app.house


@pytest.fixture
def new_office(tmp_path: Path, house: House) -> Iterator[Callable[[Dovecot], Office]]:
    opened: list[Office] = []

    def start(server: Dovecot) -> Office:
        (tmp_path / "password").write_text(PASSWORD)
        shutil.copy(house.configuration.home / "gateway.db", tmp_path)
        database = Database(f"sqlite:///{tmp_path / 'gateway.db'}")
        app = App(house.configuration.home, replace(house, database=database))
        opened.append(Office(app, server, tmp_path))
        return opened[-1]

    yield start
    for office in opened:
        office.close()
        office.app.close()


@pytest.fixture
def office(new_office: Callable[[Dovecot], Office], dovecot: Dovecot) -> Office:
    return new_office(dovecot)


_numbers = count(1)


@pytest.fixture
def user() -> str:
    """An address that no other test has used."""
    return f"user{next(_numbers)}@accel.example"
