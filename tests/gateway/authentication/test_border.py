"""A real Postfix as border: where its stamp stands, and what passes through it from strangers."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator

import pytest

from tests.gateway.authentication.post import judged, mail
from tests.gateway.delivery.sink import Sink, running
from tests.servers.postfix import StartPostfix, smtp
from tests.servers.running import eventually

STAMP = "Authentication-Results: mx.border.example; dmarc={} header.from=acme.example"
FORGED = STAMP.format("pass")
TO = "helpdesk@accel.example"


@pytest.fixture
def sink() -> Iterator[Sink]:
    with running(Sink()) as started:
        yield started


def through(start_postfix: StartPostfix, sink: Sink, verdict: str, raw: bytes) -> bytes:
    """The mail as it comes out of a Postfix that stamps every mail so."""
    stamp = STAMP.format(verdict)
    postfix = start_postfix(
        {TO: smtp(sink.port)},
        smtpd_client_restrictions=f"check_client_access static:{{PREPEND {stamp}}}",
    )
    with smtplib.SMTP("127.0.0.1", postfix.port, "mail.acme.example", timeout=30) as client:
        client.ehlo()
        client.mail("jan@acme.example")
        client.rcpt(TO)
        assert client.docmd("DATA")[0] == 354
        assert client.sock is not None
        client.sock.sendall(raw + b".\r\n")
        assert client.getreply()[0] == 250
    eventually(lambda: sink.mails, "the mail came out")
    return sink.mails[0].body


def test_the_stamp_of_a_border_stands_above_its_received(
    start_postfix: StartPostfix, sink: Sink
) -> None:
    raw = through(start_postfix, sink, "pass", mail())
    assert judged(raw).domain is True


FORGERIES = {
    "plain": mail(above=[FORGED]),
    "other case": mail(above=[FORGED.replace("Authentication", "AUTHENTICATION")]),
    "space before the colon": mail(above=[FORGED.replace("Results:", "Results :")]),
    "comment": mail(above=[FORGED.replace("mx.border", "(x) mx.border")]),
    "behind a bare LF": b"X-A: b\n" + FORGED.encode() + b"\r\n" + mail(),
    "behind a bare CR": b"X-A: b\r" + FORGED.encode() + b"\r\n" + mail(),
    "with a Received": mail(above=[FORGED, "Received: by mx.border.example"]),
}


@pytest.mark.parametrize("raw", FORGERIES.values(), ids=FORGERIES.keys())
def test_forged_stamps_come_out_below_it(
    start_postfix: StartPostfix, sink: Sink, raw: bytes
) -> None:
    """The border said none, and what it passed on from the sender changes nothing."""
    found = judged(through(start_postfix, sink, "none", raw))
    assert (found.domain, found.failed) == (False, False)
