"""Delivery by SMTP into a double that takes mails, refuses them, or dies at the worst moment."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.delivery.connecting import Relay
from gateway.delivery.submission import SmtpSender
from gateway.delivery.values import Failed, Parcel, Sent, Unreachable
from tests.gateway.delivery.sink import (
    HANG_UP,
    SAY_NOTHING,
    TAKE_AND_HANG_UP,
    Sink,
    greeting,
    running,
    tls,
)
from tests.servers.certificates import Certificate, self_signed
from tests.servers.running import free_port

BODY = b"From: helpdesk@accel.example\r\nTo: jan@acme.example\r\n\r\nHello\r\n"
PARCEL = Parcel("helpdesk+88.abc@accel.example", "jan@acme.example", BODY)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with running(Sink()) as started:
        yield started


@pytest.fixture
def sender(sink: Sink) -> Iterator[SmtpSender]:
    made = SmtpSender(sink.relay())
    yield made
    made.close()


BODIES = {
    "plain": BODY,
    "lines that begin with dots": b"Subject: x\r\n\r\n.\r\n..\r\n.x\r\n",
    "8 bit": b"Subject: x\r\n\r\n\xc3\xa9\r\n",
    "1 MB": b"Subject: x\r\n\r\n" + (b"y" * 76 + b"\r\n") * 13_000,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_the_bytes_arrive_as_they_are(sink: Sink, sender: SmtpSender, body: bytes) -> None:
    """To the envelope's recipient, from the envelope's sender."""
    assert sender.send(Parcel("", "jan@acme.example", body)) == Sent("2.6.0")
    [taken] = sink.mails
    assert (taken.sender, taken.recipient, taken.body) == ("", "jan@acme.example", body)
    assert f"SIZE={len(body)}" in taken.options
    assert ("BODY=8BITMIME" in taken.options) is not body.isascii()


def test_a_mail_without_a_last_line_end(sink: Sink, sender: SmtpSender) -> None:
    """Gets one: the dot stands on a line of its own."""
    assert sender.send(Parcel("", "jan@acme.example", b"Subject: x\r\n\r\ny")) == Sent("2.6.0")
    assert sink.mails[0].body.endswith(b"\r\ny\r\n")


def test_the_connection_is_kept(sink: Sink, sender: SmtpSender) -> None:
    for _ in range(3):
        assert sender.send(PARCEL) == Sent("2.6.0")
    assert sink.connections == 1
    assert sink.commands.count("EHLO") == 1


REFUSALS = {
    "no such user": ("RCPT", "550 5.1.1 no such user", True, "5.1.1"),
    "no such user, plainly": ("RCPT", "550 no such user", True, "5.0.0"),
    "greylisted": ("RCPT", "450 4.2.0 later", False, "4.2.0"),
    "full": ("RCPT", "452 4.2.2 mailbox full", False, "4.2.2"),
    "numbers that are no status": ("RCPT", "550 blocked 5.6.7.8", True, "5.0.0"),
    "an address at the start": ("RCPT", "550 5.6.7.8 is blocked", True, "5.0.0"),
    "status of another class": ("RCPT", "450 5.1.1 eh", False, "4.0.0"),
    "sender refused": ("MAIL", "550 5.7.1 no", True, "5.7.1"),
    "too large": ("MAIL", "552 5.3.4 too large", True, "5.3.4"),
    "busy": ("MAIL", "451 4.3.0 busy", False, "4.3.0"),
    "no data": ("DATA", "554 5.5.1 no valid recipients", True, "5.5.1"),
    "content refused": ("DOT", "554 5.7.1 spam", True, "5.7.1"),
    "content put off": ("DOT", "451 4.7.1 later", False, "4.7.1"),
    "odd answer": ("DOT", "251 what", False, "4.0.0"),
    "odd answer to DATA": ("DATA", "250 what", False, "4.0.0"),
}


@pytest.mark.parametrize("command, said, permanent, status", REFUSALS.values(), ids=REFUSALS.keys())
def test_refusals(
    sink: Sink, sender: SmtpSender, command: str, said: str, permanent: bool, status: str
) -> None:
    """The code says whether for good, the enhanced one is kept, and the next mail goes at once."""
    sink.answers[command] = [said]
    assert sender.send(PARCEL) == Failed(permanent, status, said)
    assert sink.mails == []
    assert sender.send(PARCEL) == Sent("2.6.0")


def test_a_long_answer_is_cut_and_cleaned(sink: Sink, sender: SmtpSender) -> None:
    sink.answers["RCPT"] = ["550-5.1.1 no\r\n550 5.1.1 \x07 such\tuser " + "x" * 400]
    failed = sender.send(PARCEL)
    assert isinstance(failed, Failed)
    assert failed.text.startswith("550 5.1.1 no 5.1.1")
    assert len(failed.text) <= 304


def test_lost_after_the_last_byte_leaves_it_open(sink: Sink, sender: SmtpSender) -> None:
    """The same bytes go again, on a new connection; both may arrive."""
    sink.answers["DOT"] = [TAKE_AND_HANG_UP]
    failed = sender.send(PARCEL)
    assert isinstance(failed, Failed)
    assert (failed.permanent, failed.status, failed.unsettled) == (False, "4.4.2", True)
    assert sender.send(PARCEL) == Sent("2.6.0")
    assert [taken.body for taken in sink.mails] == [BODY, BODY]
    assert sink.connections == 2


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_kept_connection_that_ends_is_made_anew(
    sink: Sink, sender: SmtpSender, command: str
) -> None:
    """Servers end idle and long connections: nothing was sent yet, so the mail goes at once."""
    sender.send(PARCEL)
    sink.answers[command] = [HANG_UP]
    assert sender.send(PARCEL) == Sent("2.6.0")
    assert sink.connections == 2


def test_a_kept_connection_with_too_many_mails(sink: Sink, sender: SmtpSender) -> None:
    """421 to the next MAIL (RFC 5321, 3.8)."""
    sender.send(PARCEL)
    sink.answers["MAIL"] = ["421 4.7.0 too many mails"]
    assert sender.send(PARCEL) == Sent("2.6.0")
    assert sink.connections == 2


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("said", [HANG_UP, "421 4.3.2 going down"])
def test_a_server_that_ends_new_connections(
    sink: Sink, sender: SmtpSender, command: str, said: str
) -> None:
    """That is this mail's misfortune, for now; nothing is tried for ever."""
    sink.answers[command] = [said]
    failed = sender.send(PARCEL)
    assert isinstance(failed, Failed)
    assert (failed.permanent, failed.unsettled) == (False, False)
    assert sink.connections == 1
    assert sender.send(PARCEL) == Sent("2.6.0")


