"""What somebody with a socket and bad intentions gets out of a running gateway: nothing."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.servers.gateway import HELPDESK, Gateway, StartGateway

pytestmark = [pytest.mark.real, pytest.mark.slow]

JAN, MARIE, EVE = "jan@acme.example", "marie@accel.example", "eve@attack.example"
BORDER = 'confirm"\nauthserv_id = "mx.accel.example'
"""The value of `unverified`, and a border that stamps."""
PROVEN = "Authentication-Results: mx.accel.example; dmarc=pass header.from={domain}"
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


@pytest.fixture
def gateway(start_gateway: StartGateway) -> Iterator[Gateway]:
    """Behind a border, with Jan's ticket #1."""
    gateway = start_gateway(unverified=BORDER)
    stamp = PROVEN.format(domain="acme.example")
    send(gateway, JAN, "It is broken.", subject="printer", above=(stamp, RECEIVED))
    gateway.settled()
    yield gateway


def test_forged_staff_and_customers_change_nothing(gateway: Gateway) -> None:
    """Whatever the forged From, stamp, command or token; the one forged is asked, once."""
    before = state(gateway)
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
    assert len([m for m in gateway.mails_to(MARIE) if "#" in str(m["Subject"])]) <= 9
    assert len(gateway.mails_to(JAN)) <= 2
    assert gateway.mails_to(EVE) == []


def test_nothing_is_smuggled(gateway: Gateway) -> None:
    """Of an end of data that is none no second mail comes out."""
    end = "\n.\n"
    before = received(gateway)
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
    assert answers.count(b"250") + answers.count(b"354") <= 1
    assert received(gateway) <= before + 1
    assert state(gateway)[0] == "new"
