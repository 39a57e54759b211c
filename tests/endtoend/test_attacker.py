"""What somebody with a socket and bad intentions gets out of a running gateway: nothing."""

from __future__ import annotations

import re
import smtplib
import socket
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage

import pytest

from tests.servers.gateway import HELPDESK, Gateway, running

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.long]

JAN, MARIE, EVE = "jan@acme.example", "marie@accel.example", "eve@attack.example"
BORDER = 'confirm"\nauthserv_id = "mx.accel.example'
"""The value of `unverified`, and a border that stamps."""
PROVEN = "Authentication-Results: mx.accel.example; dmarc=pass header.from={domain}"
CHANGING = re.compile(r"<mailto:[^>]*>|\d+")
"""Links that are signed for one person, and numbers."""
RECEIVED = "Received: from x by mx.accel.example; Sat, 21 Nov 2026 12:00:00 +0000"


def send(
    gateway: Gateway,
    sender: str,
    text: str,
    *,
    to: str = HELPDESK,
    subject: str = "[#1] hello",
    above: tuple[str, ...] = (),
    fields: tuple[str, ...] = (),
    envelope: str | None = None,
) -> None:
    """One mail as written, with what stands above all that its sender wrote."""
    lines = [*above, f"From: {sender}", f"To: {to}", f"Subject: {subject}", *fields, "", text, ""]
    with smtplib.SMTP("127.0.0.1", gateway.port, timeout=20) as client:
        client.sendmail(sender if envelope is None else envelope, [to], "\r\n".join(lines).encode())


def received(gateway: Gateway) -> int:
    return gateway.settled()["received"]


def state(gateway: Gateway) -> tuple[object, object]:
    shown = gateway.show(1)
    return shown["status"], shown["assignee"]


