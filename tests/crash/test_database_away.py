"""A PostgreSQL that goes away under load and comes back."""

from __future__ import annotations

import pytest

from store.database import Database
from tests.crash.account import check, settle
from tests.crash.conftest import StartLoad
from tests.crash.load import Written
from tests.gateway.delivery.sink import Sink
from tests.servers.gateway import Gateway, StartGateway
from tests.servers.postgres import StartPostgres
from tests.servers.running import eventually

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.long]


def test_postgresql_is_killed_under_load(
    start_gateway: StartGateway, start_load: StartLoad, start_postgres: StartPostgres, sink: Sink
) -> None:
    """Senders go on until they are heard; nothing that was acknowledged before is missing."""
    postgres = start_postgres()
    url = postgres.url(postgres.create_database())
    gateway = start_gateway(store=url, delivery=f"smtp://127.0.0.1:{sink.port}")
    load = start_load(gateway.port)
    for _ in range(2):
        reached = len(load.acknowledged) + 5
        eventually(lambda: len(load.acknowledged) >= reached, "mails are taken", 90)  # noqa: B023
        postgres.kill()
        postgres.start()
    reached = len(load.acknowledged) + 5
    eventually(lambda: len(load.acknowledged) >= reached, "mails are taken again", 90)
    load.stop()
    _settled_and_sound(gateway, url, sink, load.acknowledged)


def _settled_and_sound(gateway: Gateway, url: str, sink: Sink, acknowledged: list[Written]) -> None:
    database = Database(url)
    settle(gateway, database)
    check(gateway, database, sink, acknowledged)
    database.dispose()
