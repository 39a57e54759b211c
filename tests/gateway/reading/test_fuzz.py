"""Whatever the bytes are, reading answers, and what it answers can be stored, shown and sent on."""

from __future__ import annotations

import random
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading import ParsedMail, parse, problems
from gateway.reading.parse import read

GOLDENS = sorted((Path(__file__).parents[2] / "goldens" / "reading").glob("*.eml"))
FAILED = {
    problems.UNREADABLE_HEADERS,
    problems.UNREADABLE_TEXT,
    problems.UNREADABLE_BOUNCE,
}
FIELDS = (
    *("From", "To", "Subject", "Date", "Message-ID", "References", "Content-Type", "List-Id"),
    *("Content-Disposition", "Content-Transfer-Encoding", "Received", "Auto-Submitted"),
    *("X-Failed-Recipients", "Return-Path", "Precedence"),
)
BITS = (
    *(
        b"\r",
        b"\n",
        b"\r\n",
        b"\0",
        b"\xff",
        b"=?utf-8?q?",
        b"?=",
        b'"',
        b"(",
        b"<",
        b">",
        b";",
        b":",
    ),
    *(
        b"=",
        b"--",
        b"\r\n\r\n",
        b"%",
        b"'",
        b"*0*=",
        b"\x1b$B",
        b"+ACM-",
        b"\xe2\x80\xa8",
        b"#approve",
    ),
)


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


@given(st.binary(max_size=2000))
def test_any_bytes(raw: bytes) -> None:
    """Noise is a mail that says nothing."""
    assert_sound(read(raw, None, frozenset()))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(FIELDS),
            st.text(max_size=60) | st.sampled_from([bit.decode("latin-1") for bit in BITS]),
        ),
        max_size=12,
    ),
    st.text(max_size=200),
)
def test_any_fields(head: list[tuple[str, str]], body: str) -> None:
    """So are fields with any value."""
    raw = "".join(f"{name}: {value}\r\n" for name, value in head) + "\r\n" + body
    assert_sound(read(raw.encode("utf-8", "surrogatepass"), None, frozenset()))


def mutated(raw: bytes, chance: random.Random) -> bytes:
    """`raw` with a few pieces cut, doubled, moved or put in."""
    data = bytearray(raw)
    for _ in range(chance.randint(1, 8)):
        at = chance.randint(0, len(data))
        piece = data[at : at + chance.choice((1, 3, 20, 200))]
        match chance.randint(0, 3):
            case 0:
                del data[at : at + len(piece)]
            case 1:
                data[at:at] = piece
            case 2:
                data[at:at] = chance.choice(BITS)
            case _:
                to = chance.randint(0, len(data))
                data[to:to] = piece
    return bytes(data)


@pytest.mark.parametrize("path", GOLDENS, ids=lambda path: path.stem)
def test_mutations(path: Path) -> None:
    """Real shapes, broken in forty ways each, the same ways each time."""
    raw = path.read_bytes()
    chance = random.Random(path.stem)
    for _ in range(40):
        broken = mutated(raw, chance)
        found = parse(broken)
        assert isinstance(found, ParsedMail), (found, broken)
        assert_sound(found)
