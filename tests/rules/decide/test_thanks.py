"""A mail that says thanks and nothing more, and every other one."""

from __future__ import annotations

import pytest

from rules.decide.thanks import is_thanks


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!",
        "Thank you very much, it works now.\n\nElla",
        "Merci beaucoup, bonne journée",
        "Bedankt, alles werkt weer.\nGroeten Jan",
        "Dank u wel!",
        "Děkuji moc, hezký den",
        "Díky!",
        "Vielen Dank, schönes Wochenende",
    ],
)
def test_thanks(text: str) -> None:
    """In the five languages; it is noted and opens nothing."""
    assert is_thanks(text, 0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "It works.",
        "Thanks, but it is still broken.",
        "Thanks. Could you also look at my mouse?",
        "Merci, mais ça ne marche pas",
        "Bedankt, maar het werkt nog niet",
        "Děkuji, ale stále to nefunguje",
        "Danke, aber es geht immer noch nicht",
        "Thanks " + "and one more thing that I would like to tell you about the new printer " * 3,
    ],
)
def test_more_than_thanks(text: str) -> None:
    """A question, a but, a still, or many words: somebody should look."""
    assert not is_thanks(text, 0)


def test_an_attachment_is_something_to_look_at() -> None:
    """However short the words beside it."""
    assert not is_thanks("Thanks!", 1)
