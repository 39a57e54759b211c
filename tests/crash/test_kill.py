"""`serve` is killed under load, again and again: nothing is lost, nothing is done twice."""

from __future__ import annotations

import random
import time

import pytest

from store.database import Database
from tests.crash.account import check, settle
from tests.crash.conftest import StartLoad
from tests.gateway.delivery.sink import TAKE_AND_HANG_UP, Sink
from tests.servers.gateway import StartGateway

pytestmark = [pytest.mark.real, pytest.mark.slow]

BREATH = 8
"""So often what arrived before is finished in between: what twenty processes in a row ended over
is quarantined, as it should be."""


@pytest.mark.timeout(0)
def test_killed_at_random_moments(
    start_gateway: StartGateway,
    start_load: StartLoad,
    sink: Sink,
    database_url: str,
    crash_rounds: int,
) -> None:
    """Eight connections send without a pause, the server that takes what leaves loses connections
    after the final dot; at the end all that was acknowledged is done, once."""
    chance = random.Random()
    gateway = start_gateway(store=database_url, delivery=f"smtp://127.0.0.1:{sink.port}")
    load = start_load(gateway.port)
    database = Database(database_url)
    for number in range(crash_rounds):
        if number % BREATH == BREATH - 1:
            settle(gateway, database, rest=len(load.acknowledged))
        sink.answers["DOT"] = [TAKE_AND_HANG_UP] * chance.randrange(3)
        time.sleep(chance.uniform(0, 1.5))  # the moment is what is tried, not waited for
        gateway.kill()
        gateway.start()
    load.stop()
    settle(gateway, database)
    check(gateway, database, sink, load.acknowledged)
    database.dispose()
    print(f"{crash_rounds} kills, {len(load.acknowledged)} mails in {load.tries} tries")
    print(f"{len(sink.mails)} mails left")
    assert len(load.acknowledged) > crash_rounds
