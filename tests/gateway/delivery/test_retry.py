"""When a mail is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.delivery.retry import pause

PAUSES = [(0, 30), (1, 30), (2, 60), (3, 120), (8, 3_840), (9, 7_200), (10**6, 7_200)]


@pytest.mark.parametrize("attempts, seconds", PAUSES)
def test_twice_as_long_each_time(attempts: int, seconds: int) -> None:
    """From half a minute to two hours."""
    assert pause(attempts, 0.5) == timedelta(seconds=seconds)


@given(st.integers(0, 1_000), st.floats(0, 1))
def test_give_or_take_a_quarter(attempts: int, chance: float) -> None:
    middle = pause(attempts, 0.5)
    assert middle * 0.75 <= pause(attempts, chance) <= middle * 1.25
