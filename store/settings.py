"""Small values that outlive a run: JSON by name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update

from store import schema
from store.database import Transaction

_settings = schema.settings


def get(tx: Transaction, name: str) -> Any:
    """The JSON value; None where there is none."""
    return tx.scalar(select(_settings.c.value).where(_settings.c.name == name))


def put(tx: Transaction, name: str, value: Any) -> None:
    if not tx.insert_new(_settings, [{"name": name, "value": value}], _settings.c.name):
        tx.execute(update(_settings).where(_settings.c.name == name).values(value=value))


def put_first(tx: Transaction, name: str, value: Any) -> None:
    """Unless there is one; of two at once for one alone."""
    tx.insert_new(_settings, [{"name": name, "value": value}])


def forget(tx: Transaction, name: str) -> None:
    tx.execute(delete(_settings).where(_settings.c.name == name))
