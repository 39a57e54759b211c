"""Odd mails are read by a child process with limits of its own."""

from __future__ import annotations

import subprocess
import sys
from unittest.mock import patch

import pytest

from gateway import child
from gateway.reading import ParsedMail, Unreadable, guard, parse
from tests.gateway.reading.mails import mail, multipart, text


def apart(raw: bytes, **limits: float) -> ParsedMail | Unreadable:
    return guard.read_apart(guard.Request(raw, None, frozenset()), **limits)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        mail(),
        mail(b"a line of a usual length, as people write them\r\n" * 100_000),
        mail(b"QUJD" * 19 * 100_000),
        mail(multipart(*[text(b"x")] * 150)),
        mail(b"<p>hello</p>" * 20_000),
    ],
)
def test_ordinary(raw: bytes) -> None:
    """Long, large and ornate mails are not yet odd."""
    assert guard.doubt(raw) == ""


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (mail(fields=b"X: " + b"x" * 100_000 + b"\r\n"), "a long header block"),
        (b"x" * 100_001, "a long header block"),
        (mail(b"\r\n" * 50_001), "50007 short lines"),
        (mail(b"boundary=" * 201), "more than 200 of 'boundary='"),
        (mail(b"<b>" * 50_001), "more than 50000 of '<'"),
    ],
)
def test_odd(raw: bytes, reason: str) -> None:
    """Counts that no ordinary mail has are found without reading it."""
    assert guard.doubt(raw) == reason


def test_child_reads_the_same() -> None:
    """The child answers what this process would have read, files included."""
    raw = mail(multipart(text(b"caf\xc3\xa9"), b"Content-Type: image/png\r\n\r\nX"))
    assert parse(raw, alone=True) == parse(raw)


def test_the_child_brings_little() -> None:
    """A doubtful mail costs a start of half a second of processor time: neither database, nor
    configuration, nor processes, nor network are loaded to read it."""
    program = "import sys, gateway.reading.apart; print(*sys.modules)"
    command = [sys.executable, "-P", "-c", program]
    done = subprocess.run(command, capture_output=True, env=child.environment(), check=True)
    heavy = {"sqlalchemy", "pydantic", "jinja2", "asyncio", "dkim", "ssl", "rules", "store"}
    assert not heavy & set(done.stdout.decode().split())


def test_time_limit() -> None:
    """What takes too long is unreadable, and the child is gone."""
    assert apart(mail(), seconds=0.01) == Unreadable("reading took longer than 0.01 s")


def test_memory_limit() -> None:
    """What takes too much memory is unreadable."""
    found = apart(mail(b"x" * 30_000_000), memory=150_000_000)
    assert found == Unreadable("reading took more memory than allowed")


def test_child_that_dies() -> None:
    """A death of the child is told by its number."""
    dead = subprocess.CompletedProcess([], -9, b"", b"")
    with patch.object(subprocess, "run", return_value=dead):
        assert apart(mail()) == Unreadable("the process that read it ended with -9")


def test_no_child() -> None:
    """Where no process can be started the mail is tried again later."""
    with patch.object(subprocess, "run", side_effect=OSError(11, "Resource unavailable")):
        found = apart(mail())
    assert found == Unreadable("no process to read it in: Resource unavailable", temporary=True)


def test_larger_than_anything() -> None:
    """What no intake accepts is not read at all."""
    with patch.object(guard, "SIZE_LIMIT", 10):
        found = parse(mail())
    assert isinstance(found, Unreadable)
    assert found.reason.startswith("larger than")
