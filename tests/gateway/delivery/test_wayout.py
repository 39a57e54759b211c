"""How long a closed way out is left alone."""

from __future__ import annotations

import pytest

from gateway.delivery.values import Unreachable
from gateway.delivery.wayout import WayOut
from tests.gateway.delivery.outgoing import Ticks


@pytest.mark.parametrize(
    "answered, pauses",
    [
        (False, [0.5, 1, 2, 4, 5, 5, 5]),
        (True, [0.5, 1, 2, 4, 8, 16, 32, 60, 60]),
    ],
)
def test_pauses_grow(answered: bool, pauses: list[float]) -> None:
    """To a minute where a server turns us away; to five seconds where there is none, since it is
    to be noticed soon that it is back."""
    ticks = Ticks()
    way = WayOut(ticks)
    for pause in pauses:
        assert way.open
        way.closed(Unreachable("no", answered=answered))
        way.closed(Unreachable("another thread says so too", answered=answered))
        ticks.now += pause - 0.01
        assert not way.open
        ticks.now += 0.02
    assert way.open


def test_one_mail_that_gets_through_opens_it_at_once() -> None:
    ticks = Ticks()
    way = WayOut(ticks)
    for _ in range(9):
        way.closed(Unreachable("no", answered=True))
        ticks.now += 60
    way.closed(Unreachable("no", answered=True))
    assert not way.open
    way.worked()
    assert way.open
    way.closed(Unreachable("no", answered=True))
    ticks.now += 0.6
    assert way.open


def test_it_never_overflows() -> None:
    ticks = Ticks()
    way = WayOut(ticks)
    for _ in range(5_000):
        way.closed(Unreachable("no"))
        ticks.now += 5.1
    assert way.open
