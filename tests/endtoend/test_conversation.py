"""The product as people meet it: their own mail clients and servers around a `serve`."""

from __future__ import annotations

import re
import smtplib
import sys
from email.message import EmailMessage

import pytest

from tests.servers.dovecot import StartDovecot
from tests.servers.gateway import HELPDESK, PROGRAM, Gateway, StartGateway
from tests.servers.mutt import mutt_reply
from tests.servers.postfix import StartPostfix, lmtp, pipe
from tests.servers.running import eventually
from tests.servers.swaks import swaks

pytestmark = pytest.mark.real

JAN, MARIE = "jan@acme.example", "marie@accel.example"


def plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def first_mail(gateway: Gateway, port: int | None = None) -> None:
    swaks(
        port or gateway.port,
        sender=JAN,
        recipients=[HELPDESK],
        subject="De printer staat in brand",
        body="Goeiedag,\nde printer staat in brand.",
    )


def test_first_mail_gets_an_acknowledgement_and_staff_are_told(start_gateway: StartGateway) -> None:
    """swaks sends; the customer hears the number in their language, the desk gets the mail."""
    gateway = start_gateway()
    first_mail(gateway)
    counts = gateway.settled()
    assert counts["received"] == counts["on_tickets"] == counts["tickets"] == 1
    (answer,) = gateway.mails_to(JAN)
    assert answer["Subject"] == "[#1] De printer staat in brand"
    assert answer["Auto-Submitted"] == "auto-replied"
    assert re.fullmatch(r".*helpdesk\+1\.[a-z2-7]{26}@accel\.example.*", answer["Reply-To"])
    assert "ticket" in plain(answer)
    assert "de printer staat in brand" not in plain(answer)
    (notice,) = gateway.mails_to(MARIE)
    assert "de printer staat in brand" in plain(notice)
    ticket = gateway.show(1)
    assert (ticket["requester"], ticket["organisation"], ticket["status"]) == (JAN, "Acme", "new")


def test_mutt_reads_the_maildir_and_answers_through_pipe(start_gateway: StartGateway) -> None:
    """An agent's mutt opens the outgoing Maildir; its sendmail is the gateway itself, by way of
    env, since mutt starts a program by its last name and Python finds its .venv by its path. The
    customer receives the new text alone, threaded, and the quoted history commands nothing."""
    gateway = start_gateway()
    first_mail(gateway)
    gateway.settled()
    sendmail = f"env {sys.executable} {PROGRAM} --home {gateway.home} pipe"
    only_for(gateway, MARIE)
    mutt_reply(gateway.maildir, "#take\n\nIk kijk ernaar, Jan.", sendmail, MARIE)
    eventually(lambda: gateway.show(1)["status"] == "open", "taken", 30)
    gateway.settled()
    ticket = gateway.show(1)
    assert ticket["assignee"] == MARIE
    *_, relayed = gateway.mails_to(JAN)
    assert "Ik kijk ernaar, Jan." in plain(relayed)
    assert "#take" not in plain(relayed)
    assert "marie@accel.example" not in relayed.as_string()
    assert relayed["In-Reply-To"]
    assert relayed["Auto-Submitted"] is None


def only_for(gateway: Gateway, address: str) -> None:
    """Takes everybody else's copies out of the Maildir, as if it were this person's mailbox."""
    for file in (gateway.maildir / "new").iterdir():
        if f"To: {address}" not in file.read_text() and f"<{address}>" not in file.read_text():
            file.unlink()


def test_postfix_brings_by_lmtp_and_takes_what_leaves(
    start_gateway: StartGateway, start_postfix: StartPostfix, start_dovecot: StartDovecot
) -> None:
    """Postfix as border delivers by LMTP; what leaves goes through it into Dovecot, where the
    customer's mutt answers. The conversation runs both ways, on the very bytes that are kept."""
    dovecot = start_dovecot()
    outside = start_postfix(
        {"acme.example": lmtp(dovecot.lmtp_port), "marie@accel.example": lmtp(dovecot.lmtp_port)}
    )
    gateway = start_gateway(delivery=f"smtp://127.0.0.1:{outside.port}")
    border = start_postfix({HELPDESK: lmtp(gateway.lmtp_port)})
    first_mail(gateway, border.port)
    (answer,) = eventually(lambda: dovecot.inbox(JAN), "acknowledged", 40)
    assert b"[#1]" in answer
    eventually(lambda: dovecot.inbox(MARIE), "staff told", 40)
    mutt_reply(dovecot.maildir(JAN), "#hinder geblokkeerd allen", border.sendmail, JAN)
    eventually(lambda: gateway.show(1).get("priority") == "urgent", "customer's command", 40)
    mutt_reply(dovecot.maildir(MARIE), "#nemen\nIk kom eraan.", border.sendmail, MARIE)
    eventually(lambda: len(dovecot.inbox(JAN)) >= 3, "the agent's answer", 40)
    mails = b"".join(dovecot.inbox(JAN))
    assert b"Ik kom eraan." in mails
    assert b"marie@accel.example" not in mails
    ticket = gateway.show(1)
    assert [m["sender_verified"] for m in ticket["messages"] if m["direction"] == "in"][1:] == [
        "token",
        "token",
    ]
    assert all(m["delivery"] == "sent" for m in ticket["messages"] if m["direction"] == "out")


