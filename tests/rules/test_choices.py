"""The words of a choice: each language's own, and all of them understood."""

from __future__ import annotations

from rules.process import Argument, Command
from rules.usage import usage

STATE = Argument.model_validate(
    {"type": "choice", "choices": {"blocked": {"nl": ["geblokkeerd", "vast"], "fr": "bloqué"}}}
)
BARE = Argument.model_validate({"type": "choice", "choices": {"on": ["aan", "en marche"]}})


def test_a_choice_is_shown_in_the_language_of_its_reader() -> None:
    """The first word of the language; the value itself where it has none."""
    assert STATE.word_in("blocked", "nl") == "geblokkeerd"
    assert STATE.word_in("blocked", "fr") == "bloqué"
    assert STATE.word_in("blocked", "de") == "blocked"
    assert BARE.word_in("on", "nl") == "on"


def test_every_word_means_it() -> None:
    """Whoever answers in another language than the mail's is understood."""
    assert STATE.words_for("blocked") == ("blocked", "geblokkeerd", "vast", "bloqué")
    assert BARE.words_for("on") == ("on", "aan", "en marche")


def test_the_usage_shows_the_words_of_the_language() -> None:
    """So that what `#help` says can be written as it stands."""
    command = Command(needs={"state": STATE})
    assert usage("impact", command, "nl") == "#impact geblokkeerd"
    assert usage("impact", command, "en") == "#impact blocked"
