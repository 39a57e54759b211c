"""Names of attachments that are safe to show and to write."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading import names


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\jan\report.pdf", "report.pdf"),
        ("..", ""),
        (" . ", ""),
        ("dir/", ""),
        ("evil\u202efdp.exe", "evilfdp.exe"),
        ("a\0b\r\nc\u200b.txt", "abc.txt"),
        ('a<b>:"c|d?*.txt', "a_b_c_d_.txt"),
        ("con", "_con"),
        ("LPT1.txt", "_LPT1.txt"),
        ("console.txt", "console.txt"),
        ("n\u0303.txt", "\u00f1.txt"),
        ("a   b\t.txt", "a b .txt"),
        ("\ud800.txt", "txt"),
        ("žluťoučký.docx", "žluťoučký.docx"),
        ("trailing.", "trailing"),
    ],
)
def test_safe(name: str, safe: str) -> None:
    """One path component without controls, bidi marks, reserved names and characters."""
    assert names.safe(name) == safe


@pytest.mark.parametrize(
    ("name", "ending"), [("x" * 500 + ".pdf", ".pdf"), ("é" * 500, "é"), ("a." + "b" * 500, "b")]
)
def test_long_names(name: str, ending: str) -> None:
    """A long name is cut to what file systems take; its ending stays where it is one."""
    safe = names.safe(name)
    assert len(safe.encode()) <= 180
    assert safe.endswith(ending)


def test_distinct() -> None:
    """No name overwrites another, also where case is not told apart."""
    given_names = ["a.txt", "A.TXT", "a.txt", "a-2.txt", "b", "b", ".x", ".x"]
    unique = names.distinct(given_names)
    assert unique[:2] == ["a.txt", "A-2.TXT"]
    assert len({name.casefold() for name in unique}) == len(given_names)


def test_unnamed() -> None:
    """A part without a name is called after its place and type."""
    assert names.unnamed("image/png", 2) == "part-2.png"
    assert names.unnamed("text/x-odd", 3) == "part-3.txt"
    assert names.unnamed("application/x-odd", 4) == "part-4.bin"


@given(st.text(max_size=400))
def test_always_safe(name: str) -> None:
    """Whatever the name was: no separator, nothing invisible, never hidden or too long."""
    safe = names.safe(name)
    assert not set(safe) & set('/\\<>:"|?*\0')
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in safe)
    assert not safe.startswith(".")
    assert len(safe.encode()) <= 180
