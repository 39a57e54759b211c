"""What a running gateway tells those who watch it: one line for each event of a mail's life.

To standard error, so that what a verb prints stays clean: `key=value` words that grep and every log
collector read, or in colour on a terminal. No local values of a failure are shown: they may hold
mails and secrets.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TextIO, cast

import structlog


def configure() -> None:
    """For the whole program, once."""
    terminal = sys.stderr.isatty()
    shown: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if terminal
        else structlog.processors.LogfmtRenderer(
            key_order=("timestamp", "level", "event"), bool_as_flag=False
        )
    )
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if not terminal:
        processors.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*processors, _plain, shown],
        logger_factory=lambda *_: structlog.PrintLogger(cast(TextIO, _Lossy(sys.stderr))),
        cache_logger_on_first_use=False,
    )


class _Lossy:
    """A stream whose disk may be full or whose reader may have left: its lines are lost then, and
    nobody who wrote them is held up."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def _plain(
    _: structlog.typing.WrappedLogger, __: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Lists as words; control characters of what came from outside as escapes."""
    return {key: _shown(value) for key, value in event.items()}


def _shown(value: object) -> object:
    if isinstance(value, list | tuple):
        return ",".join(str(_shown(v)) for v in value)
    if isinstance(value, str) and not value.isprintable():
        return "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in value)
    return value
