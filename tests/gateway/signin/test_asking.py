"""Each kind of client at a token endpoint that checks what it is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from joserfc.jwk import RSAKey

from gateway.configuration.oauth2 import OAuth2Client
from gateway.signin.asking import ask
from gateway.signin.values import SignInFailed
from tests.gateway.signin.conftest import ENVIRON, NOW
from tests.servers.certificates import self_signed
from tests.servers.running import free_port
from tests.servers.tokens import CLIENT, TokenServer

USER = "desk@accel.example"


def test_client_credentials(
    token_server: TokenServer, by_secret: OAuth2Client, http: httpx2.Client
) -> None:
    """By secret: what is asked, and how long the token lasts by our clock."""
    granted = ask(http, by_secret, USER, None, ENVIRON, NOW)
    assert token_server.forms == [
        {
            "grant_type": "client_credentials",
            "client_id": CLIENT,
            "client_secret": "client-secret",
            "scope": "https://outlook.office365.com/.default",
        }
    ]
    assert granted.expires_at == NOW + timedelta(hours=1)
    assert granted.refresh_token is None
    assert granted.access_token.count(".") == 2


def test_a_certificate(token_server: TokenServer, tmp_path: Path, http: httpx2.Client) -> None:
    """Instead of a secret: an assertion that the endpoint verifies with the certificate's key."""
    key = RSAKey.generate_key(2048)
    made = self_signed(tmp_path)
    (tmp_path / "rsa.pem").write_bytes(key.as_pem(private=True))
    token_server.keys[CLIENT] = key
    client = OAuth2Client.model_validate(
        {
            "provider": "microsoft",
            "tenant": "accel.example",
            "client_id": CLIENT,
            "certificate": str(made.certificate),
            "key": str(tmp_path / "rsa.pem"),
            "authority": token_server.url,
        }
    )
    assert ask(http, client, USER, None, {}, NOW).access_token
    assert "client_secret" not in token_server.forms[0]
    token_server.keys[CLIENT] = RSAKey.generate_key(2048)
    with pytest.raises(SignInFailed) as failed:
        ask(http, client, USER, None, {}, NOW)
    assert failed.value.permanent


def test_a_service_account_acts_for_the_mailbox(
    token_server: TokenServer, service_account: OAuth2Client, http: httpx2.Client
) -> None:
    granted = ask(http, service_account, "sales@accel.example", None, {}, NOW)
    assert granted.access_token
    [form] = token_server.forms
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    claims = token_server._claims(form["assertion"], "desk@project.iam.gserviceaccount.com")
    assert claims is not None
    assert (claims["sub"], claims["scope"]) == ("sales@accel.example", "https://mail.google.com/")
    assert claims["exp"] - claims["iat"] == 600
    assert claims["iat"] == int(NOW.timestamp())


def test_a_refresh_token(
    token_server: TokenServer, by_refresh_token: OAuth2Client, http: httpx2.Client
) -> None:
    """The configured one first; what comes in its place is given back."""
    granted = ask(http, by_refresh_token, USER, None, ENVIRON, NOW)
    assert token_server.forms[0]["refresh_token"] == "first"
    assert {granted.refresh_token} == token_server.refresh_tokens
    with pytest.raises(SignInFailed) as failed:
        ask(http, by_refresh_token, USER, "first", ENVIRON, NOW)
    assert failed.value.permanent
    assert "sign in anew" in str(failed.value)


@pytest.mark.parametrize(
    "answer, permanent",
    [
        ((200, b"<html>Sign in to the hotel's network</html>"), False),
        ((200, {"token_type": "Bearer"}), False),
        ((200, b"[" * 100_000), False),
        ((500, b"oops"), False),
        ((302, b""), False),
        ((400, {"error": "invalid_client"}), True),
    ],
)
def test_answers_without_a_token(
    token_server: TokenServer,
    by_secret: OAuth2Client,
    http: httpx2.Client,
    answer: tuple[int, bytes],
    permanent: bool,
) -> None:
    """One line each, and whether waiting helps."""
    token_server.answers = [answer]
    with pytest.raises(SignInFailed) as failed:
        ask(http, by_secret, USER, None, ENVIRON, NOW)
    assert failed.value.permanent is permanent
    assert "client-secret" not in str(failed.value)


@pytest.mark.parametrize("lasts", ["x", -1, 10**30, None])
def test_odd_lifetimes(
    token_server: TokenServer, by_secret: OAuth2Client, http: httpx2.Client, lasts: object
) -> None:
    """Never more than a day."""
    token_server.answers = [(200, {"access_token": "a", "expires_in": lasts})]
    granted = ask(http, by_secret, USER, None, ENVIRON, NOW)
    assert granted.expires_at <= NOW + timedelta(days=1)


def test_nobody_listens(by_secret: OAuth2Client, http: httpx2.Client) -> None:
    away = by_secret.model_copy(update={"authority": f"http://127.0.0.1:{free_port()}"})
    with pytest.raises(SignInFailed) as failed:
        ask(http, away, USER, None, ENVIRON, NOW)
    assert not failed.value.permanent
    assert "cannot be reached" in str(failed.value)


def test_a_secret_that_is_not_there(by_secret: OAuth2Client, http: httpx2.Client) -> None:
    """Says where it is looked for, and asks nobody."""
    with pytest.raises(SignInFailed) as failed:
        ask(http, by_secret, USER, None, {}, NOW)
    assert failed.value.permanent
    assert "the environment has no SECRET" in str(failed.value)
