"""An installation for deliveries, on SQLite and on PostgreSQL, whose clock a test moves."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from gateway.app import load_house
from gateway.house import House
from store.database import Database
from tests.gateway.delivery.outgoing import Office
from tests.store.conftest import (  # noqa: F401 - the store of a test, made once and copied
    database,
    migrated_file,
    migrated_server,
    server_url,
    sqlite_url,
    store_url,
)

GATEWAY = """\
operators = ["ops@accel.example"]

[[desk]]
address = "helpdesk@accel.example"
process = "helpdesk"
language = "nl"
"""
PEOPLE = """\
staff:
  - {name: Marie Peeters, email: marie@accel.example, roles: [engineer]}
"""


@cache
def loaded() -> House:
    """Read once: only the store and the clock differ."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "gateway.toml").write_text(GATEWAY)
        (home / "people.yaml").write_text(PEOPLE)
        return load_house(home)


@pytest.fixture
def office(database: Database) -> Office:  # noqa: F811
    return Office(replace(loaded(), database=database))
