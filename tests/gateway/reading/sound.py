"""What holds of every mail that was read, whatever its bytes were."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.reading import ParsedMail, problems

FAILED = {
    problems.UNREADABLE_HEADERS,
    problems.UNREADABLE_TEXT,
    problems.UNREADABLE_BOUNCE,
}


def texts(value: Any) -> list[str]:
    """Every text anywhere in a value."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for one in value for text in texts(one)]
    if is_dataclass(value):
        return [text for one in fields(value) for text in texts(getattr(value, one.name))]
    return []


def assert_sound(mail: ParsedMail) -> None:
    """No accessor failed, every text can be stored, fields have one line, dates are UTC."""
    assert not FAILED & set(mail.problems), mail.problems
    for text in texts(mail):
        text.encode("utf-8")
        assert "\0" not in text
    boxes = (*mail.from_boxes, *mail.to, *mail.cc, *mail.reply_to)
    lines = (mail.subject, mail.kind_reason, *mail.references, *mail.problems)
    for line in (*lines, *(box.name for box in boxes), *(box.address for box in boxes)):
        assert len(line.splitlines()) <= 1
    assert all(one.name and "/" not in one.name for one in mail.attachments)
    if isinstance(mail.date, datetime):
        assert mail.date.utcoffset() == timedelta(0)
