"""A file system that is really full (tmpfs of its own, for root alone)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.database import Database
from tests.crash.account import check, settle
from tests.crash.load import Written, mail, send
from tests.gateway.delivery.sink import Sink
from tests.servers.gateway import StartGateway
from tests.servers.running import eventually

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(600)]

SIZE = "30m"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """30 MB, mounted for this test; skipped where that is not allowed."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a file system needs root with CAP_SYS_ADMIN")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_file_system_means_4xx_and_comes_back(
    start_gateway: StartGateway, sink: Sink, small_disk: Path
) -> None:
    """Nothing is acknowledged while not a byte is free; what was refused is taken afterwards."""
    gateway = start_gateway(
        store=f"sqlite:///{small_disk / 'gateway.db'}", delivery=f"smtp://127.0.0.1:{sink.port}"
    )
    acknowledged: list[Written] = [mail(1)]
    assert "250 2.0.0" in send(gateway, mail(1))
    filling = small_disk / "filling"
    _fill(filling)
    refused: list[Written] = []
    for number in range(2, 6):
        # What was preallocated may take some more.
        (acknowledged if "250 2.0.0" in send(gateway, mail(number)) else refused).append(
            mail(number)
        )
    assert refused
    filling.unlink()
    for each in refused:
        eventually(lambda: "250 2.0.0" in send(gateway, each), "taken again", 60)  # noqa: B023
    database = Database(f"sqlite:///{small_disk / 'gateway.db'}")
    settle(gateway, database)
    check(gateway, database, sink, [*acknowledged, *refused])
    database.dispose()


def _fill(file: Path) -> None:
    """Until no byte more goes in."""
    with file.open("wb", buffering=0) as stream:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    stream.write(bytes(size))
            except OSError:
                continue
