"""Soft line breaks of clients, and hard ones of relays."""

from __future__ import annotations

import pytest

from gateway.reading import flowed


@pytest.mark.parametrize(
    ("text", "delete_space", "expected"),
    [
        ("one \ntwo\nthree", False, "one two\nthree"),
        ("one \ntwo", True, "onetwo"),
        ("> one \n> two\n>> deeper \nnew", False, "> one two\n>> deeper \nnew"),
        ("one \n-- \nJan", False, "one \n-- \nJan"),
        (" > stuffed\n From me", False, "> stuffed\nFrom me"),
        ("hard\nlines\n", False, "hard\nlines\n"),
        ("#approve \nis not one", False, "#approve is not one"),
        ("", False, ""),
    ],
)
def test_unflowed(text: str, delete_space: bool, expected: str) -> None:
    """Paragraphs of one quote depth are joined; the signature line never is (RFC 3676)."""
    assert flowed.unflowed(text, delete_space=delete_space) == expected


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_broken_by_a_relay(end: bytes) -> None:
    """What Postfix broke at 998 octets is one line again, however often it was broken."""
    line = b"> " + b"x" * 996
    data = line + end + b" " + b"y" * 998 + end + b" #approve" + end + b" other" + end
    assert flowed.unbroken(data) == line + b"y" * 998 + b"#approve" + end + b" other" + end


def test_ordinary_lines_stay() -> None:
    """An indented line below one of ordinary length is not joined."""
    data = b"list:\r\n  item\r\n  item\r\n"
    assert flowed.unbroken(data) == data
