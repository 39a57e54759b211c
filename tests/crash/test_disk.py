"""A disk that is full or broken: nothing is acknowledged, and it comes back by itself."""

from __future__ import annotations

import re
import resource

import pytest

from store.database import Database
from tests.crash.account import check, settle
from tests.crash.load import Written, mail, send
from tests.crash.strace import injected
from tests.gateway.delivery.sink import Sink
from tests.servers.gateway import Gateway, StartGateway
from tests.servers.running import eventually

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.long]


@pytest.mark.parametrize(
    "fault", ["pwrite64:error=ENOSPC", "pwrite64:error=EIO", "fsync,fdatasync:error=EIO"]
)
def test_a_disk_that_fails_means_451_and_comes_back(
    start_gateway: StartGateway, sink: Sink, fault: str
) -> None:
    """The sender is asked to come again; the very mail that was refused is taken afterwards."""
    gateway = start_gateway(delivery=f"smtp://127.0.0.1:{sink.port}")
    assert "250 2.0.0" in send(gateway, mail(1))
    with injected(gateway, fault):
        assert re.search(r"<\*\* 45[12] 4\.3\.", send(gateway, mail(2)))
    eventually(lambda: "250 2.0.0" in send(gateway, mail(2)), "taken again", 60)
    _all_is_well(gateway, sink, mail(1), mail(2))


def test_a_file_that_may_not_grow_means_451_and_comes_back(
    start_gateway: StartGateway, sink: Sink
) -> None:
    """The limit of a process (RLIMIT_FSIZE) stands for a quota: no write beyond it succeeds."""
    gateway = start_gateway(delivery=f"smtp://127.0.0.1:{sink.port}")
    assert "250 2.0.0" in send(gateway, mail(1))
    database = Database(f"sqlite:///{gateway.home / 'gateway.db'}")
    settle(gateway, database)
    database.dispose()
    before = resource.prlimit(gateway.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(gateway.pid, resource.RLIMIT_FSIZE, (1, before[1]))
    assert re.search(r"<\*\* 45[12] 4\.3\.", send(gateway, mail(2)))
    resource.prlimit(gateway.pid, resource.RLIMIT_FSIZE, before)
    eventually(lambda: "250 2.0.0" in send(gateway, mail(2)), "taken again", 60)
    _all_is_well(gateway, sink, mail(1), mail(2))


def _all_is_well(gateway: Gateway, sink: Sink, *acknowledged: Written) -> None:
    database = Database(f"sqlite:///{gateway.home / 'gateway.db'}")
    settle(gateway, database)
    check(gateway, database, sink, acknowledged)
    database.dispose()
