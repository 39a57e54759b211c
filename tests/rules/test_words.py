"""Command words: what is equal, and what is one slip away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.words import Vocabulary, distance, normalise, slip


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("Schváleno", "schvaleno"),
        ("SCHVA\u0301LENO", "schvaleno"),
        ("schließen", "schliessen"),
        ("Złoty", "zloty"),
        ("Cœur", "coeur"),
        ("not-billable", "notbillable"),
        ("rappelez_moi", "rappelezmoi"),
        ("aujourd'hui", "aujourdhui"),
    ],
)
def test_case_marks_and_hyphens_do_not_matter(written: str, same: str) -> None:
    """A word is compared by its letters and digits alone."""
    assert normalise(written) == same


@pytest.mark.parametrize("alike", ["ａpprove", "𝐚pprove", "аpprove"])
def test_look_alikes_are_other_words(alike: str) -> None:
    """Full-width, mathematical and Cyrillic letters never become the plain one."""
    assert normalise(alike) != "approve"


@pytest.mark.parametrize(
    ("word", "other", "apart"),
    [
        ("approve", "approve", 0),
        ("aprove", "approve", 1),
        ("apporve", "approve", 1),
        ("approvee", "approve", 1),
        ("approbe", "approve", 1),
        ("opgelsot", "opgelost", 1),
        ("include", "cancel", None),
        ("resolvde", "resolve", 1),
    ],
)
def test_distance_counts_slips(word: str, other: str, apart: int | None) -> None:
    """A letter too many, too few, another one, or two that changed places are one slip."""
    assert distance(word, other, 2) == apart


def test_short_words_are_no_slips() -> None:
    """Two or three letters are near to anything."""
    assert slip("cz", ["cc"]) == ()
    assert slip("tim", ["time"]) == ()
    assert slip("tims", ["time"]) == ("time",)


def test_the_nearest_are_named() -> None:
    """Of words within two slips only the nearest are meant."""
    assert slip("quotes", ["quote", "note"], at_most=2) == ("quote",)


def test_vocabulary_knows_names_and_aliases() -> None:
    """A word leads to its command, and a slip to the word as it is written."""
    known = Vocabulary({"approve": "approve", "Schváleno": "approve", "cc": "cc"})
    assert known.command("schvaleno") == "approve"
    assert known.near("schvalleno") == ("Schváleno",)
    assert known.near("schvalllno") == ()
    assert known.like("schvalllno") == ("Schváleno",)
    assert "approve" in known and "approved" not in known


@given(st.text(max_size=60))
def test_any_text_can_be_looked_up(text: str) -> None:
    """Nothing that a mail holds makes looking up fail, and normalising twice changes nothing."""
    known = Vocabulary({"approve": "approve", "time": "time"})
    word = normalise(text)
    assert normalise(word) == word
    assert set(known.near(word)) <= set(known.like(word)) | {"approve", "time"}


@given(st.sampled_from(["approve", "terugbellen", "priority"]), st.data())
def test_the_index_finds_every_single_slip(word: str, data: st.DataObject) -> None:
    """What is one slip away by distance is found by the index too."""
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("abcxyz"))
    wrong = data.draw(
        st.sampled_from(
            [
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at:],
                word[:at] + letter + word[at + 1 :],
                word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
            ]
        )
    )
    assert Vocabulary({word: word}).near(wrong) == (word,)
