"""The verbs that work by `gateway.app`: what they ask of it, and what they say."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest

from gateway.configuration.loading import load_configuration
from gateway.configuration.settings import Configuration
from gateway.configuration.starting import write_home
from gateway.values import Channel, RawMail
from rules.faults import Fault, Unsound
from store.errors import StoreUnavailable
from store.inbox import Accepted, Receipt
from tests.gateway.cli.conftest import DESK, Shell

MAIL = b"From: jan@acme.example\nTo: helpdesk@accel.example\nSubject: x\n\nHallo\n"


@dataclass
class FakeApp:
    """An installation that remembers what it was asked."""

    configuration: Configuration
    known: set[bytes] = field(default_factory=set)
    accepted: list[RawMail] = field(default_factory=list)
    quiet: bool | None = None
    away: bool = False
    closed: int = 0

    def serve(self) -> int:
        return 0

    def accept(self, mails: Sequence[RawMail], *, quiet: bool = False) -> list[Receipt]:
        if self.away:
            raise StoreUnavailable("the database is away")
        self.quiet = quiet
        self.accepted += mails
        return [self._receipt(mail) for mail in mails]

    def _receipt(self, mail: RawMail) -> Receipt:
        again = mail.body in self.known
        self.known.add(mail.body)
        return Receipt(Accepted.DUPLICATE if again else Accepted.STORED, 1, 1)

    def act(self, number: int, text: str, address: str) -> SimpleNamespace | None:
        if number != 1:
            return None
        return SimpleNamespace(lines=[f"{address}: {text}"], refused=text == "#no")

    def close(self) -> None:
        self.closed += 1


@dataclass
class FakeApplication:
    app: FakeApp | None = None
    opened: list[tuple[Path, bool]] = field(default_factory=list)

    def open_home(self, home: Path, *, create: bool = False) -> FakeApp:
        self.opened.append((home, create))
        if self.app is None:
            raise Unsound([Fault("gateway.toml", 1, 1, "odd", "mend it"), Fault("b", 2, 1, "odd")])
        return self.app

    def explain(self, home: Path | None, file: str, octets: bytes) -> Mapping[str, object]:
        return {
            "file": file,
            "kind": "human",
            "from": "jan@acme.example",
            "original_sender": None,
            "subject": "x \x1b[31m",
            "ticket": None if home is None else 7,
            "sender_verified": "none",
            "new_text": octets.decode(),
            "commands": [{"line": "#take", "name": "take", "arguments": {"who": "me"}}],
            "attachments": [{"name": "a.pdf", "type": "application/pdf", "size": 3, "sha256": ""}],
            "problems": ["no Message-ID"],
            "would": ["open a ticket"],
        }


@pytest.fixture
def fake(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> FakeApplication:
    """A home, and an application that only remembers."""
    write_home(shell.home, "run")
    configuration = load_configuration(shell.home)
    assert isinstance(configuration, Configuration)
    application = FakeApplication(FakeApp(configuration))
    monkeypatch.setattr("gateway.app.open_home", application.open_home)
    monkeypatch.setattr("gateway.door.open_door", application.open_home)
    monkeypatch.setattr("gateway.app.explain", application.explain)
    return application


def test_act(shell: Shell, fake: FakeApplication) -> None:
    """What happened, or on standard error and with exit code 1 why it did not."""
    assert shell("act", "1", "#take", "--as", "Marie@Accel.example") == (
        0,
        "marie@accel.example: #take\n",
        "",
    )
    assert shell("act", "1", "#no", "--as", "x@y.z") == (1, "", "x@y.z: #no\n")
    assert shell("act", "2", "#take", "--as", "x@y.z")[0::2] == (
        1,
        "deskpost: there is no ticket 2\n",
    )
    assert shell("act", "1", "#take")[0] == 2
    assert fake.app is not None
    assert fake.app.closed == 3


@pytest.mark.parametrize("verb", [["serve"], ["act", "1", "#x", "--as", "a@b.c"]])
def test_an_unsound_home(verb: list[str], shell: Shell, fake: FakeApplication) -> None:
    """Every fault, a line each."""
    fake.app = None
    assert shell(*verb) == (
        1,
        "",
        "deskpost: gateway.toml:1:1: odd. Mend it.\ndeskpost: b:2:1: odd\n",
    )


def test_serve_makes_the_default_home_alone(
    shell: Shell, fake: FakeApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`make run` works at once; whoever names a home has made it."""
    shell.session.home, shell.session.chosen = tmp_path / "var", False
    code, out, _ = shell("serve")
    assert code == 0
    assert out.count("wrote ") == 2
    assert (tmp_path / "var" / "gateway.toml").exists()
    assert shell("serve") == (0, "", "")
    shell.session.home, shell.session.chosen = tmp_path / "other", True
    assert shell("serve")[0] == 0
    assert not (tmp_path / "other").exists()
    assert fake.opened == [
        (tmp_path / "var", True),
        (tmp_path / "var", True),
        (tmp_path / "other", True),
    ]


