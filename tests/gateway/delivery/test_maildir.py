"""Mails in a Maildir: whole or not at all, once, and readable by other programs."""

from __future__ import annotations

import errno
import mailbox
import os
import resource
from pathlib import Path

import pytest

from gateway.delivery.maildir import MaildirSender
from gateway.delivery.values import Failed, Parcel, Sent, Unreachable
from tests.servers.mutt import mutt_reply

BODY = (
    b"From: helpdesk@accel.example\r\nTo: jan@acme.example\r\nSubject: Hello\r\n\r\nJan,\r\n.\r\n"
)
PARCEL = Parcel("helpdesk@accel.example", "jan@acme.example", BODY)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "outgoing"


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_mail_is_a_file(folder: Path) -> None:
    """The mail and nothing else, with a file's line ends; private; nothing stays in tmp."""
    assert MaildirSender(folder).send(PARCEL) == Sent()
    [file] = files(folder)
    assert file.parent == folder / "new"
    assert file.read_bytes() == BODY.replace(b"\r\n", b"\n")
    assert file.stat().st_mode & 0o777 == 0o600
    assert (folder / "cur").is_dir()


def test_python_reads_it(folder: Path) -> None:
    sender = MaildirSender(folder)
    for number in range(3):
        sender.send(Parcel("", "jan@acme.example", BODY + b"%d\r\n" % number))
    assert [mail["Subject"] for mail in mailbox.Maildir(folder)] == ["Hello"] * 3


def test_mutt_answers_it(folder: Path, tmp_path: Path) -> None:
    """As a person would, with the mail quoted below."""
    MaildirSender(folder).send(PARCEL)
    sent = tmp_path / "sent"
    script = tmp_path / "sendmail"
    script.write_text(f"#!/bin/sh\ncat > {sent}\n")
    script.chmod(0o755)
    mutt_reply(folder, "Thank you", str(script), "jan@acme.example")
    answer = sent.read_text()
    assert "To: helpdesk@accel.example" in answer
    assert "> Jan,\n> .\n" in answer


def test_the_same_mail_again_is_the_same_file(folder: Path) -> None:
    """Also when a client has seen it meanwhile; another recipient's copy is another file."""
    sender = MaildirSender(folder)
    again = Parcel(PARCEL.sender, PARCEL.recipient, BODY, again=True)
    sender.send(PARCEL)
    sender.send(again)
    [file] = files(folder)
    file.rename(folder / "cur" / f"{file.name}:2,S")
    assert sender.send(again) == Sent()
    assert len(files(folder)) == 1
    sender.send(Parcel(PARCEL.sender, "marie@accel.example", BODY, again=True))
    assert len(files(folder)) == 2


def test_a_folder_that_went_away_is_made_again(folder: Path, tmp_path: Path) -> None:
    sender = MaildirSender(folder)
    sender.send(PARCEL)
    folder.rename(tmp_path / "elsewhere")
    assert isinstance(sender.send(PARCEL), Unreachable)
    assert sender.send(PARCEL) == Sent()
    assert len(files(folder)) == 1


def test_a_place_where_no_folder_can_be(tmp_path: Path) -> None:
    """Closes the way out: it is no mail's fault."""
    (tmp_path / "file").write_text("x")
    found = MaildirSender(tmp_path / "file" / "outgoing").send(PARCEL)
    assert found == Unreachable(f"{tmp_path}/file/outgoing: File exists")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk(folder: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """For now: nothing half written stays, and a smaller mail may still fit."""
    sender = MaildirSender(folder)
    sender.send(Parcel("", "jan@acme.example", b"first"))

    def full(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        failed = sender.send(PARCEL)
    assert isinstance(failed, Failed)
    assert (failed.permanent, failed.status) == (False, "4.3.1")
    assert len(files(folder)) == 1
    assert sender.send(PARCEL) == Sent()


def test_a_mail_that_does_not_fit(folder: Path) -> None:
    """As the kernel says it: nothing half written stays, and others go on."""
    sender = MaildirSender(folder)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        failed = sender.send(Parcel("", "jan@acme.example", BODY + b"x" * 50_000))
        assert sender.send(PARCEL) == Sent()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert isinstance(failed, Failed)
    assert (failed.permanent, failed.status) == (False, "4.3.1")
    assert [file.read_bytes() for file in files(folder)] == [BODY.replace(b"\r\n", b"\n")]


def test_what_a_delivery_that_died_left_is_removed(folder: Path) -> None:
    """After 36 hours, as every Maildir is tidied."""
    MaildirSender(folder).send(PARCEL)
    old, new = folder / "tmp" / "old", folder / "tmp" / "new"
    old.write_text("half a ma")
    new.write_text("half a ma")
    os.utime(old, (0, 0))
    MaildirSender(folder).send(PARCEL)
    assert (old.exists(), new.exists()) == (False, True)
