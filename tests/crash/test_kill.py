"""`serve` is killed under load, again and again: nothing is lost, nothing is done twice."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.database import Database
from tests.crash.account import check, message_id, settle
from tests.crash.conftest import StartLoad
from tests.gateway.delivery.sink import TAKE_AND_HANG_UP, Sink
from tests.servers.gateway import Gateway
from tests.servers.running import eventually

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.long]

MOST = 12
"""Mails that a process acknowledges before it is killed, at the most, if it does so in time."""
IN_THE_START = 0.2
"""This part of them is killed before it listens."""


@pytest.fixture
def gateway(tmp_path: Path, sink: Sink, database_url: str) -> Iterator[Gateway]:
    gateway = Gateway(tmp_path, store=database_url, delivery=f"smtp://127.0.0.1:{sink.port}")
    gateway.start()
    yield gateway
    gateway.stop()


@pytest.mark.timeout(0)
def test_killed_at_random_moments(
    gateway: Gateway, start_load: StartLoad, sink: Sink, database_url: str, crash_rounds: int
) -> None:
    """Connections send without a pause, the server that takes what leaves loses some after the
    final dot; processes are killed while they start and while they work, most before all is done
    that the last one left. At the end all that was acknowledged is done, once."""
    chance = random.Random()
    load = start_load(gateway.port, senders=4)
    database = Database(database_url)
    for number in range(crash_rounds):
        sink.answers["DOT"] = [TAKE_AND_HANG_UP] * chance.randrange(3)
        reached = len(load.acknowledged) + chance.randrange(MOST)
        eventually(lambda: len(load.acknowledged) >= reached, "mails are taken", 60)  # noqa: B023
        time.sleep(chance.uniform(0, 0.3))  # the moment is what is tried, not waited for
        gateway.kill()
        if chance.random() < IN_THE_START:
            gateway.begin()
            time.sleep(chance.uniform(0, 1))
            gateway.kill()
        gateway.start()
        if number % 25 == 24:
            print(f"{number + 1} kills, {len(load.acknowledged)} mails", flush=True)
    load.stop()
    settle(gateway, database)
    check(gateway, database, sink, load.acknowledged)
    database.dispose()
    times = Counter(message_id(mail) for mail in sink.mails)
    print(
        f"{crash_rounds} kills, {len(load.acknowledged)} mails acknowledged in {load.tries} tries, "
        f"{len(times)} mails left, {sum(n > 1 for n in times.values())} of them more than once"
    )
    assert len(load.acknowledged) > crash_rounds
