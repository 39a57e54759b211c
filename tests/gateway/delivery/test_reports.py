"""Reports of delivery (RFC 3461): asked for where the relay knows them, and what comes back."""

from __future__ import annotations

import smtplib

import pytest

from gateway.delivery.connecting import Relay
from gateway.delivery.reports import notify, returned
from gateway.delivery.submission import SmtpSender
from gateway.delivery.values import Parcel, Sent
from gateway.reading import ParsedMail, parse
from tests.servers.dovecot import StartDovecot
from tests.servers.postfix import BOUNCES, StartPostfix, lmtp
from tests.servers.running import eventually

DESK, JAN = "helpdesk+88.abc@accel.example", "jan@acme.example"


def server(*extensions: str) -> smtplib.SMTP:
    """A connection to one that offers these."""
    connection = smtplib.SMTP()
    connection.does_esmtp = True
    connection.esmtp_features = dict.fromkeys(extensions, "")
    return connection


ASKED = {
    "ordinary": (
        Parcel(DESK, JAN, b"", message_id="<88.1@accel.example>"),
        ["RET=HDRS", "ENVID=88.1@accel.example"],
        ["NOTIFY=FAILURE,DELAY", "ORCPT=rfc822;jan@acme.example"],
    ),
    "signs that have a meaning of their own": (
        Parcel(DESK, "a+b=c@acme.example", b"", message_id="<a+b=c@accel.example>"),
        ["RET=HDRS", "ENVID=a+2Bb+3Dc@accel.example"],
        ["NOTIFY=FAILURE,DELAY", "ORCPT=rfc822;a+2Bb+3Dc@acme.example"],
    ),
    "too long a name": (
        Parcel(DESK, JAN, b"", message_id=f"<{'x' * 100}@accel.example>"),
        ["RET=HDRS"],
        ["NOTIFY=FAILURE,DELAY", "ORCPT=rfc822;jan@acme.example"],
    ),
    "beyond ASCII": (
        Parcel(DESK, "jürgen@acme.example", b"", message_id="<1@accel.example>"),
        ["RET=HDRS", "ENVID=1@accel.example"],
        ["NOTIFY=FAILURE,DELAY"],
    ),
    "the null sender": (Parcel("", JAN, b"", message_id="<1@accel.example>"), [], []),
}


@pytest.mark.parametrize("parcel, of_mail, of_rcpt", ASKED.values(), ids=ASKED.keys())
def test_what_is_asked_for(parcel: Parcel, of_mail: list[str], of_rcpt: list[str]) -> None:
    """Failures and delays, by header; nothing of a relay that does not know reports."""
    assert returned(server("dsn"), parcel) == of_mail
    assert notify(server("dsn"), parcel) == of_rcpt
    assert returned(server("size"), parcel) == notify(server("size"), parcel) == []


def test_a_real_relay_names_the_mail_in_its_report(
    start_postfix: StartPostfix, start_dovecot: StartDovecot
) -> None:
    """Postfix returns the header and the envelope's name; both give our Message-ID."""
    dovecot = start_dovecot()
    postfix = start_postfix(
        {"gone@acme.example": BOUNCES, "helpdesk@accel.example": lmtp(dovecot.lmtp_port)}
    )
    sender = SmtpSender(Relay("127.0.0.1", postfix.port, "accel.example"))
    body = b"From: helpdesk@accel.example\r\nMessage-ID: <88.a=1@accel.example>\r\n\r\nsecret\r\n"
    parcel = Parcel(DESK, "gone@acme.example", body, message_id="<88.a=1@accel.example>")
    assert isinstance(sender.send(parcel), Sent)
    sender.close()
    address = "helpdesk@accel.example"
    (report,) = eventually(
        lambda: dovecot.inbox(DESK) or dovecot.inbox(address), "the report came back"
    )
    assert b"Original-Envelope-Id: 88.a=1@accel.example" in report
    assert b"secret" not in report
    found = parse(report, mail_from="")
    assert isinstance(found, ParsedMail)
    assert found.bounce is not None
    assert found.bounce.original_message_id == "<88.a=1@accel.example>"
    assert found.bounce.recipients[0].address == "gone@acme.example"
    header = report.replace(b"Message-ID: <88.a=1@accel.example>", b"")
    found = parse(header, mail_from="")
    assert isinstance(found, ParsedMail)
    assert found.bounce is not None
    assert found.bounce.original_message_id == "<88.a=1@accel.example>"
