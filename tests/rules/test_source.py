"""YAML as plain data with places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.source import parse

LAUGHS = "a: &a [x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefg", "bcdefgh", strict=True)
)
"""Nine times nine times … the same: 600,000 parts in seven lines."""


def test_places_of_keys_and_items() -> None:
    """A key's own place, else the value's; lines and columns count from 1."""
    source = parse("a: 1\nb:\n  - c: x\n  - y\n", "f.yaml")
    assert source.data == {"a": 1, "b": [{"c": "x"}, "y"]}
    assert source.marks["a",] == (1, 1)
    assert source.marks["b", 0, "c"] == (3, 5)
    assert source.marks["b", 1] == (4, 5)
    assert str(source.fault(("b", 0, "missing"), "m", "e")).startswith("f.yaml:3:5:")


def test_scalars_are_those_of_yaml_1_2() -> None:
    """`on` and `yes` are texts, dates stay texts, numbers with a point keep their digits."""
    text = "{on: yes, n: ~, t: true, i: 12, x: 0x1F, p: 1.50, d: 2026-11-24, q: '1'}"
    assert parse(text, "f").data == {
        "on": "yes",
        "n": None,
        "t": True,
        "i": 12,
        "x": "0x1F",
        "p": "1.50",
        "d": "2026-11-24",
        "q": "1",
    }


def test_an_anchor_repeats_its_part() -> None:
    """Lists of statuses are written once."""
    source = parse("a: &working [x, y]\nb: *working\n", "f")
    assert source.data == {"a": ["x", "y"], "b": ["x", "y"]}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: [1", "f:1:6"),
        ("a: b: c", "f:1:5"),
        ("a: 1\n---\nb: 2", "f:2:1"),
        ("a: &a [*a]", "f:1:1"),
        ("[" * 3000, "f:1:1"),
        ("a: \x00", "f:1:1"),
        ("? [a]: b", "f:1:3"),
        ("a: 1\na: 2", "f:2:1"),
        ("x" * 1_000_001, "f:1:1"),
        (LAUGHS, "f:1:1"),
    ],
    ids=lambda value: value[:12],
)
def test_what_cannot_be_read_is_a_fault(text: str, place: str) -> None:
    """With its place, and never an exception."""
    faults = parse(text, "f").faults
    assert [str(f).rsplit(": ", 1)[0].startswith(place) for f in faults] == [True]


def test_taking_out_an_item_moves_those_after_it() -> None:
    """The places stay those of the file."""
    source = parse("a:\n  - x\n  - y: 1\n  - z\n", "f")
    source.forget(("a", 0))
    assert source.marks["a", 0, "y"] == (3, 5)
    assert source.marks["a", 1] == (4, 5)
    assert ("a", 2) not in source.marks


@given(st.text(alphabet=st.sampled_from("ab:- \n[]{},&*!|>'\"#?\t%@`~0."), max_size=60))
def test_nothing_makes_reading_fail(text: str) -> None:
    """Any text is data or has faults, each at a place of the file."""
    source = parse(text, "f")
    places = [(fault.line, fault.column) for fault in source.faults] + list(source.marks.values())
    lines = text.count("\n") + 1
    assert all(1 <= line <= lines + 1 and column >= 1 for line, column in places)
