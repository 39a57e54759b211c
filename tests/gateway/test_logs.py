"""What a running gateway tells those who watch it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

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


def test_a_log_that_cannot_be_written_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk of the log may be the one that is full: the line is lost, the mail is not."""
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr("sys.stderr", full)
        configure()
        for number in range(1_000):
            structlog.get_logger().info("handled", inbox=number, subject="x" * 100)
        with suppress(OSError):
            full.close()
