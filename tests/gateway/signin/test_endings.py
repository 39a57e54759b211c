"""That a secret ends is told in time, once each, while there is a way to tell it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from gateway.app import App, open_home
from gateway.configuration.certificates import Unusable, ends_at, private_key, thumbprint
from gateway.configuration.oauth2 import OAuth2Client
from gateway.configuration.starting import write_home
from gateway.signin.endings import Ending, endings
from gateway.workers import Housekeeping
from store import evidence, outbox
from tests.servers.certificates import self_signed

LAST = date(2027, 1, 31)
STAGES = [(31, None), (30, 30), (15, 30), (14, 14), (7, 7), (4, 7), (3, 3), (2, 3), (1, 1), (0, 1)]
STAGES += [(-1, -1), (-400, -1)]


@pytest.mark.parametrize("left, stage", STAGES)
def test_stages(left: int, stage: int | None) -> None:
    """Whoever starts late is told at once, and not of the days before."""
    ending = Ending("the client secret", Path("x"), LAST)
    assert ending.stage(LAST - timedelta(days=left)) == stage


def test_the_operators_are_told(tmp_path: Path) -> None:
    """Six mails in all, whatever runs in between."""
    write_home(tmp_path, "run")
    app = open_home(tmp_path, create=True)
    try:
        _foretold(app, tmp_path / "microsoft.toml")
    finally:
        app.close()


def _foretold(app: App, file: Path) -> None:
    client = OAuth2Client(
        provider="microsoft", tenant="t", client_id="c", secret_env="S", expires=LAST
    )
    now = datetime(2026, 12, 1, 8, tzinfo=UTC)
    configuration = replace(app.configuration, oauth2={file: client})
    house = replace(app.house, configuration=configuration, clock=lambda: now)
    keeping = Housekeeping(lambda: house, lambda: None)
    told: list[int] = []
    for _ in range(70):
        keeping.work()
        keeping.work()
        with app.house.database.read() as tx:
            waiting = outbox.undelivered(tx, 100)
            body = evidence.get(tx, waiting[-1].raw) if waiting else b""
        if len(waiting) > len(told):
            told.append((LAST - now.date()).days)
        now += timedelta(days=1)
        house = replace(house, clock=lambda now=now: now)  # type: ignore[misc]
    assert told == [30, 14, 7, 3, 1, -1]
    assert b"is verlopen" in body.replace(b"=\r\n", b"")
    assert b"microsoft.toml" in body


def test_a_certificate_says_when_it_ends(tmp_path: Path) -> None:
    """Made for a day; its thumbprint is what openssl says."""
    made = self_signed(tmp_path)
    left = ends_at(made.certificate) - datetime.now(UTC)
    assert timedelta(hours=23) < left <= timedelta(days=1)
    assert len(thumbprint(made.certificate)) == 43
    assert private_key(made.key).startswith("-----BEGIN PRIVATE KEY-----")
    with pytest.raises(Unusable):
        private_key(made.certificate)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n",
    ],
)
def test_what_is_no_certificate(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.pem").write_text(text)
    with pytest.raises(Unusable):
        ends_at(tmp_path / "x.pem")


def test_known_ends_alone(tmp_path: Path) -> None:
    """By certificate, by the file; a client that says nothing is not guessed at."""
    write_home(tmp_path, "run")
    app = open_home(tmp_path, create=True)
    made = self_signed(tmp_path)
    common = {"provider": "microsoft", "tenant": "t", "client_id": "c"}
    clients = {
        Path("a.toml"): OAuth2Client.model_validate(
            {**common, "certificate": str(made.certificate)}
        ),
        Path("b.toml"): OAuth2Client.model_validate({**common, "secret_env": "S", "expires": LAST}),
        Path("c.toml"): OAuth2Client.model_validate({**common, "secret_env": "S"}),
    }
    found = list(endings(replace(app.configuration, oauth2=clients)))
    app.close()
    assert [ending.file.name for ending in found] == ["a.toml", "b.toml"]
    assert found[0].what == "the certificate certificate.pem"