def test_nobody_listens() -> None:
    """The way out is closed; no mail is at fault."""
    found = SmtpSender(Relay("127.0.0.1", free_port(), "accel.example")).send(PARCEL)
    assert isinstance(found, Unreachable)
    assert found.answered is False


@pytest.mark.parametrize("words", [b"554 no mail here\r\n", b"421 busy\r\n", b"hello\r\n", b""])
def test_a_server_that_does_not_greet(words: bytes) -> None:
    with greeting(words) as port:
        found = SmtpSender(Relay("127.0.0.1", port, "accel.example")).send(PARCEL)
    assert isinstance(found, Unreachable)
    assert found.answered is True


def test_a_server_that_wants_us_signed_in(sink: Sink, sender: SmtpSender) -> None:
    """No mail at all would pass, so that none is given up for it."""
    sink.answers["MAIL"] = ["530 5.7.0 Authentication required"]
    found = sender.send(PARCEL)
    assert found == Unreachable(
        f"127.0.0.1:{sink.port}: 530 5.7.0 Authentication required", answered=True
    )


def test_a_server_of_the_old_kind(sink: Sink, sender: SmtpSender) -> None:
    """HELO, where EHLO is not known."""
    sink.answers["EHLO"] = ["502 5.5.1 what?"]
    assert sender.send(PARCEL) == Sent("2.6.0")
    assert sink.commands[:2] == ["EHLO", "HELO"]


ODD_ADDRESSES = ["", "jan\r\nRCPT TO:<eve@attack.example>", "a b@acme.example", "<x>", "jan@\0"]


@pytest.mark.parametrize("address", ODD_ADDRESSES)
def test_what_is_no_address_never_reaches_the_wire(
    sink: Sink, sender: SmtpSender, address: str
) -> None:
    failed = sender.send(Parcel("", address, BODY))
    assert isinstance(failed, Failed)
    assert (failed.permanent, failed.status) == (True, "5.1.3")
    assert sink.connections == 0


def test_addresses_beyond_ascii() -> None:
    """Where the server takes them (RFC 6531); else there is no way."""
    parcel = Parcel("", "jürgen@acme.example", BODY)
    with running(Sink()) as sink:
        sender = SmtpSender(sink.relay())
        failed = sender.send(parcel)
        assert isinstance(failed, Failed)
        assert (failed.permanent, failed.status) == (True, "5.6.7")
        assert sender.send(PARCEL) == Sent("2.6.0")
        sender.close()
    with running(Sink(), enable_SMTPUTF8=True) as sink:
        sender = SmtpSender(sink.relay())
        assert sender.send(parcel) == Sent("2.6.0")
        assert sink.mails[0].recipient == "jürgen@acme.example"
        sender.close()


class Ticks:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_idle_connection_is_closed_politely(sink: Sink) -> None:
    """After half a minute, with QUIT."""
    ticks = Ticks()
    sender = SmtpSender(sink.relay(), ticks)
    sender.rest()
    sender.send(PARCEL)
    ticks.now = 29
    sender.rest()
    assert "QUIT" not in sink.commands
    ticks.now = 31
    sender.rest()
    assert sink.commands[-1] == "QUIT"
    assert sender.send(PARCEL) == Sent("2.6.0")
    assert sink.connections == 2
    sender.close()


