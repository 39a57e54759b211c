"""How a command is written, as answers and lists show it: it can be written as it stands there."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from rules.arguments import Fault, read_arguments
from rules.checks.aliases import LANGUAGES
from rules.kinds import Frame
from rules.process import Argument
from rules.usage import placeholder, usage
from tests.rules.processes import shipped

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
GIVEN = {
    "text": "abc",
    "word": "4711",
    "person": "marie",
    "address": "jan@acme.example",
    "addresses": "+jan@acme.example",
    "ticket": "5",
    "task": "2",
    "duration": "1h30",
    "moment": "24/11 10:00",
    "date": "24/11/2026",
    "amount": "450",
    "phone": "+32 3 460 35 35",
    "url": "https://roadmap.example/1",
    "contract": "Magic",
    "desk": "dev",
    "type": "incident",
    "score": "5",
}
"""One of each kind whose placeholder says what to put there rather than what to write."""
COMMANDS = [
    (process, name)
    for process in (
        "agency",
        "consulting",
        "development",
        "helpdesk",
        "servicedesk",
        "servicesheet",
    )
    for name in shipped(process).commands
]


def written(name: str, spec: Argument, language: str, choice: int) -> str:
    """What the usage shows of it, filled in: of several words the one of this number."""
    shown = placeholder(name, spec, language).split("|")
    value = shown[choice % len(shown)]
    if spec.type in GIVEN and not spec.example:
        value = GIVEN[spec.type]
    keyword = f"{spec.keyword_in(language)} " if spec.after else ""
    return keyword + value


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("choice", [0, 1, 2, 3])
def test_what_is_shown_is_understood(language: str, choice: int) -> None:
    """Every keyword, flag, choice, priority and example of every command, in each language, at a
    desk of any language."""
    for (process, name), desk in product(COMMANDS, ("en", "nl")):
        command = shipped(process).commands[name]
        specs = {**command.needs, **command.takes}
        last = sorted(specs, key=lambda n: specs[n].type == "text")
        line = " ".join(
            ("@" if n in command.takes and specs[n].type == "person" else "")
            + written(n, specs[n], language, choice)
            for n in last
        )
        frame = Frame(NOW, ZoneInfo("Europe/Brussels"), desk, language)
        values = read_arguments(name, command, line, "", frame)
        assert not isinstance(values, Fault), (process, name, line, values)
        assert values.keys() == specs.keys(), (process, name, line, values)


@pytest.mark.parametrize(
    ("name", "language", "shown"),
    [
        ("time", "fr", "#temps 1h30 [hier] [non-facturable] [TEXTE]"),
        ("time", "cs", "#čas 1h30 [včera] [nefakturovat] [TEXT]"),
        ("time", "nl", "#tijd 1h30 [gisteren] [niet-factureerbaar] [TEKST]"),
        ("time", "de", "#zeit 1h30 [gestern] [nicht-abrechenbar] [TEXT]"),
        ("priority", "en", "#priority low|normal|high|urgent"),
        ("priority", "fr", "#priorité basse|normale|haute|urgente"),
        ("priority", "cs", "#priorita nízká|normální|vysoká|urgentní"),
        ("priority", "nl", "#prioriteit laag|normaal|hoog|dringend"),
        ("priority", "de", "#priorität niedrig|normal|hoch|dringend"),
        ("task", "cs", "#úkol [@kdo] [do DATUM] TEXT"),
        ("task", "nl", "#taak [@wie] [tegen DATUM] TEKST"),
        ("assign", "de", "#zuweisen WER [aufgabe N]"),
        ("impact", "de", "#auswirkung blockiert|arbeitet alle|einige|einer"),
    ],
)
def test_usage_in_the_language_of_its_reader(name: str, language: str, shown: str) -> None:
    """No English word stands where the language has its own."""
    assert usage(name, shipped("helpdesk").commands[name], language) == shown
