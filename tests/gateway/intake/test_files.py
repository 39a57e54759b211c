"""Mails out of files."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.intake.files import Found, find, measure
from gateway.values import Channel
from tests.gateway.intake.desk import HELPDESK, NOW

MBOX = b"""From jan@acme.example Sat Nov 21 22:11:00 2026
Subject: one

Hello
>From here on
>>From there
From now on 12:00 is noon, not a separator

From a sentence, without a time

From MAILER-DAEMON Sat Nov 21 22:12:00 2026
Subject: two

Bye

"""


def contents(*paths: Path, max_size: int = 1000) -> list[bytes]:
    return [found.original or found.problem.encode() for found in find(paths, max_size)]


def test_mbox(tmp_path: Path) -> None:
    """Mails between separators, unquoted, without the mbox's own empty lines."""
    box = tmp_path / "box"
    box.write_bytes(MBOX)
    one, two = find([box], 1000)
    assert one.original == (
        b"Subject: one\n\nHello\nFrom here on\n>From there\n"
        b"From now on 12:00 is noon, not a separator\n\nFrom a sentence, without a time\n"
    )
    assert two.original == b"Subject: two\n\nBye\n"
    assert (one.origin, two.origin) == (f"{box}, mail 1", f"{box}, mail 2")
    assert one.weight + two.weight == len(MBOX) == measure([box])
    assert [f.raw(HELPDESK, NOW).envelope.mail_from for f in (one, two)] == ["jan@acme.example", ""]


def test_raw_mail_is_as_if_it_arrived(tmp_path: Path) -> None:
    """For the desk, by import, without a peer, byte for byte as it stands in the file."""
    file = tmp_path / "a.eml"
    file.write_bytes(b"From: jan@acme.example\n\nHi\n")
    (found,) = find([file], 1000)
    raw = found.raw(HELPDESK, NOW)
    assert raw.body == b"From: jan@acme.example\n\nHi\n"
    assert found.original == b"From: jan@acme.example\n\nHi\n"
    envelope = raw.envelope
    assert (envelope.channel, envelope.rcpt_to, envelope.peer) == (
        Channel.IMPORT,
        (HELPDESK,),
        None,
    )
    assert (envelope.mail_from, envelope.received_at) == ("jan@acme.example", NOW)


def test_maildir_and_folder(tmp_path: Path) -> None:
    """A Maildir by time of delivery, whatever is seen; a folder by its .eml files."""
    for name, text in {
        "box/cur/2.host:2,S": b"b",
        "box/new/1.host": b"a",
        "box/tmp/3.host": b"unfinished",
        "box/cur/.hidden": b"x",
        "more/deep/d.EML": b"d",
        "more/c.eml": b"c",
        "more/notes.txt": b"no mail",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    assert contents(tmp_path / "box", tmp_path / "more") == [b"a", b"b", b"c", b"d"]
    assert measure([tmp_path / "box", tmp_path / "more"]) == 4


def test_problems_stand_in_place_of_mails(tmp_path: Path) -> None:
    """What cannot be read is said, and the rest is read."""
    (tmp_path / "empty").write_bytes(b"\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "large").write_bytes(b"x" * 1001)
    (tmp_path / "box").write_bytes(MBOX.replace(b"Hello", b"Hello" * 300))
    names = ["absent", "empty", "folder", "large", "box"]
    assert contents(*(tmp_path / name for name in names)) == [
        b"no such file",
        b"the file is empty",
        b"no mails in it",
        b"larger than 1000 octets (max_size)",
        b"larger than 1000 octets (max_size)",
        b"Subject: two\n\nBye\n",
    ]


def test_unreadable_file(tmp_path: Path) -> None:
    """An error of the file system is a problem, not an exception."""
    box = tmp_path / "box"
    (box / "cur").mkdir(parents=True)
    mail = box / "cur" / "1"
    mail.write_bytes(b"x")
    mails = find([box], 1000)
    first = next(mails)
    assert first.original == b"x"
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    assert contents(loop) == [b"no such file"]


def test_endless_box_is_read_in_bounded_memory(tmp_path: Path) -> None:
    """Mails of nothing but empty lines or of one line without an end are refused cheaply."""
    box = tmp_path / "box"
    head = b"From a@b.example Sat Nov 21 22:11:00 2026\n"
    box.write_bytes(head + b"\n" * 300_000 + b"\n" + head + b"x" * 300_000 + b"\n\n" + MBOX)
    tracemalloc.start()
    found = contents(box, max_size=50_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found[:2] == [b"larger than 50000 octets (max_size)"] * 2
    assert len(found) == 4
    assert peak < 500_000


LINES = st.lists(st.sampled_from([b"a", b"", b"From x", b">From y", b".", b"\xff"]), max_size=8)


@given(st.lists(LINES, min_size=1, max_size=4))
def test_box_gives_back_what_was_put_in(
    tmp_path_factory: pytest.TempPathFactory, mails: list[list[bytes]]
) -> None:
    """Writing an mboxrd and reading it is the identity."""
    bodies = [b"Subject: x\n\n" + b"".join(line + b"\n" for line in mail) for mail in mails]
    box = tmp_path_factory.mktemp("boxes") / "box"
    with box.open("wb") as file:
        for body in bodies:
            quoted = [
                b">" + line if line.lstrip(b">").startswith(b"From ") else line
                for line in body.splitlines(keepends=True)
            ]
            file.write(b"From a@b.example Sat Nov 21 22:11:00 2026\n" + b"".join(quoted) + b"\n")
    assert contents(box) == bodies


def test_found_without_mail_says_why() -> None:
    """A problem is text for people; there is nothing to import beside it."""
    found = Found("x", 0, problem="no such file")
    assert (found.original, found.separator_sender) == (b"", None)
