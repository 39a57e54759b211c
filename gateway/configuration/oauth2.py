"""The file that `oauth2` names: the client that signs in to a mailbox or a relay, and by what.

TOML, one client in each; docs/running.md explains the keys. Secrets are named, never written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo

from gateway.configuration import certificates, urls
from gateway.configuration.places import KeyPath
from gateway.configuration.scalars import TcpAddress, Unfit, shown
from gateway.configuration.secrets import SecretMissing, secret_at

MICROSOFT: Final = "https://login.microsoftonline.com"
GOOGLE: Final = "https://oauth2.googleapis.com/token"

_SCOPES: Final = {
    ("microsoft", "client_credentials"): ("https://outlook.office365.com/.default",),
    ("microsoft", "refresh_token"): (
        "https://outlook.office.com/IMAP.AccessAsUser.All",
        "https://outlook.office.com/SMTP.Send",
        "offline_access",
    ),
    ("google", "service_account"): ("https://mail.google.com/",),
}
"""Where the file names none; a refresh token of Google has its own."""

Grant = Literal["client_credentials", "refresh_token", "service_account"]


def _endpoint(value: object) -> str:
    """An https address; http on this machine alone."""
    text = value.strip() if isinstance(value, str) else ""
    try:
        split = urlsplit(text)
        port = split.port or 0
    except ValueError:
        raise Unfit(f"{shown(value)} is no address") from None
    local = bool(split.hostname) and TcpAddress(split.hostname or "", port).loopback
    if not split.hostname or (split.scheme != "https" and not (split.scheme == "http" and local)):
        raise Unfit(f"{shown(value)} is no https address", 'write it as "https://host/path"')
    return text.rstrip("/")


def _day(value: object) -> date:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise Unfit(f"{shown(value)} is no day", "write it as 2027-05-31, without quotation marks")
    return value


def _certificate(value: object, info: ValidationInfo) -> Path:
    path = urls.existing_file(value, info)
    try:
        certificates.ends_at(path)
    except certificates.Unusable as unusable:
        raise Unfit(f"{path}: {unusable}", "name a PEM file") from None
    return path


def _key(value: object, info: ValidationInfo) -> Path:
    path = urls.existing_file(value, info)
    try:
        certificates.private_key(path)
    except certificates.Unusable as unusable:
        raise Unfit(f"{path}: {unusable}", "name a PEM file") from None
    return path


def _service_account(value: object, info: ValidationInfo) -> Path:
    path = urls.existing_file(value, info)
    account(path)
    return path


def account(path: Path) -> Mapping[str, str]:
    """client_email, private_key and token_uri of a key file that Google made. Raises Unfit."""
    mend = "name the JSON key file that Google made for the service account"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        found = {name: str(told[name]) for name in ("client_email", "private_key")}
        found["token_uri"] = _endpoint(told.get("token_uri", GOOGLE))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise Unfit(f"{path} is no key of a service account", mend) from None
    return found


class OAuth2Client(BaseModel):
    """One file. `expires`: the last day of a secret that does not say so itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    provider: Literal["microsoft", "google", "other"]
    client_id: str = ""
    tenant: str = ""
    authority: Annotated[str, BeforeValidator(_endpoint)] = MICROSOFT
    """Of Microsoft's national clouds."""
    token_url: Annotated[str, BeforeValidator(_endpoint)] = ""
    secret_env: str | None = None
    secret_file: Annotated[Path, BeforeValidator(urls.existing_file)] | None = None
    certificate: Annotated[Path, BeforeValidator(_certificate)] | None = None
    key: Annotated[Path, BeforeValidator(_key)] | None = None
    """Of the certificate, where it is not in the same file."""
    expires: Annotated[date, BeforeValidator(_day)] | None = None
    refresh_token_env: str | None = None
    refresh_token_file: Annotated[Path, BeforeValidator(urls.existing_file)] | None = None
    service_account: Annotated[Path, BeforeValidator(_service_account)] | None = None
    scopes: tuple[str, ...] = ()
    mechanism: Literal["xoauth2", "oauthbearer"] | None = None
    """Where the server offers both; else the one that it offers."""

    @property
    def grant(self) -> Grant:
        if self.service_account:
            return "service_account"
        has_token = self.refresh_token_env or self.refresh_token_file
        return "refresh_token" if has_token else "client_credentials"

    @property
    def endpoint(self) -> str:
        """Where tokens are asked for."""
        if self.provider == "microsoft":
            return f"{self.authority}/{self.tenant}/oauth2/v2.0/token"
        if self.service_account:
            return account(self.service_account)["token_uri"]
        return self.token_url or GOOGLE

    @property
    def scope(self) -> str:
        return " ".join(self.scopes or _SCOPES.get((self.provider, self.grant), ()))

    @property
    def signing_key(self) -> Path | None:
        """The file with the key of `certificate`."""
        return self.key or self.certificate

    def secret(self, environ: Mapping[str, str]) -> str | None:
        """The client's; None where it has none, or a certificate. Raises SecretMissing."""
        return secret_at(self.secret_env, self.secret_file, environ)

    def refresh_token(self, environ: Mapping[str, str]) -> str:
        """The first one, of whoever agreed; later ones are in the store. Raises SecretMissing."""
        found = secret_at(self.refresh_token_env, self.refresh_token_file, environ)
        if found is None:
            raise SecretMissing("the file names no refresh token")
        return found


