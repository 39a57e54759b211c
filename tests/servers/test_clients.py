"""The real clients that other tests rely on: mutt and swaks."""

from __future__ import annotations

import email
import email.policy
import mailbox
import sys
from pathlib import Path

import pytest

from tests.servers.dovecot import StartDovecot
from tests.servers.mutt import mutt_reply
from tests.servers.postfix import StartPostfix, lmtp
from tests.servers.running import eventually
from tests.servers.swaks import swaks

pytestmark = pytest.mark.real

MAIL = b"""\
From: Accel Service Desk <helpdesk@accel.example>
Reply-To: helpdesk+88.token@accel.example
To: jan@acme.example
Subject: [#88] quote
Message-ID: <1@accel.example>
Date: Sat, 21 Nov 2026 10:00:00 +0100
Content-Type: text/plain; charset=utf-8

Do you approve 450 EUR?
"""

KEEP = "import sys; open(sys.argv[1], 'w').write('\\n'.join([*sys.argv[2:], '', sys.stdin.read()]))"


def test_mutt_answers_the_newest_mail(tmp_path: Path) -> None:
    """The answer goes to the Reply-To, threaded, its text above the quoted original."""
    box = mailbox.Maildir(tmp_path / "box")
    box.add(MAIL.replace(b"88", b"87").replace(b"<1@", b"<0@"))
    box.add(MAIL)
    sent = tmp_path / "sent"
    keep = tmp_path / "keep.py"
    keep.write_text(KEEP)
    sendmail = f"{sys.executable} {keep} {sent}"
    mutt_reply(tmp_path / "box", "#approve\nPříliš žluťoučký", sendmail, "jan@acme.example")
    arguments, mail = sent.read_bytes().split(b"\n\n", 1)
    expected = "-f jan@acme.example -- helpdesk+88.token@accel.example"
    assert arguments.decode().splitlines() == expected.split()
    message = email.message_from_bytes(mail, policy=email.policy.default)
    assert message["From"] == "jan@acme.example"
    assert message["Subject"] == "Re: [#88] quote"
    assert message["In-Reply-To"] == "<1@accel.example>"
    lines = message.get_content().splitlines()
    assert lines[:2] == ["#approve", "Příliš žluťoučký"]
    assert "> Do you approve 450 EUR?" in lines


def test_mutt_that_cannot_send_fails_the_test(tmp_path: Path) -> None:
    """A client that hangs is ended, and its screen shown."""
    mailbox.Maildir(tmp_path / "box").add(MAIL)
    with pytest.raises(AssertionError, match="did not come to its end"):
        mutt_reply(tmp_path / "box", "#approve", "/bin/false", "jan@acme.example", seconds=2)


def test_mutt_through_postfix(start_postfix: StartPostfix, start_dovecot: StartDovecot) -> None:
    """From a mailbox on Dovecot through Postfix's sendmail to the desk's mailbox."""
    dovecot = start_dovecot()
    postfix = start_postfix({"accel.example": lmtp(dovecot.lmtp_port)})
    dovecot.deliver("jan@acme.example", MAIL)
    mutt_reply(
        dovecot.maildir("jan@acme.example"), "#approve", postfix.sendmail, "jan@acme.example"
    )
    (answer,) = eventually(lambda: dovecot.inbox("helpdesk@accel.example"), "the answer")
    assert b"\n\n#approve\n" in answer
    assert b"Return-Path: <jan@acme.example>" in answer


def test_swaks_sends_a_mail(start_dovecot: StartDovecot) -> None:
    """A mail of its own by LMTP, and the dialog to look at."""
    dovecot = start_dovecot()
    dialog = swaks(
        dovecot.lmtp_port,
        sender="",
        recipients=["jan@acme.example", "anna@acme.example"],
        subject="printer",
        options=["--protocol", "LMTP"],
    )
    assert dialog.code == 0, dialog.text
    assert dialog.text.count("<-  250 2.0.0 <") == 2
    (mail,) = dovecot.inbox("jan@acme.example")
    assert b"Subject: printer\n" in mail


def test_swaks_sends_the_bytes_it_is_given(start_postfix: StartPostfix) -> None:
    """A refused recipient is a code, not an exception."""
    postfix = start_postfix({"desk@accel.example": lmtp(1)})
    dialog = swaks(postfix.port, sender="a@x.example", recipients=["b@y.example"], mail=MAIL)
    assert dialog.code == 24
    assert "554 5.7.1 <b@y.example>: Relay access denied" in dialog.text
