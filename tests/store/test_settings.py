"""Small values outlive a run."""

from __future__ import annotations

from store import settings
from store.database import Database
from tests.store.examples import together


def test_a_value_is_kept_and_replaced(database: Database) -> None:
    """Any JSON value; what was never put is None."""
    with database.transaction() as tx:
        assert settings.get(tx, "a") is None
        for value in ({"b": [1, "2", None]}, "text", 3):
            settings.put(tx, "a", value)
            assert settings.get(tx, "a") == value
        assert settings.get(tx, "A") is None


def test_of_two_values_at_once_one_stays(database: Database) -> None:
    """Nobody fails for having come second."""
    jobs = [lambda tx, n=n: settings.put(tx, "a", n) for n in range(4)]
    together(database, *jobs)
    with database.read() as tx:
        assert settings.get(tx, "a") in range(4)
