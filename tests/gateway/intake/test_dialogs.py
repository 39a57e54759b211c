"""The dialogs of tests/goldens/smtp, played against the real servers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.gateway.intake import dialogs

GOLDENS = sorted((Path(__file__).parents[2] / "goldens" / "smtp").glob("*.txt"))


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda path: path.stem)
def test_dialog(golden: Path) -> None:
    """The server answers as the file says, and the desk has what it says."""
    assert asyncio.run(dialogs.play(dialogs.read(golden))) == []
