"""Pictures of processes."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from rules.diagram import mermaid, svg
from rules.process import Process
from tests.rules.processes import GOLDENS, load_text, shipped

SVG = "{http://www.w3.org/2000/svg}"


def text_of(drawing: str) -> str:
    return " ".join(t.text or "" for t in ElementTree.fromstring(drawing).iter(f"{SVG}text"))


def test_mermaid_names_every_status_and_what_leads_on() -> None:
    """Labels in the process's own language, and who does what."""
    drawn = mermaid(shipped("helpdesk"))
    assert drawn.startswith("stateDiagram-v2\n")
    assert 'state "In behandeling" as open' in drawn
    assert "[*] --> new" in drawn and "closed --> [*]" in drawn
    assert re.search(r"onsite --> closed : .*#opgelost \(Technieker\)", drawn)
    assert re.search(r"waiting --> open : .*klant schrijft", drawn)


def test_mermaid_in_another_language() -> None:
    """The aliases of that language, and its words."""
    drawn = mermaid(shipped("helpdesk"), "fr")
    assert 'state "En attente du client" as waiting' in drawn
    assert re.search(r"waiting --> open : .*client écrit", drawn)


def test_mermaid_holds_nothing_that_ends_a_line() -> None:
    """A colon, a semicolon or a quote in a label would."""
    text = (GOLDENS / "sound.yaml").read_text("utf-8")
    loaded = load_text(text.replace("Nieuw", "'Nieuw: \"a\"; {b}'"), "sound.yaml")
    assert isinstance(loaded, Process)
    drawn = mermaid(loaded)
    assert "state \"Nieuw  'a'  (b)\" as new" in drawn


@pytest.mark.parametrize("language", ["nl", "fr", "en", "cs", "de"])
def test_svg_is_well_formed_and_says_the_same(language: str) -> None:
    """A card for each status with its label, and a row for each way on."""
    process = shipped("helpdesk")
    drawn = svg(process, language)
    words = text_of(drawn)
    for status in process.statuses.values():
        assert process.say(status.label, language) in words
    paths = [
        p for p in ElementTree.fromstring(drawn).iter(f"{SVG}path") if p.get("class") == "line"
    ]
    rows = [t for t in ElementTree.fromstring(drawn).iter(f"{SVG}text") if t.get("class") == "way"]
    assert len(paths) == len(rows) > 10


def test_svg_escapes_labels() -> None:
    """What a file says is text in the picture, never markup."""
    text = (GOLDENS / "sound.yaml").read_text("utf-8")
    loaded = load_text(text.replace("Onderhoud", "'<script>&'"), "sound.yaml")
    assert isinstance(loaded, Process)
    assert "<script>" not in svg(loaded)
    assert "<script>&" in text_of(svg(loaded))


def test_timers_are_drawn_with_their_span() -> None:
    """In symbols that need no language."""
    text = (GOLDENS / "sound.yaml").read_text("utf-8")
    timers = "timers:\n  idle: {after: 2 business days, to: done}\n"
    loaded = load_text(text + timers, "sound.yaml")
    assert isinstance(loaded, Process)
    assert "na 2 d (werktijd)" in mermaid(loaded)
