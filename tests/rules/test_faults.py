"""A fault names its place and its mend on one line."""

import pytest

from rules.faults import Fault, did_you_mean


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (
            Fault("a.toml", 3, 7, "unknown key", "did you mean x?"),
            "a.toml:3:7: unknown key. Did you mean x?",
        ),
        (Fault("a.toml", 3, 0, "odd"), "a.toml:3: odd"),
        (Fault("a.toml", 0, 0, "no such file", "run init"), "a.toml: no such file. Run init."),
    ],
)
def test_reads_as_one_line(fault: Fault, line: str) -> None:
    """`file:line:column: message. Mend.`; what is not known is left out."""
    assert str(fault) == line


def test_sorts_by_place() -> None:
    """Faults of one file come in the order of its lines."""
    late, early = Fault("a", 10, 1, "x"), Fault("a", 9, 5, "y")
    assert sorted([late, early]) == [early, late]


@pytest.mark.parametrize(
    ("word", "mend"),
    [
        ("adress", "did you mean address?"),
        ("Address", "did you mean address?"),
        ("colour", "known are address, name"),
        (7, "known are address, name"),
    ],
)
def test_names_the_nearest(word: object, mend: str) -> None:
    """A slip is met with the word that was meant, anything else with all there are."""
    assert did_you_mean(word, ["name", "address"]) == mend
