"""The demo plays to its end against a real `serve`, and its scripts are sound."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from gateway.demo import play
from gateway.demo.links import Link, links, without_targets
from gateway.demo.script import load, names
from rules.loading import SHIPPED


def played(name: str | None) -> tuple[int, str]:
    """Exit code and what was shown."""
    shown = StringIO()
    code = play(name, Console(file=shown, width=100, highlight=False, markup=False))
    return code, shown.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_the_demo_plays_to_its_end(name: str) -> None:
    """Every step is told, and every mail is shown with who wrote it to whom."""
    code, shown = played(name)
    assert code == 0, shown
    script = load(name)
    for number, step in enumerate(script.steps, 1):
        assert f"{number}. {step.says[:40]}" in shown
    assert shown.count("╭─ ") > 2 * len(script.steps)
    assert "stopped" not in shown


def test_an_unknown_demo_names_those_there_are() -> None:
    code, shown = played("nothing")
    assert code == 2
    assert "helpdesk" in shown


@pytest.mark.parametrize("name", names())
def test_each_demo_is_of_a_process(name: str) -> None:
    """The script loads, and the process of its name ships."""
    assert load(name).steps
    assert (SHIPPED / f"{name}.yaml").exists()


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ("{says: x, text: hello}", "exactly one of"),
        ("{says: x, writes: a@b.example, answers: a@b.example}", "exactly one of"),
        ("{says: x, taps: a@b.example}", "command belongs to taps"),
        ("{says: x, writes: a@b.example, txet: hello}", "txet"),
        ("{says: x, writes: [}", "demo.yaml:6"),
    ],
)
def test_a_faulty_script_is_named(tmp_path: Path, step: str, says: str) -> None:
    """What is wrong, and where."""
    text = f"title: t\ndesk: d@d.example\ndesks: ''\npeople: ''\nsteps:\n  - {step}\n"
    (tmp_path / "demo.yaml").write_text(text)
    with pytest.raises(ValueError, match=says):
        load("demo", tmp_path)


def test_links_are_what_a_mail_client_writes() -> None:
    """To, subject and text, and never the commands of another link."""
    text = (
        "Yes (#approve): <mailto:desk%2B1.abc@d.example?subject=%5B%231%5D%20Yes"
        "&body=%23approve%0D%0A%0D%0A>\nNo: <mailto:desk@d.example?subject=No&body=%23decline%20>"
    )
    first, second = links(text)
    assert first == Link("desk+1.abc@d.example", "[#1] Yes", "#approve\r\n\r\n")
    assert first.commands("approve")
    assert not first.commands("decline")
    assert second.commands("decline")
    assert without_targets(text) == "Yes (#approve): <…>\nNo: <…>"
