"""Whole conversations as folders of mails: tests/scenarios/README.md says how to add one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.incoming import Misplayed
from tests.scenarios.player import Differs, play
from tests.scenarios.script import ON_POSTGRESQL, scenarios

ROOT = Path(__file__).parent
ALL = scenarios(ROOT)


def name_of(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"


@pytest.mark.parametrize("folder", ALL, ids=name_of)
def test_scenario(folder: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Every mail in brings exactly the mails out, and the ticket, that its files say."""
    write = bool(request.config.getoption("--scenario-write", default=False))
    _play(folder, tmp_path / "home", write=write)


@pytest.mark.parametrize(
    "folder", [folder for folder in ALL if (folder / ON_POSTGRESQL).exists()], ids=name_of
)
def test_scenario_on_postgresql(folder: Path, tmp_path: Path, fresh_database: str) -> None:
    """PostgreSQL brings the same."""
    _play(folder, tmp_path / "home", database_url=fresh_database)


def _play(folder: Path, home: Path, *, database_url: str = "", write: bool = False) -> None:
    """What differs is for people to read, without the way there."""
    said = ""
    try:
        play(folder, home, database_url=database_url, write=write)
    except (Differs, Misplayed) as difference:
        said = str(difference)
    if said:
        pytest.fail(said, pytrace=False)
