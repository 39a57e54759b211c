"""One request to a token endpoint: client credentials (RFC 6749, 4.4), a refresh token (RFC 6749,
6), or an assertion of a service account (RFC 7523, 2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import httpx2
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc7523 import PrivateKeyJWT

from gateway.configuration import certificates
from gateway.configuration.oauth2 import OAuth2Client, account
from gateway.configuration.scalars import Unfit
from gateway.configuration.secrets import SecretMissing
from gateway.signin.refusals import refused
from gateway.signin.values import Granted, SignInFailed

LASTS: Final = timedelta(hours=1)
"""Of a token whose lifetime is not told (RFC 6749, 5.1), and of our assertions at the most."""
ASSERTED: Final = timedelta(minutes=10)
JWT_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLIENT_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

Form = dict[str, str]


def ask(
    http: httpx2.Client,
    client: OAuth2Client,
    user: str,
    refresh_token: str | None,
    environ: Mapping[str, str],
    now: datetime,
) -> Granted:
    """A new access token. Raises SignInFailed."""
    try:
        endpoint = client.endpoint
        form = _form(client, user, refresh_token, environ, now)
    except (SecretMissing, certificates.Unusable, Unfit, OSError, ValueError) as error:
        raise SignInFailed(f"the token cannot be asked for: {error}", permanent=True) from error
    where = urlsplit(endpoint).netloc
    try:
        answer = http.post(endpoint, data=form, headers={"Accept": "application/json"})
    except httpx2.HTTPError as error:
        text = f"{where} cannot be reached: {error or type(error).__name__}"
        raise SignInFailed(text, permanent=False) from error
    told = _object(answer)
    if answer.status_code != 200 or not isinstance(told.get("access_token"), str):
        raise refused(where, answer.status_code, told)
    return _granted(told, now)


def _form(
    client: OAuth2Client,
    user: str,
    refresh_token: str | None,
    environ: Mapping[str, str],
    now: datetime,
) -> Form:
    form = {"scope": client.scope} if client.scope else {}
    match client.grant:
        case "service_account":
            return {"grant_type": JWT_BEARER, "assertion": _for_mailbox(client, user, now)}
        case "refresh_token":
            token = refresh_token or client.refresh_token(environ)
            form |= {"grant_type": "refresh_token", "refresh_token": token}
        case "client_credentials":
            form |= {"grant_type": "client_credentials"}
    return form | _who_asks(client, environ, now)


def _who_asks(client: OAuth2Client, environ: Mapping[str, str], now: datetime) -> Form:
    """The client by its secret (RFC 6749, 2.3.1) or its certificate (RFC 7523, 2.2)."""
    form = {"client_id": client.client_id}
    if client.certificate and client.signing_key:
        header = {"x5t#S256": certificates.thumbprint(client.certificate)}
        key = certificates.private_key(client.signing_key)
        claims = _times(now)
        assertion = _signed(client.client_id, client.endpoint, key, "PS256", header, claims)
        return form | {"client_assertion_type": CLIENT_ASSERTION, "client_assertion": assertion}
    secret = client.secret(environ)
    return form | ({"client_secret": secret} if secret else {})


def _for_mailbox(client: OAuth2Client, user: str, now: datetime) -> str:
    """The service account says that it acts for the mailbox."""
    if client.service_account is None:
        raise ValueError("no service account")
    who = account(client.service_account)
    claims = {"sub": user, "scope": client.scope, **_times(now)}
    return _signed(who["client_email"], who["token_uri"], who["private_key"], "RS256", None, claims)


def _times(now: datetime) -> dict[str, object]:
    at = int(now.timestamp())
    return {"iat": at, "nbf": at, "exp": at + int(ASSERTED.total_seconds())}


def _signed(
    issuer: str,
    audience: str,
    key: str,
    algorithm: str,
    header: Mapping[str, str] | None,
    claims: Mapping[str, object],
) -> str:
    """A JWT of `issuer` about itself, unless the claims say of whom."""
    signing = PrivateKeyJWT(audience, claims=dict(claims), headers=header, alg=algorithm)
    signed: str = signing.sign(ClientAuth(issuer, key), audience)
    return signed


def _object(answer: httpx2.Response) -> Mapping[str, object]:
    try:
        told = answer.json()
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _granted(told: Mapping[str, object], now: datetime) -> Granted:
    seconds, refresh = told.get("expires_in"), told.get("refresh_token")
    try:
        lasts = timedelta(seconds=float(str(seconds))) if seconds else LASTS
    except (ValueError, OverflowError):
        lasts = LASTS
    return Granted(
        access_token=str(told["access_token"]),
        expires_at=now + min(lasts, timedelta(days=1)),
        refresh_token=refresh if isinstance(refresh, str) and refresh else None,
    )