@pytest.mark.parametrize("command, unsettled", [("RCPT", False), ("DOT", True)])
def test_waiting_for_the_server_is_ended_from_outside(
    sink: Sink, sender: SmtpSender, command: str, unsettled: bool
) -> None:
    """When the gateway ends, and the server says nothing any more."""
    sink.answers[command] = [SAY_NOTHING]
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(sender.send(PARCEL)))
    thread.start()
    assert sink.waiting.wait(10)
    sender.abort()
    thread.join(10)
    [failed] = found
    assert isinstance(failed, Failed)
    assert (failed.permanent, failed.unsettled) == (False, unsettled)


# --- TLS and signing in ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return self_signed(tmp_path_factory.mktemp("tls"))


def trusting(certificate: Certificate) -> Callable[[], ssl.SSLContext]:
    return lambda: ssl.create_default_context(cafile=str(certificate.certificate))


def test_starttls_where_it_is_offered(certificate: Certificate) -> None:
    """Without a password any certificate will do: it keeps out listeners (RFC 7435)."""
    with running(Sink(), tls_context=tls(certificate), require_starttls=True) as sink:
        sender = SmtpSender(sink.relay())
        assert sender.send(PARCEL) == Sent("2.6.0")
        assert "STARTTLS" in sink.commands
        sender.close()


@pytest.mark.parametrize("said", ["454 4.7.0 not now", "220 go ahead"])
def test_starttls_that_fails(certificate: Certificate, said: str) -> None:
    """Refused, or no TLS in spite of a promise: without a password the mail goes without."""
    with running(Sink(), tls_context=tls(certificate)) as sink:
        sink.answers["STARTTLS"] = [said]
        sender = SmtpSender(sink.relay())
        assert sender.send(PARCEL) == Sent("2.6.0")
        assert sink.connections == 2
        sender.close()


def signing_in(sink: Sink, certificate: Certificate, password: str = "geheim-ß") -> SmtpSender:
    return SmtpSender(
        sink.relay(user="desk", password=lambda: password, context=trusting(certificate))
    )


def test_signing_in(certificate: Certificate) -> None:
    """Over TLS, with a password that is more than ASCII."""
    sink = Sink()
    options = {"tls_context": tls(certificate), "authenticator": sink.authenticate}
    with running(sink, auth_required=True, **options):
        sender = signing_in(sink, certificate)
        assert sender.send(PARCEL) == Sent("2.6.0")
        [pair] = sink.signed_in
        assert (pair.login, pair.password) == (b"desk", "geheim-ß".encode())
        sender.close()


def test_signing_in_where_plain_is_not_offered(certificate: Certificate) -> None:
    sink = Sink()
    options = {"tls_context": tls(certificate), "authenticator": sink.authenticate}
    with running(sink, auth_exclude_mechanism=["PLAIN"], **options):
        sender = signing_in(sink, certificate, "ascii alone")
        found = sender.send(PARCEL)
        assert isinstance(found, Unreachable)
        assert sink.signed_in[0].password == b"ascii alone"


@pytest.mark.parametrize("password", ["wrong", ""])
def test_a_password_that_is_not_taken(certificate: Certificate, password: str) -> None:
    """Closes the way out: it is no mail's fault, and somebody may mend it."""
    sink = Sink()
    options = {"tls_context": tls(certificate), "authenticator": sink.authenticate}
    with running(sink, **options):
        found = signing_in(sink, certificate, password).send(PARCEL)
    assert isinstance(found, Unreachable)
    assert found.answered is True


def test_no_password_goes_over_a_connection_that_others_may_read(certificate: Certificate) -> None:
    """No TLS, TLS that fails, or a certificate that nobody vouches for."""
    sink = Sink()
    with running(sink, auth_require_tls=False, authenticator=sink.authenticate):
        assert isinstance(signing_in(sink, certificate).send(PARCEL), Unreachable)
    sink = Sink()
    options = {"tls_context": tls(certificate), "authenticator": sink.authenticate}
    with running(sink, auth_require_tls=False, **options):
        sink.answers["STARTTLS"] = ["454 not now"]
        assert isinstance(signing_in(sink, certificate).send(PARCEL), Unreachable)
        unknown = sink.relay(user="desk", password=lambda: "geheim-ß")
        assert isinstance(SmtpSender(unknown).send(PARCEL), Unreachable)
    assert sink.signed_in == []


def test_tls_from_the_first_byte(certificate: Certificate, tmp_path: Path) -> None:
    """smtps: the certificate has to be good, also without a password."""
    with running(Sink(), ssl_context=tls(certificate)) as sink:
        sender = SmtpSender(sink.relay(tls=True, context=trusting(certificate)))
        assert sender.send(PARCEL) == Sent("2.6.0")
        sender.close()
        found = SmtpSender(sink.relay(tls=True)).send(PARCEL)
        assert isinstance(found, Unreachable)
        assert "certificate" in found.text