def wrong_in_oauth2(data: Mapping[str, object]) -> Iterator[tuple[KeyPath, str, str]]:
    """What its keys say of each other."""
    yield from _twice(data, "secret_env", "secret_file", "certificate")
    yield from _twice(data, "refresh_token_env", "refresh_token_file")
    yield from _certified(data)
    provider = data.get("provider")
    if provider == "microsoft":
        yield from _missing(data, "tenant", "the tenant's domain or its ID")
        yield from _foreign(data, provider, "service_account", "token_url")
        yield from _of_a_client(data, confidential=not _refreshes(data))
    elif provider == "google":
        yield from _foreign(data, provider, "tenant", "authority", "certificate", "key")
        yield from _of_google(data)
    elif provider == "other":
        yield from _foreign(data, provider, "tenant", "authority", "service_account")
        yield from _missing(data, "token_url", "where its tokens are asked for")
        yield from _of_a_client(data, confidential=not _refreshes(data))


def _of_google(data: Mapping[str, object]) -> Iterator[tuple[KeyPath, str, str]]:
    if "service_account" in data:
        others = ("client_id", "secret_env", "secret_file", "refresh_token_env")
        for name in (n for n in (*others, "refresh_token_file") if n in data):
            yield (name,), f"a service account needs no {name}", "take one of the two out"
    elif _refreshes(data):
        yield from _of_a_client(data, confidential=True)
    else:
        message = "nothing says how to sign in to Google"
        yield (
            ("service_account",),
            message,
            "name a service_account, or client_id, secret and refresh token",
        )


def _of_a_client(
    data: Mapping[str, object], *, confidential: bool
) -> Iterator[tuple[KeyPath, str, str]]:
    yield from _missing(data, "client_id", "the ID of the registered application")
    if confidential and not any(n in data for n in ("secret_env", "secret_file", "certificate")):
        message = "nothing says where the client's secret is"
        yield ("secret_file",), message, "write secret_env, secret_file or certificate"


def _certified(data: Mapping[str, object]) -> Iterator[tuple[KeyPath, str, str]]:
    if "key" in data and "certificate" not in data:
        yield ("key",), "key: there is no certificate that it belongs to", "name the certificate"
    if "certificate" in data and "expires" in data:
        message = "expires: the certificate says itself when it ends"
        yield ("expires",), message, "take it out"


def _refreshes(data: Mapping[str, object]) -> bool:
    return "refresh_token_env" in data or "refresh_token_file" in data


def _missing(
    data: Mapping[str, object], name: str, what: str
) -> Iterator[tuple[KeyPath, str, str]]:
    if not data.get(name):
        yield (name,), f"{name} is missing", f"write {what}"


def _foreign(
    data: Mapping[str, object], provider: str, *names: str
) -> Iterator[tuple[KeyPath, str, str]]:
    for name in (n for n in names if n in data):
        yield (name,), f'{name} is of no use with provider = "{provider}"', "take it out"


def _twice(data: Mapping[str, object], *names: str) -> Iterator[tuple[KeyPath, str, str]]:
    for name in [n for n in names if n in data][1:]:
        yield (name,), f"{name}: one of {', '.join(names)} is enough", "keep one of them"
