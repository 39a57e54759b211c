"""Whether a process is well is said by its loops, its store and its disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.watching.health import Limits, health, stuck
from store.database import Database
from store.migrate import migrate

PLENTY = 10_000_000_000


@dataclass
class Loop:
    name: str = "processing"
    busy_for: float = 0.0
    failures: int = 0
    alive: bool = True


@pytest.fixture
def database(tmp_path: Path) -> Database:
    opened = Database(f"sqlite:///{tmp_path / 'gateway.db'}")
    migrate(opened)
    return opened


@pytest.mark.parametrize(
    ("loop", "trouble"),
    [
        (Loop(), None),
        (Loop(busy_for=899), None),
        (Loop(failures=4), None),
        (Loop(busy_for=901), "the loop processing has hung for 901 s"),
        (Loop(alive=False), "the loop processing has ended"),
        (Loop(failures=5), "the loop processing failed 5 times in a row; the log says why"),
    ],
)
def test_loops(database: Database, loop: Loop, trouble: str | None) -> None:
    """One that ended, hangs or fails again and again is trouble; slow work is none."""
    found = health(database, [Loop("other"), loop], lambda: PLENTY, Limits())
    assert found.troubles == ((trouble,) if trouble else ())
    assert found.well is (trouble is None)


def test_only_what_a_new_start_would_mend_is_stuck() -> None:
    """Failures are not: a database that is away comes back by itself."""
    assert stuck([Loop(failures=99)], Limits()) == []
    assert len(stuck([Loop(alive=False), Loop(busy_for=1e6)], Limits())) == 2


def test_a_store_that_is_away(tmp_path: Path) -> None:
    """It is said in words, and nothing is raised."""
    away = Database("postgresql+psycopg://nobody@127.0.0.1:1/none")
    (trouble,) = health(away, [], lambda: PLENTY, Limits()).troubles
    assert trouble.startswith("the store does not answer")
    away.dispose()


def test_a_full_disk(database: Database) -> None:
    """From where on new mail is put off."""
    limits = Limits(free_disk=50_000_000)
    (trouble,) = health(database, [], lambda: 7_000_000, limits).troubles
    assert trouble == "7 MB of disk are free: new mail is put off"

    def gone() -> int:
        raise OSError("no such directory")

    (trouble,) = health(database, [], gone, limits).troubles
    assert "no such directory" in trouble
