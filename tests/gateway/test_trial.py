"""`check --connect`: who lets us in, and in words who does not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import httpx2
import pytest

from gateway.authentication.resolver import DnsTrouble
from gateway.configuration.loading import load_configuration
from gateway.configuration.settings import Configuration
from gateway.signin.tokens import Tokens
from gateway.trial import Trial
from gateway.workers import utc_now
from store.database import Database
from store.evidence import begin
from store.migrate import migrate
from store.objects import open_objects
from tests.gateway.cli.conftest import Shell, shell  # noqa: F401
from tests.gateway.delivery.sink import Sink, running, tls
from tests.servers.certificates import self_signed
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.running import free_port
from tests.servers.s3 import S3Bucket
from tests.servers.tokens import CLIENT, SECRET, TokenServer

DESK = '[[desk]]\naddress = "helpdesk@accel.example"\nprocess = "helpdesk"\n'


class Names:
    """A name server that answers, or does not."""

    def __init__(self, trouble: str = "") -> None:
        self.trouble = trouble

    def look_up(self, name: str, kind: str, seconds: float) -> Sequence[bytes]:
        if self.trouble:
            raise DnsTrouble(self.trouble)
        return ()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path}/gateway.db")
    yield opened
    opened.dispose()


def configured(home: Path, delivery: str) -> Configuration:
    (home / "gateway.toml").write_text(f"[delivery]\n{delivery}\n{DESK}")
    loaded = load_configuration(home)
    assert isinstance(loaded, Configuration), loaded
    return loaded


def tried(
    configuration: Configuration,
    database: Database,
    environ: Mapping[str, str] | None = None,
    names: Names | None = None,
) -> list[str]:
    with httpx2.Client(timeout=10, trust_env=False) as http:
        tokens = Tokens(database, utc_now, lambda: http, environ or {}, "check")
        trial = Trial(configuration, tokens, names or Names())
        return [str(one) for one in trial.run()]


def test_all_is_good(tmp_path: Path, database: Database) -> None:
    """A store that `serve` made, a Maildir, a name server."""
    migrate(database)
    found = tried(configured(tmp_path, 'url = "maildir:out"'), database)
    assert [line.split()[:2] for line in found] == [
        ["good", "database"],
        ["good", "Maildir"],
        ["good", "DNS"],
    ]
    assert not (tmp_path / "out").exists()


def test_nothing_is_there_yet(tmp_path: Path, database: Database) -> None:
    """An empty database is no fault; a relay that is away and a silent name server are."""
    url = f"smtp://127.0.0.1:{free_port()}"
    found = tried(configured(tmp_path, f'url = "{url}"'), database, names=Names("timed out"))
    assert "which `serve` mends" in found[0]
    assert found[1].startswith("FAILED  relay")
    assert "Connection refused" in found[1]
    assert found[2].startswith("FAILED  DNS accel.example: no name server answers")


def client(home: Path, server: TokenServer, more: str = "") -> None:
    text = (
        f'provider = "other"\ntoken_url = "{server.url}/token"\nclient_id = "{CLIENT}"\n'
        f'secret_env = "SECRET"\n{more}'
    )
    (home / "client.toml").write_text(text)


def test_a_token_endpoint_and_a_relay(
    tmp_path: Path, database: Database, token_server: TokenServer
) -> None:
    """A wrong secret is told in words; a relay that takes no tokens too."""
    made = self_signed(tmp_path)
    sink = Sink()
    url = f"smtp://desk%40accel.example@localhost:{sink.port}"
    delivery = f'url = "{url}"\noauth2 = "client.toml"\nca_file = "certificate.pem"'
    client(tmp_path, token_server)
    options = {"tls_context": tls(made), "authenticator": sink.authenticate}
    configuration = configured(tmp_path, delivery)
    migrate(database)
    with running(sink, **options):
        found = tried(configuration, database, {"SECRET": SECRET})
        assert found[1] == "good  access token of client.toml for desk@accel.example"
        assert "the relay takes no access token: it offers LOGIN, PLAIN" in found[2]
        found = tried(configuration, database, {"SECRET": "wrong"})
    assert "the client secret is wrong; store its value" in found[1]
    assert sink.signed_in == []


def test_a_refresh_token_needs_a_store(
    tmp_path: Path, database: Database, token_server: TokenServer
) -> None:
    """The one that comes in its place would be lost."""
    token_server.refresh_tokens = {"first"}
    client(tmp_path, token_server, 'refresh_token_env = "REFRESH"\n')
    url = f"smtp://desk%40accel.example@127.0.0.1:{free_port()}"
    configuration = configured(tmp_path, f'url = "{url}"\noauth2 = "client.toml"')
    secrets = {"SECRET": SECRET, "REFRESH": "first"}
    assert "not tried: start `serve` first" in tried(configuration, database, secrets)[1]
    assert token_server.forms == []
    migrate(database)
    assert tried(configuration, database, secrets)[1].startswith("good  access token")
    assert token_server.refresh_tokens != {"first"}


def test_a_bucket(tmp_path: Path, bucket: S3Bucket) -> None:
    """Empty, this installation's, another's, and one that is not there."""
    configuration = configured(tmp_path, 'url = "maildir:out"')
    found = []
    for name, claims in (("ours", False), ("ours", True), ("theirs", False)):
        database = Database(f"sqlite:///{tmp_path}/{name}.db", open_objects(bucket.url))
        migrate(database)
        if claims:
            begin(database)
        found.append(tried(configuration, database)[1])
        database.dispose()
    assert found[0].startswith(f"good  evidence {bucket.url}: nothing is there")
    assert found[1] == f"good  evidence {bucket.url}"
    assert found[2].startswith(f"FAILED  evidence {bucket.url}: another installation keeps")
    nowhere = Database(f"sqlite:///{tmp_path}/ours.db", open_objects("s3://nowhere/mails"))
    assert tried(configuration, nowhere)[1].startswith("FAILED  evidence s3://nowhere/mails")
    nowhere.dispose()


@pytest.mark.real
def test_a_mailbox(tmp_path: Path, database: Database, dovecot: Dovecot) -> None:
    """One that lets us in, and one whose password is wrong."""
    configured(tmp_path, 'url = "maildir:out"')
    boxes = "".join(
        f'[[mailbox]]\nurl = "imap://{user}%40accel.example@127.0.0.1:{dovecot.imap_port}"\n'
        f'password_env = "{user}"\ndesk = "helpdesk@accel.example"\n'
        for user in ("open", "shut")
    )
    file = tmp_path / "gateway.toml"
    file.write_text(file.read_text() + boxes)
    configuration = load_configuration(tmp_path)
    assert isinstance(configuration, Configuration), configuration
    migrate(database)
    _, _, first, second, _ = tried(configuration, database, {"open": PASSWORD, "shut": "wrong"})
    assert first.startswith("good  mailbox")
    assert second.startswith("FAILED  mailbox")
    assert "refused to sign in" in second


def test_by_the_command_line(
    shell: Shell,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A line each, and the exit code; `--json` has the same."""
    monkeypatch.setattr("gateway.authentication.resolver.system_resolver", Names)
    shell.home.mkdir()
    (shell.home / "people.yaml").write_text("staff: []\n")
    (shell.home / "gateway.toml").write_text(DESK)
    code, out, _ = shell("check", "--connect")
    assert code == 0
    assert "good  DNS accel.example" in out
    url = f"smtp://127.0.0.1:{free_port()}"
    (shell.home / "gateway.toml").write_text(f'[delivery]\nurl = "{url}"\n{DESK}')
    code, out, _ = shell("check", "--connect")
    assert code == 1
    assert "FAILED  relay" in out
    code, out, _ = shell("check", "--connect", "--json")
    assert code == 1
    told = json.loads(out)["connections"]
    assert [(one["what"], one["good"]) for one in told] == [
        ("database", True),
        ("relay", False),
        ("DNS", True),
    ]
    assert shell("check")[0] == 0
