"""The language of short mails, told only where it is clear."""

from __future__ import annotations

import time

import pytest

from gateway.reading import language


@pytest.mark.parametrize(("text", "wanted"), [
    ("Hello, the printer does not work and we need it today.", "en"),
    ("Bonjour, l'imprimante ne marche plus depuis ce matin.", "fr"),
    ("Merci beaucoup, c'est parfait !", "fr"),
    ("Dobrý den, tiskárna od rána nefunguje, prosím o opravu.", "cs"),
    ("Ahoj, tiskarna zase nejde, dekuji", "cs"),
    ("Goedemorgen, de printer werkt niet meer. Kunt u helpen?", "nl"),
    ("Wachtwoord vergeten, graag resetten", "nl"),
    ("Guten Tag, der Drucker ist kaputt, bitte um Hilfe.", "de"),
    ("ok", None),
    ("Printer", None),
    ("#approve", None),
    ("La impresora no funciona, por favor", None),
    ("Hallo, the printer ist kaputt and we need it bitte", None),
    ("プリンターが動きません", None),
    ("", None),
])  # fmt: skip
def test_guess(text: str, wanted: str | None) -> None:
    """Two stop words, and twice as many as of any other language."""
    assert language.guess(text) == wanted


def test_only_the_beginning_is_read() -> None:
    """A megabyte costs no more than its first thousand words."""
    began = time.monotonic()
    assert language.guess("the printer is broken " * 100_000) == "en"
    assert time.monotonic() - began < 5
