"""What every test shares: real servers, the mark of tests that use them, no foreign network."""

from __future__ import annotations

import ipaddress
import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = [
    "tests.servers.dovecot",
    "tests.servers.gateway",
    "tests.servers.postfix",
    "tests.servers.postgres",
    "tests.servers.s3",
    "tests.servers.tokens",
    "tests.servers.wire",
]

REAL = {"postgres", "fresh_database", "start_postgres", "dovecot", "start_dovecot", "start_postfix"}

settings.register_profile("deskpost", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("deskpost")


def pytest_addoption(parser: pytest.Parser) -> None:
    """What takes long by its number may be asked for in full."""
    parser.addoption("--long", action="store_true", help="tests of minutes too: `make faults`")
    parser.addoption("--waiting-mails", default="1000", help="in a mailbox that begins to be read")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark as `real` whatever uses a real server or client, so that `make quick` leaves it out;
    leave out what takes minutes, unless it is asked for."""
    if not config.getoption("--long"):
        long = [item for item in items if item.get_closest_marker("long")]
        items[:] = [item for item in items if item not in long]
        config.hook.pytest_deselected(items=long)
    for item in items:
        if REAL & set(getattr(item, "fixturenames", ())):
            item.add_marker("real")


def _stay_here(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse connections that leave this machine; such a test forgot to pass a double."""
    if event not in ("socket.connect", "socket.sendto"):
        return
    address = arguments[1]
    if isinstance(address, tuple) and not _is_local(str(address[0])):
        raise PermissionError(f"tests may not connect to {address[0]}")


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in ("localhost", "")


sys.addaudithook(_stay_here)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real mails that is not part of the repository; skips where it is absent."""
    beside = Path(__file__).parents[2] / "shared"
    folder = Path(os.environ.get("DESKPOST_SHARED", beside))
    if not folder.is_dir():
        pytest.skip("no folder of shared mails; DESKPOST_SHARED names one")
    return folder
