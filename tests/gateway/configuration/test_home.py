"""Advised commands work as they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.configuration.home import VARIABLE, command


@pytest.mark.parametrize(
    ("home", "environment", "words"),
    [
        ("var", "", "run_gateway.py check"),
        ("/srv/desk", "", "run_gateway.py --home /srv/desk check"),
        ("/srv/desk", "/srv/desk", "run_gateway.py --home /srv/desk check"),
        ("our desk", "", "run_gateway.py --home 'our desk' check"),
        ("var", "/srv/desk", "run_gateway.py --home var check"),
    ],
)
def test_a_command_names_its_home(
    home: str, environment: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless it is the one that is meant without a word; what a shell would split is quoted."""
    monkeypatch.setenv(VARIABLE, environment)
    assert command(Path(home), "check") == words
