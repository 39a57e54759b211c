"""What a running gateway tells those who watch it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

from gateway.logs import configure


@pytest.fixture(autouse=True)
def _own_configuration() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_one_line_each_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Words that grep reads; what mails bring cannot move the cursor or begin a line."""
    configure()
    structlog.get_logger().info("handled", to=["a@b", "c"], subject="x\x1b[2J\nlevel=error")
    out, error = capsys.readouterr()
    assert out == ""
    assert error.count("\n") == 1
    assert "level=info event=handled" in error
    assert "to=a@b,c" in error
    assert "\x1b" not in error


def test_a_failure_shows_no_local_values(capsys: pytest.CaptureFixture[str]) -> None:
    """They may hold mails and secrets."""
    configure()
    secret = "hunter2".upper()
    try:
        int(secret[:0])
    except ValueError:
        structlog.get_logger().exception("failed")
    error = capsys.readouterr().err
    assert "ValueError" in error
    assert secret not in error
