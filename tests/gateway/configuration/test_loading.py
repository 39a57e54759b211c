"""What a home says, or every fault in it. The homes are in tests/goldens/configuration.

A folder there has gateway.toml, people.yaml and `faults`: what is told of both, a line each.
`DESKPOST_WRITE_GOLDENS=1 pytest` writes the `faults` anew.
"""

from __future__ import annotations

import os
from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path

import pytest

from gateway.configuration.loading import (
    load_configuration,
    load_people,
    read_configuration,
    read_people,
)
from gateway.configuration.scalars import Rate, TcpAddress
from gateway.configuration.settings import Configuration
from gateway.configuration.urls import Maildir, Server
from rules.faults import Fault
from rules.model import Contract, Desk, Organisation, People, Person
from rules.process import Process, Role, Status, TicketType

HOMES = Path(__file__).parents[2] / "goldens" / "configuration"


def process(name: str, *languages: str) -> Process:
    return Process(
        process=name,
        title=name,
        language=languages[0],
        languages=languages,
        start="new",
        statuses={"new": Status(label="New")},
        roles={"engineer": Role(label="Engineer")},
        types={"incident": TicketType(label="Incident")},
        tells=("engineer",),
    )


PROCESSES = {"helpdesk": process("helpdesk", "nl", "en"), "tiny": process("tiny", "en")}


def faults_of(home: Path) -> str:
    """What is told of both files, as it stands in `faults`."""
    configuration = read_configuration(home, PROCESSES)
    desks = ["helpdesk@accel.example", "sales@accel.example"]
    people = read_people(home, desks, PROCESSES)
    told = [str(fault) for fault in (*configuration.faults, *people.faults)]
    return "".join(line.replace(f"{home}/", "") + "\n" for line in told)


@pytest.mark.parametrize("home", sorted(HOMES.iterdir()), ids=lambda home: home.name)
def test_tells_every_fault(home: Path) -> None:
    """Every fault of both files at once, each with file, line, column, and its mend."""
    told = faults_of(home)
    if "DESKPOST_WRITE_GOLDENS" in os.environ:
        (home / "faults").write_text(told)
    assert told == (home / "faults").read_text()


def configuration(text: str, home: Path) -> Configuration:
    (home / "gateway.toml").write_text(text)
    loaded = load_configuration(home)
    assert isinstance(loaded, Configuration), loaded
    return loaded


def test_reads_the_whole_of_the_contract() -> None:
    """Every key of the documented file arrives as the value that it means."""
    loaded = load_configuration(HOMES / "contract", PROCESSES)
    assert isinstance(loaded, Configuration)
    assert loaded.operators == ("ops@accel.example",)
    assert loaded.store.evidence == "database"
    assert loaded.smtp.listen == TcpAddress("127.0.0.1", 8025)
    assert loaded.smtp.max_size == 35_000_000
    assert loaded.trust.border == (ip_network("127.0.0.1"), ip_network("::1"))
    assert loaded.trust.unverified == "confirm"
    assert loaded.limits.answers_per_ticket == Rate(3, 600)
    assert loaded.limits.answers_per_address == Rate(12, 86_400)
    assert loaded.desk("helpdesk@accel.example") == Desk(
        address="helpdesk@accel.example",
        name="Accel Service Desk",
        process="helpdesk",
        language="nl",
        time_zone="Europe/Brussels",
        currency="EUR",
        rates={"default": Decimal("90.00"), "onsite": Decimal("110.00")},
        finance=("invoices@accel.example",),
    )
    (mailbox,) = loaded.mailboxes
    assert mailbox.url == Server(True, "imap.example.com", 993, "user", "INBOX")
    assert (mailbox.desk, mailbox.trusted_hops) == ("helpdesk@accel.example", 2)
    assert (mailbox.done, mailbox.quarantine, mailbox.ca_file) == (None, None, None)


def test_reads_the_people_of_the_contract() -> None:
    """Staff, organisation, contract and customer, as the rules know them."""
    settings = load_configuration(HOMES / "contract")
    assert isinstance(settings, Configuration)
    people = load_people(HOMES / "contract", settings, PROCESSES)
    assert people == People(
        persons={
            "marie@accel.example": Person(
                "marie@accel.example", "Marie Peeters", roles=frozenset(["engineer"]), staff=True
            ),
            "jan@acme.example": Person(
                "jan@acme.example",
                "Jan Maes",
                language="nl",
                organisation="Acme",
                may=frozenset(["approve", "list"]),
            ),
        },
        organisations={
            "Acme": Organisation(
                name="Acme",
                domains=frozenset(["acme.example"]),
                segment="DM",
                account_manager="anna@accel.example",
                contracts=(Contract("Magic", Decimal(10)),),
            )
        },
    )


MINIMAL = '[[desk]]\naddress = "desk@a.example"\nprocess = "helpdesk"\n'


