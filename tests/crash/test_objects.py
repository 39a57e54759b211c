"""`serve` is killed when it has put a mail outside of the database and has not written its row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from store.audit import audit, strays
from store.database import Database
from store.objects import open_objects
from tests.crash.account import check, settle
from tests.crash.conftest import StartLoad
from tests.gateway.delivery.sink import Sink
from tests.servers.gateway import Gateway, StartGateway
from tests.servers.running import eventually
from tests.servers.s3 import S3Bucket

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(300)]

ROUNDS = 2


@pytest.fixture(params=["file", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Mapping[str, str]]:
    """What `[store] evidence` names, and the environment that it needs."""
    if request.param == "file":
        return f"file://{tmp_path}/mails", {}
    bucket: S3Bucket = request.getfixturevalue("bucket")
    return bucket.url, bucket.environment


def test_killed_between_object_and_row(
    start_gateway: StartGateway,
    start_load: StartLoad,
    sink: Sink,
    place: tuple[str, Mapping[str, str]],
) -> None:
    """The audit lists the object and finds no fault. The mail, which nobody acknowledged, comes
    again and finds its object; in the end none is left over."""
    url, environment = place
    way_out = f"smtp://127.0.0.1:{sink.port}"
    gateway = start_gateway(environment, evidence=url, delivery=way_out)
    database = Database(f"sqlite:///{gateway.home / 'gateway.db'}", open_objects(url))
    load = start_load(gateway.port, senders=4)
    for _ in range(ROUNDS):
        eventually(lambda: _stopped_between(database, gateway), "an object without a row", 60)
        gateway.kill()
        assert list(strays(database))
        assert [fault for row in audit(database, datetime.now(UTC)) for fault in row.faults] == []
        gateway.start()
    load.stop()
    settle(gateway, database)
    check(gateway, database, sink, load.acknowledged)
    assert list(strays(database)) == []
    database.dispose()
    print(f"{ROUNDS} kills, {len(load.acknowledged)} mails in {load.tries} tries")


def _stopped_between(database: Database, gateway: Gateway) -> bool:
    """It does nothing any more, and there is an object without a row."""
    gateway.freeze()
    if any(True for _ in strays(database)):
        return True
    gateway.thaw()
    return False
