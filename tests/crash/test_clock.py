"""A clock that is set back and forward under load, by libfaketime around a running `serve`."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from store import schema
from store.database import Database
from tests.crash.account import check, settle
from tests.crash.conftest import StartLoad
from tests.gateway.delivery.sink import Sink
from tests.servers.gateway import StartGateway
from tests.servers.running import eventually, unavailable

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(400)]

LIBRARY = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)


def test_the_clock_is_set_back_and_forward_under_load(
    start_gateway: StartGateway, start_load: StartLoad, sink: Sink, tmp_path: Path
) -> None:
    """Two hours back, then three days forward, while mails come in: none is lost or stuck, nothing
    happens twice, and every mail goes out."""
    if LIBRARY is None:
        unavailable("libfaketime", "faketime")
    clock = tmp_path / "clock"
    clock.write_text("+0\n")
    gateway = start_gateway(
        environment={
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(clock),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        },
        delivery=f"smtp://127.0.0.1:{sink.port}",
    )
    load = start_load(gateway.port, senders=3)
    for offset in ("-2h", "+3d", "+0"):
        reached = len(load.acknowledged) + 6
        eventually(lambda: len(load.acknowledged) >= reached, "mails are taken", 90)  # noqa: B023
        clock.write_text(f"{offset}\n")
    reached = len(load.acknowledged) + 6
    eventually(lambda: len(load.acknowledged) >= reached, "mails are taken again", 90)
    load.stop()
    database = Database(f"sqlite:///{gateway.home / 'gateway.db'}")
    settle(gateway, database)
    check(gateway, database, sink, load.acknowledged)
    with database.read() as tx:
        spread = tx.rows(
            select(func.min(schema.inbox.c.received_at), func.max(schema.inbox.c.received_at))
        )
    database.dispose()
    assert (spread[0][1] - spread[0][0]).total_seconds() > 86_400, "the clock did jump"
