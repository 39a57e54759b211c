"""What README and docs/ say is so: the picture, the tables, the examples, the links."""

from __future__ import annotations

import re
import smtplib
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from email.message import EmailMessage
from email.utils import localtime, make_msgid
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click import Group

from gateway.cli.main import main
from gateway.configuration.loading import read_configuration, read_people
from gateway.configuration.settings import DeskEntry, GatewayFile, Limits, Section
from gateway.configuration.starting import write_home
from rules.durations import read_duration
from rules.kinds import read_amount
from rules.moments import read_moment
from tests.servers.gateway import Gateway
from tests.servers.running import free_port
from tools import command_guide

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
GUIDES = ["README.md", "docs/running.md", "docs/commands.md", "docs/json.md"]
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]


@pytest.mark.parametrize("name", GUIDES)
def test_links_lead_somewhere(name: str) -> None:
    """Every file that a page links to is there."""
    page = ROOT / name
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("name", GUIDES)
def test_verbs_are_verbs(name: str) -> None:
    """Every call of the program names a verb, and its options exist."""
    text = (ROOT / name).read_text()
    for words in re.findall(r"run_gateway\.py((?: +[\w./-]+)*)", text):
        given = [word for word in words.split() if word != "\\"]
        while given and given[0] == "--home":
            given = given[2:]
        if given and not given[0].startswith("-"):
            called(given)


def called(words: list[str]) -> None:
    """Looks the verb and its options up as the program does."""
    command = main.get_command(None, words[0])  # type: ignore[arg-type]
    assert command, words
    rest = words[1:]
    if isinstance(command, Group) and rest:
        command, rest = command.commands[rest[0]], rest[1:]
    if "-f" in rest:  # sendmail's own arguments
        return
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    assert {word for word in rest if word.startswith("-")} <= known, words


def test_every_key_is_in_the_guide() -> None:
    """docs/running.md has every key of gateway.toml, and the defaults of the limits."""
    text = (ROOT / "docs" / "running.md").read_text()
    for key in keys_of(GatewayFile):
        assert f"`{key}`" in text or f"[{key}]" in text, key
    for key in Limits.model_fields:
        assert f"`{key}`" in text, key
    assert keys_of(DeskEntry) <= keys_of(GatewayFile)


def keys_of(section: type[Section]) -> set[str]:
    """The keys of a table and of the tables in it."""
    found = set()
    for name, spec in section.model_fields.items():
        found.add(name)
        for inner in (spec.annotation, *getattr(spec.annotation, "__args__", ())):
            if isinstance(inner, type) and issubclass(inner, Section):
                found |= keys_of(inner)
    return found