def test_postfix_pipes_and_a_bounce_comes_back(
    start_gateway: StartGateway, start_postfix: StartPostfix
) -> None:
    """Postfix's pipe transport runs the gateway; a mail that the customer's server refuses returns
    to the envelope address of that very copy, marks it bounced, and staff are told."""
    gateway = start_gateway(delivery="maildir:outgoing")
    command = (
        sys.executable,
        str(PROGRAM),
        "--home",
        str(gateway.home),
        "pipe",
        "-f",
        "${sender}",
        "--",
        "${recipient}",
    )
    border = start_postfix({HELPDESK: pipe(*command)})
    with smtplib.SMTP("127.0.0.1", border.port) as client:
        client.sendmail(
            JAN, [HELPDESK], b"From: jan@acme.example\r\nSubject: hallo\r\n\r\nHallo\r\n"
        )
    eventually(lambda: gateway.status()["on_tickets"] == 1, "piped", 30)
    with smtplib.SMTP("127.0.0.1", gateway.port) as client:
        reply = gateway_reply(gateway)
        client.sendmail(MARIE, [reply], answer_of(reply))
    gateway.settled()
    relayed = next(m for m in gateway.show(1)["messages"] if m["template"] == "reply")
    bounce_address = envelope_of(gateway, relayed["message_id"])
    with smtplib.SMTP("127.0.0.1", border.port) as client:
        client.sendmail("", [bounce_address], bounce(bounce_address))
    eventually(lambda: delivery_of(gateway, relayed["id"]) == "bounced", "bounced", 30)
    assert any("jan@acme.example" in plain(m) for m in gateway.mails_to(MARIE)[-1:])


def gateway_reply(gateway: Gateway) -> str:
    (notice,) = gateway.mails_to(MARIE)
    return str(notice["Reply-To"]).rpartition("<")[2].strip("> ")


def answer_of(address: str) -> bytes:
    return f"From: {MARIE}\r\nTo: {address}\r\nSubject: Re: [#1] hallo\r\n\r\nDag Jan\r\n".encode()


def envelope_of(gateway: Gateway, message_id: str) -> str:
    """The envelope sender of a copy, as `queue` and the store know it."""
    import sqlite3

    with sqlite3.connect(gateway.home / "gateway.db") as db:
        row = db.execute("SELECT envelope_from FROM outbox WHERE message_id = ?", (message_id,))
        return str(row.fetchone()[0])


def delivery_of(gateway: Gateway, message: int) -> str:
    return next(str(m["delivery"]) for m in gateway.show(1)["messages"] if m["id"] == message)


def bounce(to: str) -> bytes:
    return (
        f"From: MAILER-DAEMON@mx.acme.example\r\nTo: {to}\r\nSubject: Undelivered Mail\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status;"
        ' boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nNot delivered.\r\n'
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.acme.example"
        "\r\n\r\nFinal-Recipient: rfc822; jan@acme.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n--b--\r\n"
    ).encode()


def test_an_unknown_desk_is_refused_with_words(start_gateway: StartGateway) -> None:
    """550 with a clear text; nothing is stored."""
    gateway = start_gateway()
    dialog = swaks(
        gateway.port, sender=JAN, recipients=["nobody@accel.example"], subject="x", body="x"
    )
    assert dialog.code != 0
    assert "550 5.1.1" in dialog.text
    assert gateway.status()["received"] == 0


def test_what_was_acknowledged_survives_a_kill(start_gateway: StartGateway) -> None:
    """`kill -9` right after the 250: after the next start it is on a ticket, answered once."""
    gateway = start_gateway()
    first_mail(gateway)
    gateway.kill()
    assert gateway.status()["received"] == 1
    gateway.start()
    counts = gateway.settled()
    assert counts["on_tickets"] == counts["tickets"] == 1
    assert len(gateway.mails_to(JAN)) == 1
