"""Nothing that a mail says drives the terminal that shows it."""

from __future__ import annotations

import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli import screen
from gateway.cli.screen import json_text, visible

HOSTILE = [
    ("\x1b]0;owned\x07", "<U+001B>]0;owned<U+0007>"),
    ("\x9b31mred", "<U+009B>31mred"),
    ("a\rb", "a<U+000D>b"),
    ("invoice\u202efdp.exe", "invoice<U+202E>fdp.exe"),
    ("#app\u200brove", "#app<U+200B>rove"),
    ("\u2066x\u2069", "<U+2066>x<U+2069>"),
    ("tag\U000e0041", "tag<U+E0041>"),
    ("lone\ud800", "lone<U+D800>"),
    ("Čeština, naïve, 日本, 🙂", "Čeština, naïve, 日本, 🙂"),
]


@pytest.mark.parametrize(("text", "shown"), HOSTILE)
def test_shows_what_a_terminal_would_obey(text: str, shown: str) -> None:
    """Controls, overrides and invisible characters are seen; text of any language stays."""
    assert visible(text) == shown


def test_keeps_lines_only_where_they_are_meant() -> None:
    """A cell is one line; a mail's text keeps its own."""
    assert visible("a\n\tb") == "a b"
    assert visible("a\n\tb\r\n", one_line=False) == "a\n\tb<U+000D>\n"


@given(st.text(st.characters()))
def test_nothing_unseen_is_left(text: str) -> None:
    """Whatever the text: no control, format or surrogate character reaches the terminal."""
    left = {c for c in visible(text) if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")}
    assert not left
    assert not {c for c in visible(text) if unicodedata.bidirectional(c) in BIDI_CONTROLS}


BIDI_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI", "BN"}


@given(st.text(st.characters()))
def test_json_is_exact_and_harmless(text: str) -> None:
    """A program reads back the very text, and a terminal sees no control."""
    shown = json_text({text: [text]})
    assert json.loads(shown) == {text: [text]}
    assert not screen.UNSEEN.search(shown)
    assert "\n" not in shown


def test_a_table_is_not_cut_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal there is neither colour nor a narrow width."""
    out = io.StringIO()
    monkeypatch.setattr("sys.stdout", out)
    screen.console().print(screen.table(("#", "subject"), [(1, "x" * 100), (2, "\x1b[31m[red]")]))
    assert "x" * 100 in out.getvalue()
    assert "<U+001B>[31m[red]" in out.getvalue()
    assert "\x1b" not in out.getvalue()
