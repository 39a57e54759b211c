"""Secrets, from where gateway.toml says that they are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from gateway.configuration.settings import Secret, Store


class SecretMissing(Exception):
    """There is none where the file says; permanent until a person mends it."""


def password(secret: Secret, environ: Mapping[str, str]) -> str | None:
    """The password; None where the file names none. Raises SecretMissing."""
    return secret_at(secret.password_env, secret.password_file, environ)


def secret_at(env: str | None, file: Path | None, environ: Mapping[str, str]) -> str | None:
    """What is in the variable or in the file, without the newline that ends it; None for neither.

    Raises SecretMissing.
    """
    if env is not None:
        if not environ.get(env):
            raise SecretMissing(f"the environment has no {env}")
        return environ[env]
    if file is None:
        return None
    try:
        found = file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SecretMissing(f"{file} cannot be read: {error}") from error
    if not found:
        raise SecretMissing(f"{file} is empty")
    return found


def database_url(store: Store, environ: Mapping[str, str]) -> str:
    """The URL of the store with its password. Raises SecretMissing."""
    secret = password(store, environ)
    if secret is None or store.url.startswith("sqlite:"):
        return store.url
    scheme, _, rest = store.url.partition("://")
    user, at, host = rest.rpartition("@")
    return f"{scheme}://{user if at else ''}:{quote(secret, safe='')}@{host}"