def test_import(shell: Shell, fake: FakeApplication, tmp_path: Path) -> None:
    """Every mail once, however often; what cannot be read is said and makes exit code 1."""
    (tmp_path / "mails").mkdir()
    for number in range(45):
        (tmp_path / "mails" / f"{number}.eml").write_bytes(MAIL + b"%d\n" % number)
    code, out, error = shell("import", str(tmp_path / "mails"), "--desk", DESK.upper(), "--quiet")
    assert (code, out, error) == (0, "45 imported, 0 here already, 0 not read\n", "")
    assert fake.app is not None
    assert fake.app.quiet is True
    assert {m.envelope.channel for m in fake.app.accepted} == {Channel.IMPORT}
    assert {m.envelope.rcpt_to for m in fake.app.accepted} == {(DESK,)}
    (tmp_path / "mails" / "empty.eml").write_bytes(b"")
    code, out, error = shell("import", str(tmp_path / "mails"), "--desk", DESK)
    assert (code, out) == (1, "0 imported, 45 here already, 1 not read\n")
    assert error.endswith("mails/empty.eml: the file is empty\n")
    assert fake.app.quiet is False


def test_import_for_no_desk(shell: Shell, fake: FakeApplication, tmp_path: Path) -> None:
    """Nothing is taken in before the desk is known."""
    code, _, error = shell("import", str(tmp_path), "--desk", "helpdesk@accel.exampl")
    assert code == 1
    assert error == (
        "deskpost: there is no desk helpdesk@accel.exampl: did you mean helpdesk@accel.example?\n"
    )
    assert shell("import", str(tmp_path / "nothing"), "--desk", DESK)[0] == 2


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["-f", "jan@acme.example", DESK], 0, ""),
        (["-oi", "-t"], 0, ""),
        (["-f", "", "--", DESK], 0, ""),
        ([], 0, ""),
        (["nobody@accel.example"], 67, "No help desk reads this address"),
        (["--what", DESK], 64, "unknown option --what"),
    ],
)
def test_pipe(
    words: list[str],
    code: int,
    says: str,
    shell: Shell,
    fake: FakeApplication,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As Postfix's pipe(8) and sendmail's callers use it."""
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(MAIL)))
    found, out, error = shell("pipe", *words)
    assert (found, out) == (code, "")
    assert says in error
    assert fake.app is not None
    assert len(fake.app.accepted) == (code == 0)


def test_pipe_asks_to_come_again(
    shell: Shell, fake: FakeApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is wrong with us is temporary for the mail: nothing bounces."""
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(MAIL)))
    assert fake.app is not None
    fake.app.away = True
    assert shell("pipe", DESK)[0] == 75
    fake.app = None
    assert shell("pipe", DESK)[0] == 75


def test_explain(shell: Shell, fake: FakeApplication, tmp_path: Path) -> None:
    """For programs an object a line, for people a page; a file that is not there is said."""
    file = tmp_path / "a.eml"
    file.write_bytes(MAIL)
    code, out, error = shell("explain", "--json", str(file), str(tmp_path / "b.eml"))
    assert code == 1
    assert json.loads(out)["ticket"] == 7
    assert error == f"deskpost: {tmp_path}/b.eml: No such file or directory\n"
    code, out, _ = shell("explain", str(file))
    assert code == 0
    assert "subject          x <U+001B>[31m" in out
    assert "who: me" in out
    assert "would: open a ticket" in out
    assert "problem: no Message-ID" in out
    assert "attached: a.pdf (application/pdf, 3 octets)" in out


def test_explain_without_an_installation(
    shell: Shell, fake: FakeApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What can be known of the mail alone; `-` is standard input."""
    shell.session.home = tmp_path / "nothing"
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(MAIL)))
    code, out, _ = shell("explain", "--json", "-")
    assert code == 0
    assert (json.loads(out)["ticket"], json.loads(out)["file"]) == (None, "-")
