"""The store that gateway.toml names: its database, and where its mails are."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.configuration.secrets import database_url
from gateway.configuration.settings import Store
from store.database import Database
from store.objects import open_objects


def open_store(store: Store, environ: Mapping[str, str]) -> Database:
    """Connects to nothing yet. Raises SecretMissing, EvidenceUnavailable."""
    return Database(database_url(store, environ), open_objects(store.evidence))
