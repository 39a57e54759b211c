"""A process as a picture."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from gateway.views.diagram import ANY_OPEN, diagram_of, mermaid, svg
from rules.loading import load_processes
from rules.process import Command, Process, Role, Status, TimerSpec

PROCESS = Process(
    process="tiny",
    title='A "tiny" process',
    language="nl",
    languages=("nl",),
    start="new",
    tells=("engineer",),
    roles={"engineer": Role(label="E")},
    statuses={
        "new": Status(label="Nieuw"),
        "open": Status(label="Open <&>"),
        "waiting": Status(label="Wacht", waits_for="customer"),
        "approved": Status(label="Goedgekeurd", leads_to="done"),
        "done": Status(label="Klaar", closed=True),
    },
    commands={
        "take": Command.model_validate({"alias": {"nl": ["nemen"]}, "from": "new", "to": "open"}),
        "ask": Command.model_validate({"from": ["new", "open"], "to": "waiting"}),
        "stop": Command.model_validate({"to": "done"}),
        "note": Command.model_validate({}),
    },
    timers={"approval": TimerSpec.model_validate({"while": "waiting", "to": "approved"})},
    replies={"customer": {"waiting": "open"}},
)


def test_shows_every_move_once() -> None:
    """Commands in the team's own words, timers, replies, what follows by itself."""
    drawn = diagram_of(PROCESS)
    assert [(a.before, a.after, a.label) for a in drawn.arrows] == [
        ("new", "open", "#nemen"),
        ("new", "waiting", "#ask"),
        ("open", "waiting", "#ask"),
        (ANY_OPEN, "done", "#stop"),
        ("waiting", "approved", "approval: 5 days"),
        ("waiting", "open", "✉ customer"),
        ("approved", "done", ""),
    ]
    assert [(box.name, box.kind) for box in drawn.boxes] == [
        (ANY_OPEN, "any"),
        ("new", "desk"),
        ("open", "desk"),
        ("waiting", "customer"),
        ("approved", "desk"),
        ("done", "closed"),
    ]


def test_mermaid() -> None:
    """A state diagram; a colon within a label would end it."""
    lines = mermaid(diagram_of(PROCESS)).splitlines()
    assert lines[:4] == ["---", "title: \"A 'tiny' process\"", "---", "stateDiagram-v2"]
    assert "  [*] --> new" in lines
    assert "  waiting --> approved: approval  5 days" in lines
    assert "  approved --> done" in lines
    assert "  done --> [*]" in lines


PROCESSES, _ = load_processes()


@pytest.mark.parametrize("process", [PROCESS, *PROCESSES.values()], ids=lambda p: p.process)
def test_svg_is_whole(process: Process) -> None:
    """Well-formed; a box for each status, a line for each arrow, nothing outside of the picture."""
    drawn = diagram_of(process)
    root = ElementTree.fromstring(svg(drawn))
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    space = "{http://www.w3.org/2000/svg}"
    assert len(root.findall(f"{space}rect")) == len(drawn.boxes) + 1
    assert len(root.findall(f"{space}path")) == len(drawn.arrows)
    texts = root.findall(f"{space}text")
    assert len(texts) == len(drawn.boxes) + len(drawn.arrows)
    for element in (*texts, *root.findall(f"{space}rect")):
        assert 0 <= float(element.attrib.get("x", 0)) <= width
        assert 0 <= float(element.attrib.get("y", 0)) <= height
