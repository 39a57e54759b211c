"""A short, always equal run of what `make fuzz` does for long."""

from __future__ import annotations

import random

import pytest

from tests.fuzz.corpus import seeds
from tests.fuzz.targets import TARGETS
from tests.gateway.reading.mutation import mutated

ROUNDS = {"mail": 2, "proof": 2, "command": 3, "smtp": 4}


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_known(target: str) -> None:
    """Every golden, every octet string that once brought an error to light, and a few mutations."""
    for name, octets in seeds(target).items():
        chance = random.Random(f"{target} {name}")
        for broken in (octets, *(mutated(octets, chance) for _ in range(ROUNDS[target]))):
            try:
                TARGETS[target](broken)
            except Exception as error:
                error.add_note(f"{name}: {broken!r}")
                raise


@pytest.mark.parametrize("target", TARGETS)
def test_there_is_something_to_begin_with(target: str) -> None:
    """A renamed folder of goldens does not leave a target without any."""
    assert len(seeds(target)) >= 10
