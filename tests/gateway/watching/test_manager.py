"""A service manager hears what it asked to hear, and nothing else is said to anybody."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from gateway.watching.manager import notify, watchdog_pause


def test_words_reach_the_socket(tmp_path: Path) -> None:
    """As datagrams, to the path that the environment names."""
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        notify({"NOTIFY_SOCKET": path}, "READY=1")
        assert manager.recv(100) == b"READY=1"


def test_an_abstract_socket_is_named_by_an_at(tmp_path: Path) -> None:
    """systemd writes the NUL of Linux's abstract sockets so."""
    name = f"deskpost-{tmp_path.name}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0" + name)
        notify({"NOTIFY_SOCKET": "@" + name}, "STOPPING=1")
        assert manager.recv(100) == b"STOPPING=1"


def test_nobody_to_tell_is_no_fault(tmp_path: Path) -> None:
    """Neither no manager nor one that is gone."""
    notify({}, "READY=1")
    notify({"NOTIFY_SOCKET": str(tmp_path / "gone")}, "READY=1")


@pytest.mark.parametrize(
    ("environ", "pause"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "60000000"}, 30.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "7"}, 30.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "8"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_signs_of_life_are_twice_as_frequent_as_asked(
    environ: dict[str, str], pause: float | None
) -> None:
    """sd_watchdog_enabled(3): half of the time, and only where this very process is meant."""
    assert watchdog_pause(environ, 7) == pause
