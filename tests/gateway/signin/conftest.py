"""A store on SQLite and on PostgreSQL, and clients of a token endpoint of our own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from joserfc.jwk import RSAKey

from gateway.configuration.oauth2 import OAuth2Client
from tests.servers.tokens import ACCOUNT, CLIENT, SECRET, TokenServer
from tests.store.conftest import (  # noqa: F401 - the store of a test, made once and copied
    database,
    migrated_file,
    migrated_server,
    server_url,
    sqlite_url,
    store_url,
)

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
ENVIRON = {"SECRET": SECRET, "REFRESH": "first"}

MakeClient = Callable[..., OAuth2Client]


@pytest.fixture
def http() -> Iterator[httpx2.Client]:
    with httpx2.Client(timeout=10, trust_env=False) as client:
        yield client


@pytest.fixture
def by_secret(token_server: TokenServer) -> OAuth2Client:
    """A client of Microsoft, whose cloud is the token server."""
    return OAuth2Client(
        provider="microsoft",
        tenant="accel.example",
        client_id=CLIENT,
        secret_env="SECRET",
        authority=token_server.url,
    )


@pytest.fixture
def by_refresh_token(token_server: TokenServer) -> OAuth2Client:
    """A client whose refresh token rotates."""
    token_server.refresh_tokens = {"first"}
    return OAuth2Client(
        provider="other",
        token_url=f"{token_server.url}/token",
        client_id=CLIENT,
        secret_env="SECRET",
        refresh_token_env="REFRESH",
    )


@pytest.fixture
def service_account(token_server: TokenServer, tmp_path: Path) -> OAuth2Client:
    """A key file as Google makes it."""
    key = RSAKey.generate_key(2048)
    token_server.keys[ACCOUNT] = key
    told = {
        "type": "service_account",
        "client_email": ACCOUNT,
        "private_key": key.as_pem(private=True).decode(),
        "token_uri": f"{token_server.url}/token",
    }
    file = tmp_path / "account.json"
    file.write_text(json.dumps(told))
    return OAuth2Client.model_validate({"provider": "google", "service_account": str(file)})
