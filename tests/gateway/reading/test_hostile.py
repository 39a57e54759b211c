"""Mails made to hang, to exhaust or to deceive are answered, in bounded time and memory.

Each is read in a process of its own with less memory and time than the child of `guard` has, so
that neither depends on the machine being idle.
"""

from __future__ import annotations

import multiprocessing
from unittest.mock import patch

import pytest

from gateway.reading import ParsedMail, Unreadable, addresses, parse, parts, problems
from tests.gateway.reading import hostile_mails
from tests.gateway.reading.hostile_mails import HOSTILE
from tests.gateway.reading.mails import mail

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([hostile_mails.__name__])


@pytest.mark.parametrize("name", HOSTILE)
def test_bounded(name: str) -> None:
    """It is read to its end, within limits that ordinary mails are far from."""
    receiver, sender = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=hostile_mails.limited, args=(name, sender))
    process.start()
    sender.close()
    try:
        found = receiver.recv()
    except EOFError:
        found = ("it died",)
    process.join()
    assert process.exitcode == 0
    assert HOSTILE[name][1] in (*found, "")


def test_by_way_of_the_child() -> None:
    """Such a mail is read through the child, with the same answer."""
    found = parse(HOSTILE["1,000 nested parts"][0]())
    assert isinstance(found, ParsedMail)
    assert problems.NESTED_TOO_DEEP in found.problems


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (RuntimeError("odd"), Unreadable("RuntimeError: odd")),
        (RecursionError(), Unreadable("RecursionError: ")),
        (MemoryError(), Unreadable("no memory left to read it in", temporary=True)),
    ],
)
def test_never_the_service(error: Exception, expected: Unreadable) -> None:
    """What fails in a way nobody thought of is unreadable, and does not raise."""
    with patch.object(parts, "take_apart", side_effect=error):
        assert parse(mail()) == expected


def test_one_accessor_alone() -> None:
    """What fails within one accessor leaves the others as they are, and is said."""
    with patch.object(addresses, "boxes", side_effect=ValueError):
        found = parse(mail())
    assert isinstance(found, ParsedMail)
    assert (found.subject, found.to) == ("Printer", ())
    assert problems.UNREADABLE_HEADERS in found.problems
