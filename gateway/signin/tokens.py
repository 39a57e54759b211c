"""Access tokens as they are needed: renewed in time, by one process alone, and kept before use.

A refresh token that rotates is worth nothing once it was used: what came in its place is stored
before anybody signs in with what came beside it. No token and no secret is ever logged.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import structlog

from gateway.configuration.oauth2 import OAuth2Client, account
from gateway.configuration.secrets import SecretMissing
from gateway.signin.values import Granted, SignInFailed
from store import access_tokens
from store.access_tokens import StoredToken
from store.database import Database
from store.errors import StoreError

if TYPE_CHECKING:
    import httpx2

log = structlog.get_logger(__name__)

EARLY: Final = timedelta(minutes=5)
"""A token is renewed so long before its end, or a fifth of its life where that is less."""
LEASE: Final = timedelta(seconds=60)
"""Longer than a token endpoint is waited for, so that two never use one refresh token."""
PATIENCE: Final = 20.0
"""Seconds for each step of asking; a token endpoint answers within one."""
LOOKS: Final = 40
LOOK: Final = 0.25
"""Seconds between looks whether the other process that asks has an answer."""


def http_client() -> httpx2.Client:
    """For `Tokens`: certificates are checked, redirections of a token endpoint are not followed."""
    import httpx2  # with authlib half a second, and few verbs ask for tokens

    return httpx2.Client(timeout=PATIENCE, follow_redirects=False)


@dataclass
class Tokens:
    """The tokens of all clients of an installation. Thread-safe."""

    database: Database
    clock: Callable[[], datetime]
    http: Callable[[], httpx2.Client]
    environ: Mapping[str, str]
    owner: str
    wait: Callable[[float], None] = time.sleep
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _unsaved: dict[str, StoredToken] = field(default_factory=dict)
    _client: httpx2.Client | None = None

    def of(self, client: OAuth2Client, user: str) -> UserTokens:
        return UserTokens(self, client, user, client.mechanism)

    def token(self, client: OAuth2Client, user: str) -> str:
        """One that is valid now. Raises SignInFailed."""
        try:
            with self._lock:
                return self._token(client, user)
        except StoreError as error:
            text = f"the token cannot be kept, so it is not used: {error}"
            raise SignInFailed(text, permanent=False) from error
        except SecretMissing as missing:
            raise SignInFailed(str(missing), permanent=True) from missing

    def refused(self, client: OAuth2Client, user: str, token: str) -> None:
        """A mail server does not take it: the next one is asked for anew."""
        try:
            with self.database.transaction() as tx:
                access_tokens.forget(tx, key_of(client, user), token)
        except StoreError as error:
            log.warning("a refused token was not forgotten", error=str(error))

    def _token(self, client: OAuth2Client, user: str) -> str:
        key = key_of(client, user)
        self._save(key)
        seed = _seed(client, self.environ)
        for _ in range(LOOKS):
            with self.database.read() as tx:
                stored = access_tokens.get(tx, key)
            if stored and stored.seed == seed and stored.fresh(self.clock()):
                return stored.access_token or ""
            with self.database.transaction() as tx:
                mine = access_tokens.claim(tx, key, self.owner, self.clock(), LEASE)
            if mine is not None:
                return self._renewed(client, user, mine, seed)
            self.wait(LOOK)
        raise SignInFailed(f"another process has been asking for {key} for long", permanent=False)

    def _renewed(
        self, client: OAuth2Client, user: str, stored: StoredToken, seed: str | None
    ) -> str:
        from gateway.signin.asking import ask

        now = self.clock()
        ours = stored.seed == seed
        if ours and stored.fresh(now):  # by another process, between the look and the lease
            self._release(stored.key)
            return stored.access_token or ""
        refresh = stored.refresh_token if ours else None
        try:
            granted = ask(self._http(), client, user, refresh, self.environ, now)
        except SignInFailed as failed:
            self._release(stored.key)
            if ours and not failed.permanent and stored.valid(now):
                log.warning("token not renewed, still valid", client=stored.key, error=str(failed))
                return stored.access_token or ""
            raise
        log.info("token renewed", client=stored.key, until=granted.expires_at.isoformat())
        self._unsaved[stored.key] = _stored(stored, granted, refresh, seed, now)
        self._save(stored.key)
        return granted.access_token

    def _save(self, key: str) -> None:
        """Keeps what a token endpoint gave, before anything else is done with it."""
        unsaved = self._unsaved.get(key)
        if unsaved is None:
            return
        with self.database.transaction() as tx:
            if access_tokens.put(tx, unsaved) is None:
                log.warning("another process had renewed the token too", client=key)
        del self._unsaved[key]

    def _release(self, key: str) -> None:
        with self.database.transaction() as tx:
            access_tokens.release(tx, key, self.owner)

    def _http(self) -> httpx2.Client:
        self._client = self._client or self.http()
        return self._client


@dataclass(frozen=True)
class UserTokens:
    """The tokens by which one user signs in: `AccessTokens`."""

    tokens: Tokens
    client: OAuth2Client
    user: str
    mechanism: str | None

    def token(self) -> str:
        return self.tokens.token(self.client, self.user)

    def refused(self, token: str) -> None:
        self.tokens.refused(self.client, self.user, token)


def key_of(client: OAuth2Client, user: str) -> str:
    """Who has the tokens, for people too. Client credentials have nothing to do with a user."""
    who = client.client_id
    if client.service_account:
        who = account(client.service_account)["client_email"]
    about = "" if client.grant == "client_credentials" else f" for {user}"
    return f"{who}{about} at {client.endpoint} ({client.scope})"


def _seed(client: OAuth2Client, environ: Mapping[str, str]) -> str | None:
    """Tells a refresh token that a person put in anew from the one that all others came of."""
    if client.grant != "refresh_token":
        return None
    return sha256(client.refresh_token(environ).encode()).hexdigest()


def _stored(
    before: StoredToken, granted: Granted, used: str | None, seed: str | None, now: datetime
) -> StoredToken:
    return replace(
        before,
        access_token=granted.access_token,
        renew_at=granted.expires_at - min(EARLY, (granted.expires_at - now) / 5),
        expires_at=granted.expires_at,
        refresh_token=granted.refresh_token or used,
        seed=seed,
    )
