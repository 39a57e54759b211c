"""Characters that look like others or like nothing are found, and ordinary mail is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading import lookalike


@pytest.mark.parametrize(("text", "plain"), [
    ("\uff03approve", "#approve"),
    ("\ufe5fapprove", "#approve"),
    ("#app\u200brove", "#approve"),
    ("\u200e#approve", "#approve"),
    ("#\u0430pprove", "#approve"),
    ("#\uff41pprove", "#approve"),
    ("\u202e#evorppa", "#evorppa"),
    ("app\u00adrove", "approve"),
    ("pay\U000e0041load", "payload"),
])  # fmt: skip
def test_disguises(text: str, plain: str) -> None:
    """Each is suspicious, and plain text shows what it imitates."""
    assert lookalike.suspicious(text)
    assert lookalike.plain(f"Yes.\n{text}\n") == f"Yes.\n{plain}\n"


@pytest.mark.parametrize("text", [
    "#approve",
    "#schváleno",
    "#одобрить",
    "Dobrý den, prosím.",
    "\u200e3 March 2026\u200f 10:15",
    "thank you \U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "\u4f60\u597d\uff0c\u8bf7\u5e2e\u5fd9",
    "\ufeffHello",
    "C# and a number #1",
])  # fmt: skip
def test_ordinary_text(text: str) -> None:
    """Languages, emoji and the marks that clients put around dates hide nothing."""
    assert not lookalike.suspicious(text)


@given(st.text())
def test_plain_text_is_plain(text: str) -> None:
    """Reading plain text again changes nothing, and no line is lost."""
    plain = lookalike.plain(text)
    assert lookalike.plain(plain) == plain
