"""`serve` is killed at each step of a mail, from its first byte to its last."""

from __future__ import annotations

import pytest

from store.database import Database
from tests.crash.account import check, settle
from tests.crash.conftest import StartLoad
from tests.crash.load import Load
from tests.crash.strace import ended, injected
from tests.gateway.delivery.sink import Sink
from tests.servers.gateway import StartGateway

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(600)]

STEPS = (
    "recvfrom:signal=KILL:when=2",  # a command of the conversation
    "recvfrom:signal=KILL:when=6",  # the mail's text
    "pwrite64:signal=KILL:when=1",  # the first page of what arrived
    "pwrite64:signal=KILL:when=4",
    "fsync,fdatasync:signal=KILL:when=1",  # made durable; strace kills before the call
    "fsync,fdatasync:signal=KILL:when=2",  # the claim, the decision, the outcome
    "fsync,fdatasync:signal=KILL:when=3",
    "sendto:signal=KILL:when=7",  # about when 250 is said
    "sendto:signal=KILL:when=9",
)
"""Calls of one thread, counted from when the load begins."""


def test_killed_at_each_step(
    start_gateway: StartGateway, start_load: StartLoad, sink: Sink
) -> None:
    """Then it starts again and goes on; at the end all is accounted for."""
    gateway = start_gateway(delivery=f"smtp://127.0.0.1:{sink.port}")
    loads: list[Load] = []
    for step in STEPS:
        with injected(gateway, step):
            loads.append(start_load(gateway.port, senders=2, name=f"s{len(loads)}-"))
            ended(gateway)
        gateway.kill()
        gateway.start()
        loads[-1].stop()
    database = Database(f"sqlite:///{gateway.home / 'gateway.db'}")
    settle(gateway, database)
    acknowledged = [mail for load in loads for mail in load.acknowledged]
    check(gateway, database, sink, acknowledged)
    database.dispose()
    assert len(acknowledged) >= len(STEPS)
