"""Two machines that say nothing of themselves do not keep each other busy through us."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.configuration.settings import Limits
from gateway.handle.brakes import too_busy
from rules.model import Proof
from store.database import Database
from store.migrate import migrate

LIMITS = Limits()
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "let_through"), [(1, 30), (30, 100), (3600, 500)], ids=["fast", "slow", "person"]
)
def test_who_writes_like_a_machine_is_told_from_people(
    tmp_path: Path, seconds: int, let_through: int
) -> None:
    """30 mails in ten minutes or 100 in a day on one ticket; a mail an hour goes on for ever."""
    with_store = Database(f"sqlite:///{tmp_path / 'gateway.db'}")
    migrate(with_store)
    with with_store.transaction() as tx:
        busy = [
            too_busy(
                tx, LIMITS, "a@a.example", Proof.DOMAIN, 1, NOW + timedelta(seconds=seconds * n)
            )
            for n in range(500)
        ]
        later = NOW + timedelta(seconds=seconds * 500)
        others = [
            too_busy(tx, LIMITS, "b@a.example", Proof.DOMAIN, 1, later),
            too_busy(tx, LIMITS, "a@a.example", Proof.DOMAIN, 2, later),
            too_busy(tx, LIMITS, "a@a.example", Proof.BOTH, 1, later),
        ]
    with_store.dispose()
    assert busy.count(False) == let_through
    assert not any(others), "another address, ticket or proof has room of its own"
