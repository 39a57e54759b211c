"""What a killed `serve` had in hand is taken over by the next one at its start."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.app import App, open_home
from gateway.configuration.starting import write_home
from gateway.predecessors import is_gone, owner_name, take_over
from gateway.values import Channel, Envelope, RawMail
from store import claims

DESK = "helpdesk@accel.example"
US = "desk-1-7-0a1b2c3d"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    write_home(tmp_path, "run")
    opened = open_home(tmp_path, create=True)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("name", "gone"),
    [
        ("desk-1-99-00000000", True),
        ("desk-1-99-00000000-4", True),
        ("desk-1-98-00000000", False),
        ("desk-2-99-00000000", False),
        (US, False),
        (f"{US}-3", False),
        (f"desk-1-{os.getpid()}-00000000", True),
        ("somebody", False),
    ],
    ids=["dead", "its thread", "alive", "elsewhere", "us", "ours", "our number", "no process"],
)
def test_who_is_gone(name: str, gone: bool) -> None:
    """A process of this machine that is no more; our own number under another name as well."""
    assert is_gone(name, US, "desk-1", lambda pid: pid != 99) is gone


def test_work_of_the_dead_is_taken_over_at_once(app: App) -> None:
    """A mail in the hands of a process that is gone may be claimed before its lease ends."""
    now = app.house.clock()
    app.accept([RawMail(Envelope(Channel.SMTP, "", (DESK,), now), b"Date: x\r\n\r\nHelp\r\n")])
    ours = owner_name()
    dead = ours[:-8] + "00000000"
    with app.house.database.transaction() as tx:
        assert len(claims.claim(tx, dead, now, timedelta(days=1), 9)) == 1
    assert take_over(app.house, ours) == 1
    with app.house.database.transaction() as tx:
        (item,) = claims.claim(tx, ours, app.house.clock(), timedelta(seconds=30), 9)
    assert item.interruptions == 1
    assert take_over(app.house, ours) == 0