def body(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    return part.get_content() if part else ""


def with_a_ticket(gateway: Gateway) -> Gateway:
    """Jan's, #1; where there is a border he is proven."""
    stamp = PROVEN.format(domain="acme.example")
    send(gateway, JAN, "It is broken.", subject="printer", above=(stamp, RECEIVED))
    gateway.settled()
    return gateway


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    """Behind a border. All tests attack the same one, in any order."""
    with running(unverified=BORDER) as started:
        yield with_a_ticket(started)


@pytest.fixture
def open_gateway() -> Iterator[Gateway]:
    """Without a border: senders are looked up here, and no domain of this test is anywhere."""
    with running(unverified="confirm") as started:
        yield with_a_ticket(started)


def test_forged_staff_and_customers_change_nothing(gateway: Gateway) -> None:
    """Whatever the forged From, stamp, command or token; the one forged is asked, a few times."""
    forge(gateway)


def test_without_a_border_nothing_changes_either(open_gateway: Gateway) -> None:
    """A stamp is worth nothing where no border is, nor that the peer is this very machine."""
    before = state(open_gateway)
    forge(open_gateway)
    stamp = PROVEN.format(domain="accel.example")
    for envelope in (MARIE, "", EVE):
        send(open_gateway, MARIE, "#close", above=(stamp, RECEIVED), envelope=envelope)
    stolen = str(open_gateway.mails_to(JAN)[-1]["Reply-To"])
    send(open_gateway, EVE, "#history", to=stolen, above=(stamp, RECEIVED))
    open_gateway.settled()
    assert state(open_gateway) == before
    assert all("broken" not in body(mail) for mail in open_gateway.mails_to(EVE))


def forge(gateway: Gateway) -> None:
    """Marie and Jan are forged in every way; nothing comes of it."""
    before, marie, jan = state(gateway), len(gateway.mails_to(MARIE)), len(gateway.mails_to(JAN))
    forged = PROVEN.format(domain="accel.example")
    for above, text in [
        ((), "#close"),
        ((RECEIVED, forged), "#close"),
        ((forged.replace("Results:", "Results :"), RECEIVED), "#close"),
        ((forged.replace("mx.accel", "mx.other"), RECEIVED), "#take"),
        ((RECEIVED,), "\uff03take"),
        ((RECEIVED,), "#\u200btake"),
        ((RECEIVED,), "> quoted\r\n#take"),
    ]:
        send(gateway, MARIE, text, above=above, fields=("Content-Type: text/plain; charset=utf-8",))
    guessed = HELPDESK.replace("@", f"+1.{'a' * 26}@")
    send(gateway, JAN, "#approve", to=guessed)
    gateway.settled()
    assert state(gateway) == before
    assert len(gateway.mails_to(MARIE)) - marie <= 9
    assert len(gateway.mails_to(JAN)) - jan <= 1


def test_tokens_of_others_do_nothing(gateway: Gateway) -> None:
    """Eve has seen Jan's mail; his signed address is worth nothing under her name or Marie's."""
    before = state(gateway)
    stolen = str(gateway.mails_to(JAN)[-1]["Reply-To"])
    stamp = PROVEN.format(domain="attack.example")
    send(gateway, EVE, "#history", to=stolen, above=(stamp, RECEIVED))
    send(gateway, MARIE, "#close", to=stolen)
    send(gateway, EVE, "#yes", to=stolen.replace("+1.", "+2."), above=(stamp, RECEIVED))
    gateway.settled()
    assert state(gateway) == before
    assert all("broken" not in m.as_string() for m in gateway.mails_to(EVE))


def test_strangers_learn_nothing_of_numbers(gateway: Gateway) -> None:
    """A ticket that exists and one that does not bring the same mails, in whatever order."""
    told = []
    for number, who in ((1, "a@attack.example"), (99, "b@attack.example")):
        stamp = PROVEN.format(domain="attack.example")
        for text in (f"#status {number}", f"#history {number}"):
            send(gateway, who, text, subject=f"[#{number}] x", above=(stamp, RECEIVED))
        gateway.settled()
        told.append(sorted(CHANGING.sub("", body(mail)) for mail in gateway.mails_to(who)))
    assert told[0] == told[1]
    assert len(told[0]) <= 4


def test_forged_bounces_do_nothing(gateway: Gateway) -> None:
    """A report about a mail that we sent, to an address that it never came from."""
    before = gateway.show(1)["messages"]
    report = (
        "--b\r\nContent-Type: text/plain\r\n\r\nfailed\r\n--b\r\n"
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        f"Final-Recipient: rfc822; {JAN}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--"
    )
    kind = "Content-Type: multipart/report; report-type=delivery-status; boundary=b"
    for to in (HELPDESK, HELPDESK.replace("@", f"+1.{'b' * 26}@")):
        send(gateway, "mailer-daemon@x.example", report, to=to, fields=(kind,), envelope="")
    gateway.settled()
    delivered = [m.get("delivery") for m in gateway.show(1)["messages"]]
    assert "bounced" not in delivered
    assert delivered[: len(before)] == [m.get("delivery") for m in before]


def test_nothing_is_smuggled(gateway: Gateway) -> None:
    """Of five ends that are none, no second mail comes out."""
    before = received(gateway)
    ends = ("\n.\n", "\n.\r\n", "\r.\r", "\r\n.\n", "\r\n\0.\r\n")
    for end in ends:
        answers = smuggle(gateway, end)
        assert answers.count(b"250") + answers.count(b"354") <= 1, (end, answers)
    assert received(gateway) <= before + len(ends)
    assert state(gateway)[0] == "new"


def smuggle(gateway: Gateway, end: str) -> bytes:
    """What was answered to a mail with another behind it, from its text on."""
    smuggled = f"MAIL FROM:<{MARIE}>\r\nRCPT TO:<{HELPDESK}>\r\nDATA\r\nFrom: {MARIE}\r\n\r\n#close"
    with closing(socket.create_connection(("127.0.0.1", gateway.port), timeout=20)) as wire:
        for line in ("EHLO x", f"MAIL FROM:<{EVE}>", f"RCPT TO:<{HELPDESK}>", "DATA"):
            wire.recv(4096)
            wire.sendall(f"{line}\r\n".encode())
        wire.recv(4096)
        text = f"From: {EVE}\r\nSubject: hi\r\n\r\nhi{end}{smuggled}\r\n.\r\nQUIT\r\n"
        wire.sendall(text.encode())
        answers = b""
        while data := wire.recv(4096):
            answers += data
    return answers


def test_headers_are_not_injected(gateway: Gateway) -> None:
    """By subject, name, Message-ID or file name: no mail of ours has a field of theirs."""
    victim = "victim@innocent.example"
    inject = f"=?utf-8?q?hello=0D=0ABcc:_{victim}=0D=0A=0D=0Abody?="
    stamp = PROVEN.format(domain="acme.example")
    fields = (
        f"Message-ID: <a=0D=0ABcc:{victim}@x>",
        f"Reply-To: {victim}",
        f"In-Reply-To: <x@x>\r\n\tBcc: {victim}",
        f'Content-Type: text/plain; name="{inject}"',
    )
    send(gateway, JAN, "hello", subject=inject, above=(stamp, RECEIVED), fields=fields)
    gateway.settled()
    assert gateway.mails_to(victim) == []
    for who in (JAN, MARIE):
        for mail in gateway.mails_to(who):
            assert mail["Bcc"] is None and mail["Cc"] is None
            assert victim not in str(mail["Reply-To"])


def test_a_flood_is_answered_a_few_times(gateway: Gateway) -> None:
    """Of thirty tickets of one stranger twelve are answered, and staff have fewer notices."""
    flood, before = "flood@attack.example", len(gateway.mails_to(MARIE))
    for number in range(30):
        send(gateway, flood, f"help {number}", subject=f"help {number}", above=(RECEIVED,))
    gateway.settled()
    assert 1 <= len(gateway.mails_to(flood)) <= 12
    assert len(gateway.mails_to(MARIE)) - before <= 33
