"""Secrets, from where gateway.toml says that they are."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from gateway.configuration.settings import Secret, Store


class SecretMissing(Exception):
    """There is none where the file says; permanent until a person mends it."""


def password(secret: Secret, environ: Mapping[str, str]) -> str | None:
    """The password, without the newline that ends its file; None where the file names none."""
    if secret.password_env is not None:
        if not environ.get(secret.password_env):
            raise SecretMissing(f"the environment has no {secret.password_env}")
        return environ[secret.password_env]
    if secret.password_file is None:
        return None
    try:
        found = secret.password_file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SecretMissing(f"{secret.password_file} cannot be read: {error}") from error
    if not found:
        raise SecretMissing(f"{secret.password_file} is empty")
    return found


def database_url(store: Store, environ: Mapping[str, str]) -> str:
    """The URL of the store with its password. Raises SecretMissing."""
    secret = password(store, environ)
    if secret is None or store.url.startswith("sqlite:"):
        return store.url
    scheme, _, rest = store.url.partition("://")
    user, at, host = rest.rpartition("@")
    return f"{scheme}://{user if at else ''}:{quote(secret, safe='')}@{host}"