def test_the_least_file_serves_on_loopback(tmp_path: Path) -> None:
    """A desk is enough: SQLite and Maildir in the home, SMTP on loopback, senders confirm."""
    loaded = configuration(MINIMAL, tmp_path)
    assert loaded.store.url == f"sqlite:///{tmp_path}/gateway.db"
    assert loaded.delivery.url == Maildir(tmp_path / "outgoing")
    assert loaded.smtp.listen.loopback
    assert loaded.smtp.lmtp is None
    assert loaded.trust.unverified == "confirm"
    assert loaded.desks["desk@a.example"].name == "desk@a.example"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ('[delivery]\nurl = "maildir:/var/out"', "Maildir(path=PosixPath('/var/out'))"),
        ('[delivery]\nurl = "smtp://mx.example"', "mx.example:25"),
        ('[delivery]\nurl = "smtps://me%40x.example@mx.example"', "me@x.example@mx.example:465"),
        ('[delivery]\nurl = "smtp://[::1]:26"', "::1:26"),
    ],
)
def test_where_mail_goes(line: str, value: str, tmp_path: Path) -> None:
    """A Maildir, or a server with its usual port; a user's @ is written as %40."""
    assert str(configuration(f"{line}\n{MINIMAL}", tmp_path).delivery.url) == value


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("sqlite:////var/lib/g.db", "sqlite:////var/lib/g.db"),
        ("postgresql://me@db/desk", "postgresql+psycopg://me@db/desk"),
        ("postgresql+psycopg:///desk?host=/run", "postgresql+psycopg:///desk?host=/run"),
    ],
)
def test_where_the_store_is(given: str, url: str, tmp_path: Path) -> None:
    """An absolute path stays, PostgreSQL is spoken to by psycopg."""
    assert configuration(f'[store]\nurl = "{given}"\n{MINIMAL}', tmp_path).store.url == url


def test_lmtp_listens_on_a_port_or_a_socket(tmp_path: Path) -> None:
    """What has no colon is a Unix socket, from the home."""
    port = configuration(f'[smtp]\nlmtp = "127.0.0.1:8024"\n{MINIMAL}', tmp_path)
    assert port.smtp.lmtp == TcpAddress("127.0.0.1", 8024)
    socket = configuration(f'[smtp]\nlmtp = "lmtp.sock"\n{MINIMAL}', tmp_path)
    assert socket.smtp.lmtp == tmp_path / "lmtp.sock"


def test_a_decimal_number_is_exact(tmp_path: Path) -> None:
    """An amount without quotation marks is not rounded on its way."""
    loaded = configuration(f"{MINIMAL}rates = {{default = 90.10}}", tmp_path)
    assert loaded.desks["desk@a.example"].rates == {"default": Decimal("90.10")}


def test_a_home_without_files(tmp_path: Path) -> None:
    """What is not there is a fault, with how to make it."""
    assert load_configuration(tmp_path) == (
        Fault(
            f"{tmp_path}/gateway.toml",
            0,
            0,
            "there is no such file",
            f"make it with: run_gateway.py --home {tmp_path} init",
        ),
    )


def test_a_home_with_one_of_its_files(tmp_path: Path) -> None:
    """`init` would refuse to write beside what is there, and is not advised."""
    settings = configuration(MINIMAL, tmp_path)
    (fault,) = read_people(tmp_path, settings.desks).faults
    assert "init" not in fault.mend


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    """Told by line; never a traceback."""
    (tmp_path / "gateway.toml").write_bytes(b"# caf\n# caf\xe9\n[[desk]]\n")
    (fault,) = read_configuration(tmp_path).faults
    assert (fault.line, fault.message) == (2, "is not in UTF-8")


def test_the_fault_of_a_secret_does_not_tell_it(tmp_path: Path) -> None:
    """A password in a URL is refused, and not repeated on the screen."""
    for section in ("store", "delivery"):
        for scheme in ("smtps", "mysql", "postgresql"):
            url = f"{scheme}://me:s3cret@host/x"
            (tmp_path / "gateway.toml").write_text(f'[{section}]\nurl = "{url}"\n{MINIMAL}')
            faults = read_configuration(tmp_path).faults
            assert faults
            assert "s3cret" not in "".join(map(str, faults))


@pytest.mark.parametrize(
    ("url", "done", "quarantine", "sound"),
    [
        ("imaps://me@imap.example", "Done", "Quarantine", True),
        ("imaps://me@imap.example", "Done", "done", False),
        ("imaps://me@imap.example", "INBOX", "Quarantine", False),
        ("imaps://me@imap.example/Help", "help", "Quarantine", False),
    ],
)
def test_the_folders_of_a_mailbox_differ(
    url: str, done: str, quarantine: str, sound: bool, tmp_path: Path
) -> None:
    """A mail that is moved to where it is would never be done."""
    (tmp_path / "gateway.toml").write_text(
        '[[desk]]\naddress = "a@x.example"\nprocess = "helpdesk"\n'
        f'[[mailbox]]\nurl = "{url}"\ndesk = "a@x.example"\n'
        f'done = "{done}"\nquarantine = "{quarantine}"\n'
    )
    assert isinstance(load_configuration(tmp_path), Configuration) is sound