def test_the_examples_of_the_guide_are_sound(tmp_path: Path) -> None:
    """The people and the parts of gateway.toml in docs/running.md pass."""
    text = (ROOT / "docs" / "running.md").read_text()
    (people,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    write_home(tmp_path, "run")
    for part in re.findall(r"```toml\n(.*?)```", text, re.DOTALL):
        for secret in ("postgres-password", "smtp-password"):
            (tmp_path / secret).touch(mode=0o600)
        desk = '[[desk]]\naddress = "helpdesk@accel.example"\nprocess = "helpdesk"\n'
        assert tomllib.loads(part)
        (tmp_path / "gateway.toml").write_text(part + desk)
        assert read_configuration(tmp_path).faults == ()
    (tmp_path / "people.yaml").write_text(people)
    assert read_people(tmp_path, ["helpdesk@accel.example"]).faults == ()


def test_the_guide_to_commands_is_the_file_of_commands() -> None:
    """docs/commands.md is what tools/command_guide.py writes."""
    page = command_guide.PAGE.read_text()
    assert command_guide.written(page) == page


def test_the_spellings_of_the_guide_are_read() -> None:
    """Times, days and amounts as docs/commands.md writes them."""
    text = (ROOT / "docs" / "commands.md").read_text()
    sentence = re.search(r"^Times are written(.*?)\*Who\*", text, re.DOTALL | re.MULTILINE)
    assert sentence
    times, days, amounts = (re.findall(r"`([^`]+)`", s) for s in sentence[1].split(";"))
    assert [read_duration(word) for word in times] == [90, 90, 90]
    now = datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert all(read_moment(word, now=now, zone=UTC) for word in days)
    read = [read_amount(word) for word in amounts]
    assert [r[0] for r in read if r] == [Decimal(450), Decimal("450.00"), Decimal("1250.50")]


# --- the picture ---------------------------------------------------------------------------------


class Demonstration(Gateway):
    """The home that `make run` makes, served."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        write_home(home, "run")
        file = home / "gateway.toml"
        file.write_text(file.read_text().replace("127.0.0.1:8025", f"127.0.0.1:{self.port}"))
        self.make_daemon()

    def start(self) -> None:
        self._daemon.start(self.port)


@pytest.fixture
def demonstration(tmp_path: Path) -> Iterator[Demonstration]:
    gateway = Demonstration(tmp_path)
    gateway.start()
    yield gateway
    gateway.stop()


@pytest.mark.real
def test_the_picture_is_true(demonstration: Demonstration) -> None:
    """Each mail that docs/conversation.svg shows of people is sent as it stands there, and each
    that it shows of the gateway arrives, with every line that the picture has of it."""
    latest: dict[str, EmailMessage] = {}
    for card in cards():
        if card["from"] != "helpdesk@accel.example":
            send(demonstration, card, latest.get(str(card["from"])))
            demonstration.settled()
            continue
        address = str(card["to"])
        mails = demonstration.mails_to(address)
        found = [mail for mail in mails if shows(mail, card)]
        assert found, (card, [text_of(mail) for mail in mails])
        latest[address] = found[-1]


def cards() -> Iterator[dict[str, str | list[str]]]:
    """The mails of the picture, in the order of its file."""
    root = ElementTree.parse(ROOT / "docs" / "conversation.svg").getroot()
    space = "{http://www.w3.org/2000/svg}"
    for group in root.iter(f"{space}g"):
        lines = [e.text or "" for e in group.iter(f"{space}text") if e.get("class") == "line"]
        yield {
            "from": group.attrib["data-from"],
            "to": group.attrib["data-to"],
            "subject": group.attrib["data-subject"],
            "lines": lines,
        }


def send(
    gateway: Demonstration, card: dict[str, str | list[str]], answers: EmailMessage | None
) -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = card["from"], card["subject"]
    mail["Date"], mail["Message-ID"] = localtime(), make_msgid(domain="acme.example")
    mail["To"] = answers["Reply-To"] if answers else card["to"]
    mail.set_content("\n".join(card["lines"]))
    with smtplib.SMTP("127.0.0.1", gateway.port) as smtp:
        smtp.send_message(mail)


def shows(mail: EmailMessage, card: dict[str, str | list[str]]) -> bool:
    text = text_of(mail)
    return mail["Subject"] == card["subject"] and all(line in text for line in card["lines"])


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def test_every_proof_that_security_names_exists() -> None:
    """The tests and scenarios of docs/security.md are there under their names, and each threat has
    one."""
    text = (ROOT / "docs/security.md").read_text()
    here = "".join(f.read_text() for f in (ROOT / "tests").rglob("test_*.py"))
    for name in set(re.findall(r"\b(test_\w+)`", text)):
        assert f"def {name}(" in here, name
    for cell in re.findall(r"scenario ((?:`[\w-]+`(?:, )?)+)", text):
        for name in re.findall(r"`([\w-]+)`", cell):
            scenario = (ROOT / "tests/scenarios/helpdesk" / name).is_dir()
            assert scenario or name.startswith("test_"), name
    for part in ("## Threats", "## What was measured beforehand"):
        section = text.partition(part)[2].partition("\n## ")[0]
        rows = [line for line in section.splitlines() if line.startswith("|")][2:]
        assert rows
        for row in rows:
            assert re.search(r"`test_\w+`|::test_\w+`|scenario `", row.rsplit("|", 2)[1]), row
