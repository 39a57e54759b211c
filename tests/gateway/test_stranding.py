"""Open tickets that rely on what a changed process file leaves out."""

from __future__ import annotations

import json
import shutil
import smtplib
from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

import pytest

from gateway.app import load_house
from gateway.checking import check_home
from gateway.cli.frame import Session
from gateway.cli.main import run
from gateway.configuration.loading import load_configuration
from gateway.stranding import stranded
from rules.loading import SHIPPED
from rules.model import Desk
from store import tickets
from store.database import Database
from tests.scenarios.incoming import raw_mail
from tests.scenarios.stage import Stage
from tests.servers.gateway import HELPDESK, Gateway, StartGateway
from tests.servers.running import eventually

ROOT = Path(__file__).parents[1]
PLAYED = ROOT / "scenarios" / "consulting"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One open ticket: an incident at level 2, taken, with its month's task and a reminder."""
    home = tmp_path_factory.mktemp("stranding") / "home"
    home.mkdir()
    for name in ("gateway.toml", "people.yaml"):
        shutil.copy(PLAYED / name, home / name)
    stage = Stage(home, "")
    desk = next(iter(stage.house.desks))
    person = next(p for p in stage.house.people.persons.values() if not p.staff)
    level = next(p for p in stage.house.people.persons.values() if "level2" in p.roles)
    text = f"From: {person.address}\nTo: {desk}\nSubject: Panne\n\nRien ne va plus.\n"
    stage.arrive(raw_mail(text, "01", stage.clock.now, stage.house.desks))
    for command in ("#type incident", "#take", "#remind tomorrow"):
        stage.act(1, command, level.address)
    stage.close()
    return home


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    house = load_house(home)
    yield house.database
    house.database.dispose()


def write(home: Path, *changes: tuple[str, str]) -> Path:
    """The home's own file, with these texts replaced."""
    text = (SHIPPED / "consulting.yaml").read_text("utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    folder = home / "rules"
    folder.mkdir(exist_ok=True)
    (folder / "consulting.yaml").write_text(text, "utf-8")
    return folder / "consulting.yaml"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([], []),
        (
            [("taken", "received")],
            ["there is no status taken any more, and open ticket 1 stands in it"],
        ),
        ([("  incident:", "  breakdown:"), ("incident", "breakdown")], ["no type incident"]),
        ([("level2", "second")], ["no level level2"]),
        (
            [("key: month", "key: monthly"), ("complete: month", "complete: monthly")],
            ["no task month"],
        ),
    ],
    ids=["nothing", "status", "type", "level", "task"],
)
def test_what_open_tickets_rely_on(
    home: Path, database: Database, changes: list[tuple[str, str]], said: list[str]
) -> None:
    """Each word is a fault with the file, the line of its section, the ticket and a mend."""
    file = write(home, *changes)
    checked = check_home(home, {})
    processes = checked.processes
    assert "consulting" in processes, checked.faults
    desks = desks_of(home)
    with database.read() as tx:
        faults = stranded(tx, home, processes, desks)
    file.unlink()
    assert len(faults) == len(said), faults
    for fault, words in zip(faults, said, strict=True):
        assert words in fault.message
        assert " 1" in fault.message
        assert (fault.file, bool(fault.mend)) == (str(file), True)
        assert fault.line > 1


def desks_of(home: Path) -> Mapping[str, Desk]:
    loaded = load_configuration(home)
    assert not isinstance(loaded, tuple)
    return loaded.desks


def test_check_says_it_before_it_goes_live(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1 with the place, while the files are sound by themselves; nothing else is said."""
    file = write(home, ("taken", "received"))
    try:
        assert run(["check", "--json"], Session(home)) == 1
        (fault,) = json.loads(capsys.readouterr().out)["faults"]
        assert (fault["file"], fault["message"].split(",")[0]) == (
            str(file),
            "there is no status taken any more",
        )
        assert run(["serve"], Session(home)) == 1
        assert "there is no status taken any more" in capsys.readouterr().err
    finally:
        file.unlink()
    assert run(["check"], Session(home)) == 0


PARKED = """  parked:
    label: {nl: Geparkeerd, fr: Garé, en: Parked}
"""
PARK = """  park:
    help: {nl: parkeert, fr: gare, en: parks}
    who: engineer
    to: parked
  unpark:
    help: {nl: hervat, fr: reprend, en: goes on}
    who: engineer
    from: parked
    to: open
"""


@pytest.mark.slow
def test_serve_refuses_the_change_and_tells_the_operators(start_gateway: StartGateway) -> None:
    """A running gateway keeps the file it has and names the ticket in log and mail, once; when the
    ticket has gone on, the same change is taken up by itself."""
    gateway = start_gateway()
    text = (SHIPPED / "helpdesk.yaml").read_text("utf-8")
    file = gateway.home / "rules" / "helpdesk.yaml"
    file.parent.mkdir()
    more = text.replace("statuses:\n", "statuses:\n" + PARKED, 1)
    file.write_text(more.replace("\ncommands:\n", "\ncommands:\n" + PARK, 1), "utf-8")
    eventually(lambda: "changed files taken up" in gateway.log, "the status is there", 30)
    send(gateway, "jan@acme.example", "Printer", "De printer staat stil.")
    eventually(lambda: status_of(gateway) == "new", "a ticket", 30)
    send(gateway, "marie@accel.example", "Re: [#1] Printer", "#park")
    eventually(lambda: status_of(gateway) == "parked", "parked", 30)
    file.write_text(text, "utf-8")
    eventually(lambda: gateway.mails_to("ops@accel.example"), "the operators are told", 30)
    (told,) = gateway.mails_to("ops@accel.example")
    assert "there is no status parked any more, and open ticket 1 stands in it" in flowed(told)
    assert "open ticket 1 stands in it" in gateway.log
    send(gateway, "marie@accel.example", "Re: [#1] Printer", "#unpark")
    eventually(lambda: gateway.log.count("changed files taken up") == 2, "taken up", 30)
    shown = gateway.show(1)
    assert shown["status"] == "open"
    moves = [event["version"] for event in shown["events"] if event["what"] in ("opened", "moved")]
    assert set(moves) == {shown["process_version"]}
    assert len(gateway.mails_to("ops@accel.example")) == 1


def status_of(gateway: Gateway) -> str:
    """Of the first ticket; "" where there is none yet."""
    database = Database(f"sqlite:///{gateway.home}/gateway.db")
    with database.read() as tx:
        ticket = tickets.load(tx, 1)
    database.dispose()
    return ticket.status if ticket else ""


def flowed(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return " ".join(part.get_content().split())


def send(gateway: Gateway, sender: str, subject: str, text: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, HELPDESK, subject
    mail["Message-ID"] = make_msgid(domain="acme.example")
    mail.set_content(text)
    with smtplib.SMTP("127.0.0.1", gateway.port) as smtp:
        smtp.send_message(mail)
