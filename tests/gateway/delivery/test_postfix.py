"""Through a real Postfix into a real Dovecot: connections are kept, refusals are understood."""

from __future__ import annotations

from gateway.delivery.connecting import Relay
from gateway.delivery.submission import SmtpSender
from gateway.delivery.values import Failed, Parcel, Sent
from tests.servers.dovecot import StartDovecot
from tests.servers.postfix import StartPostfix, lmtp
from tests.servers.running import eventually

BODY = b"From: helpdesk@accel.example\r\nTo: jan@acme.example\r\nSubject: Hello\r\n\r\n.\r\nJan\r\n"


def test_mails_arrive_through_a_real_relay(
    start_postfix: StartPostfix, start_dovecot: StartDovecot
) -> None:
    """Twenty over one connection, with their dots; who is not there is refused for good."""
    dovecot = start_dovecot()
    postfix = start_postfix({"jan@acme.example": lmtp(dovecot.lmtp_port)})
    sender = SmtpSender(Relay("127.0.0.1", postfix.port, "accel.example"))
    for number in range(20):
        body = BODY + b"%d\r\n" % number
        assert sender.send(Parcel("helpdesk@accel.example", "jan@acme.example", body)) == Sent(
            "2.0.0"
        )
    failed = sender.send(Parcel("helpdesk@accel.example", "nobody@acme.example", BODY))
    assert isinstance(failed, Failed)
    assert (failed.permanent, failed.status) == (True, "5.1.1")
    sender.close()
    box = dovecot.maildir("jan@acme.example")
    eventually(lambda: len(list(box.glob("new/*"))) == 20, "twenty mails")
    assert all(b"\n.\nJan\n" in path.read_bytes() for path in box.glob("new/*"))
    eventually(lambda: " mail=21 rcpt=20/21 data=20 " in postfix.log, "one connection for all")
