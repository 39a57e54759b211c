"""What `serve` says when it is ready."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from gateway.app import open_home
from gateway.configuration.starting import write_home
from gateway.greeting import greeting


def test_what_is_looked_at_is_in_the_home_that_serves(tmp_path: Path) -> None:
    """The advised commands can be copied as they stand."""
    home = tmp_path / "our desk"
    write_home(home, "run")
    with closing(open_home(home, create=True)) as app:
        told = greeting(app.house, ["127.0.0.1:8025"])
    assert f".venv/bin/python run_gateway.py --home '{home}' show 1\n" in told
    assert f"mutt -f '{home}/outgoing'\n" in told
