"""The Postfix that other tests rely on."""

from __future__ import annotations

import email
import smtplib
import sys
from pathlib import Path

import pytest
from imapclient import IMAPClient

from tests.servers.dovecot import PASSWORD, StartDovecot
from tests.servers.postfix import BOUNCES, Postfix, StartPostfix, lmtp, pipe
from tests.servers.running import eventually

MAIL = b"From: anna@acme.example\r\nSubject: printer\r\n\r\nIt smokes.\r\n"


def send(postfix: Postfix, recipient: str, mail: bytes = MAIL) -> None:
    with smtplib.SMTP("127.0.0.1", postfix.port, local_hostname="mail.acme.example") as client:
        client.sendmail("anna@acme.example", [recipient], mail)


def test_it_delivers_by_lmtp_and_imap_shows_it(
    start_postfix: StartPostfix, start_dovecot: StartDovecot
) -> None:
    """A mail to an extended address goes through Postfix into Dovecot and is read by IMAP."""
    dovecot = start_dovecot()
    postfix = start_postfix({"helpdesk@accel.example": lmtp(dovecot.lmtp_port)})
    send(postfix, "helpdesk+88.token@accel.example")
    eventually(lambda: dovecot.inbox("helpdesk@accel.example"), "delivered")
    with IMAPClient("127.0.0.1", dovecot.imap_port, ssl=False, timeout=10) as client:
        client.login("helpdesk@accel.example", PASSWORD)
        client.select_folder("INBOX")
        (uid,) = client.search()
        header = client.fetch([uid], ["BODY.PEEK[HEADER]"])[uid][b"BODY[HEADER]"]
    assert b"Received: from mail.acme.example" in header
    assert b"Delivered-To: helpdesk+88.token@accel.example" in header


def test_it_pipes_into_a_command(start_postfix: StartPostfix, tmp_path: Path) -> None:
    """The command gets the mail with Delivered-To and Return-Path, and the recipient if it asks."""
    target = tmp_path / "mail.eml"
    code = f"import sys; open({str(target)!r}, 'a').write(sys.argv[1] + '\\n' + sys.stdin.read())"
    postfix = start_postfix(
        {"desk@accel.example": pipe(sys.executable, "-c", code, "${recipient}")}
    )
    send(postfix, "desk+7@accel.example")
    eventually(lambda: "status=sent" in postfix.log, "piped")
    recipient, mail = target.read_text().split("\n", 1)
    assert recipient == "desk+7@accel.example"
    assert "Return-Path: <anna@acme.example>\n" in mail
    assert "Delivered-To: desk+7@accel.example\n" in mail
    assert mail.endswith("\n\nIt smokes.\n")


def test_a_temporary_exit_code_keeps_the_mail_in_the_queue(start_postfix: StartPostfix) -> None:
    """75 (EX_TEMPFAIL) defers; the mail survives a kill of Postfix."""
    tempfail = pipe(sys.executable, "-c", "raise SystemExit(75)")
    postfix = start_postfix({"desk@accel.example": tempfail})
    send(postfix, "desk@accel.example")
    eventually(lambda: "status=deferred" in postfix.log, "deferred")
    postfix.kill()
    postfix.start()
    (waiting,) = postfix.queue()
    assert waiting["sender"] == "anna@acme.example"


def test_a_bouncing_address_returns_a_report(
    start_postfix: StartPostfix, start_dovecot: StartDovecot
) -> None:
    """What is taken and cannot be delivered comes back as a DSN with the null sender (RFC 3464)."""
    dovecot = start_dovecot()
    postfix = start_postfix({"acme.example": lmtp(dovecot.lmtp_port), "gone@acme.example": BOUNCES})
    send(postfix, "gone@acme.example")
    (report,) = eventually(lambda: dovecot.inbox("anna@acme.example"), "the DSN")
    assert report.startswith(b"Return-Path: <>")
    assert email.message_from_bytes(report).get_content_type() == "multipart/report"


@pytest.mark.parametrize("stranger", ["nobody@accel.example", "a@elsewhere.example"])
def test_it_refuses_what_it_has_no_route_for(start_postfix: StartPostfix, stranger: str) -> None:
    """No open relay, no unknown desk."""
    postfix = start_postfix({"desk@accel.example": lmtp(1)})
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(postfix, stranger)


def test_it_closes_the_door_to_smuggled_mail(
    start_postfix: StartPostfix, start_dovecot: StartDovecot
) -> None:
    """An end of data with bare line feeds does not start a second mail."""
    dovecot = start_dovecot()
    postfix = start_postfix({"acme.example": lmtp(dovecot.lmtp_port)})
    smuggled = b"MAIL FROM:<boss@acme.example>\r\nRCPT TO:<jan@acme.example>\r\nDATA\r\nforged"
    with smtplib.SMTP("127.0.0.1", postfix.port, local_hostname="mail.acme.example") as client:
        client.mail("anna@acme.example")
        client.rcpt("jan@acme.example")
        client.docmd("DATA")
        client.send(MAIL + b"\n.\n" + smuggled + b"\r\n.\r\n")
        code, _ = client.getreply()
    assert code == 250
    (only,) = eventually(lambda: dovecot.inbox("jan@acme.example"), "delivered")
    assert b"\nforged" in only
