"""Strangers learn nothing of tickets: not by what they are answered, nor by how long it takes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from tests.scenarios.incoming import raw_mail
from tests.scenarios.stage import Stage
from tests.scenarios.test_brakes import staged

pytestmark = pytest.mark.slow

OF_TICKETS = re.compile(
    r"\bFROM (tickets(?! JOIN timers)|participants|tasks|time_entries|quotes|links)\b"
)
CHANGING = re.compile(r"<mailto:[^>]*>|\d+")
QUESTIONS = [
    ("hello", "#status {number}"),
    ("hello", "#link {number}"),
    ("[#{number}] hello", "#history"),
    ("[#{number}] hello", "Any news?"),
]


@contextmanager
def reads(stage: Stage) -> Iterator[Counter[str]]:
    """What is read of tickets meanwhile, by table."""
    found = Counter[str]()

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        found.update(OF_TICKETS.findall(statement))

    engine = stage.house.database.engine
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def ask(stage: Stage, who: str, subject: str, text: str) -> tuple[Counter[str], list[str]]:
    """What is read for a mail, and what its sender is answered but for numbers and links."""
    mail = f"From: {who}\nTo: helpdesk@accel.example\nSubject: {subject}\n\n{text}\n"
    with reads(stage) as found:
        stage.arrive(raw_mail(mail, who, stage.clock.now, stage.house.desks))
    return found, [CHANGING.sub("", left.text) for left in stage.received(who)]


def test_a_ticket_that_exists_costs_a_stranger_the_same_work(tmp_path: Path) -> None:
    """Whatever they ask about it: as many queries of every table, and the same answers."""
    with staged(tmp_path / "home") as stage:
        ask(stage, "jan@acme.example", "printer", "It is broken.")
        for at, (subject, text) in enumerate(QUESTIONS):
            there, nowhere = (
                ask(
                    stage,
                    f"{name}{at}@attack.example",
                    subject.format(number=number),
                    text.format(number=number),
                )
                for name, number in (("a", 1), ("b", 999))
            )
            assert there == nowhere, (subject, text)
