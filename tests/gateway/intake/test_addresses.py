"""Addresses of commands and header fields."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.intake.addresses import Path, addresses_in, parse_path


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("<a@b.example>", Path("a@b.example")),
        ("  <a@b.example>  SIZE=10 BODY=8BITMIME ", Path("a@b.example", "SIZE=10 BODY=8BITMIME")),
        ("a@b.example SIZE=1", Path("a@b.example", "SIZE=1")),
        ("<>", Path("")),
        ("<> SIZE=1", Path("", "SIZE=1")),
        ("<@r.example,@s.example:a@b.example>", Path("a@b.example")),
        ('<"odd one"@b.example>', Path('"odd one"@b.example')),
        (r'<"a\"@b"@c.example>', Path(r'"a\"@b"@c.example')),
        ("<postmaster>", Path("postmaster")),
        ("<SRS0=x=y=c.example=a@b.example>", Path("SRS0=x=y=c.example=a@b.example")),
        ("<a@[192.0.2.1]>", Path("a@[192.0.2.1]")),
        ("<jörg@b.example>", Path("jörg@b.example")),
        ("<a@b@c.example>", None),
        ("<a b@c.example>", None),
        ("<a@b.example", None),
        ("<a@b.example>SIZE=1", None),
        ("<a\0@b.example>", None),
        ("<a\udcff@b.example>", None),
        ("<a@b.example\u202e>", None),
        ("", None),
        ("<" + "a" * 400 + "@b.example>", None),
    ],
)
def test_parse_path(text: str, path: Path | None) -> None:
    """Paths are read liberally, but only if they can be stored and written again."""
    assert parse_path(text) == path


@given(st.text(alphabet='<>@".\\ ,:ab\udcff', max_size=40))
def test_parse_path_never_raises(text: str) -> None:
    """Hostile text is malformed or an address without controls."""
    path = parse_path(text)
    assert path is None or path.address.isprintable()


@pytest.mark.parametrize("text", ["<" + '"' * 200_000, "<" + "a@" * 100_000, "<@" + "a:" * 100_000])
def test_parse_path_is_linear(text: str) -> None:
    """No text takes long."""
    begun = time.perf_counter()
    assert parse_path(text) is None
    assert time.perf_counter() - begun < 1


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("Jan <jan@acme.example>, help@accel.example", ("jan@acme.example", "help@accel.example")),
        ('"a, b" <a@b.example>;a@b.example', ("a@b.example",)),
        ("undisclosed-recipients:;", ()),
        ("<>", ()),
    ],
)
def test_addresses_in(value: str, found: tuple[str, ...]) -> None:
    """Whatever looks like an address, once."""
    assert addresses_in(value) == found
