"""Whatever the bytes are, reading answers, and what it answers can be stored, shown and sent on."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading import ParsedMail, parse
from gateway.reading.parse import read
from tests.gateway.reading.mutation import BITS, mutated
from tests.gateway.reading.sound import assert_sound

GOLDENS = sorted((Path(__file__).parents[2] / "goldens" / "reading").glob("*.eml"))
FIELDS = (
    *("From", "To", "Subject", "Date", "Message-ID", "References", "Content-Type", "List-Id"),
    *("Content-Disposition", "Content-Transfer-Encoding", "Received", "Auto-Submitted"),
    *("X-Failed-Recipients", "Return-Path", "Precedence"),
)


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
