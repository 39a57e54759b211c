"""The Dovecot that other tests rely on."""

from __future__ import annotations

import imaplib
import ssl

from imapclient import IMAPClient

from tests.servers.dovecot import PASSWORD, StartDovecot

MAIL = b"From: anna@acme.example\r\nSubject: printer\r\n\r\nIt smokes.\r\n"


def test_what_lmtp_delivers_imap_shows(start_dovecot: StartDovecot) -> None:
    """One mail goes in by LMTP and is read by IMAP and in the Maildir."""
    dovecot = start_dovecot()
    dovecot.deliver("jan@acme.example", MAIL, sender="anna@acme.example")
    with IMAPClient("127.0.0.1", dovecot.imap_port, ssl=False, timeout=10) as client:
        client.login("jan@acme.example", PASSWORD)
        client.select_folder("INBOX")
        (uid,) = client.search()
        assert client.fetch([uid], ["BODY.PEEK[TEXT]"])[uid][b"BODY[TEXT]"] == b"It smokes.\r\n"
    (kept,) = dovecot.inbox("jan@acme.example")
    assert kept.startswith(b"Return-Path: <anna@acme.example>")


def test_imap_over_tls_with_its_own_authority(start_dovecot: StartDovecot) -> None:
    """A client that trusts the certificate gets in by TLS."""
    dovecot = start_dovecot()
    context = ssl.create_default_context(cafile=dovecot.certificate)
    with imaplib.IMAP4_SSL("127.0.0.1", dovecot.imaps_port, ssl_context=context) as client:
        assert client.login("jan@acme.example", PASSWORD)[0] == "OK"


def test_mail_survives_a_kill(start_dovecot: StartDovecot) -> None:
    """Killed and started again, it still has the mail."""
    dovecot = start_dovecot()
    dovecot.deliver("jan@acme.example", MAIL)
    dovecot.kill()
    dovecot.start()
    with imaplib.IMAP4("127.0.0.1", dovecot.imap_port) as client:
        client.login("jan@acme.example", PASSWORD)
        assert client.select("INBOX") == ("OK", [b"1"])
