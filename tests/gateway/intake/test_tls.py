"""STARTTLS against the real server (RFC 3207)."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
import subprocess
from pathlib import Path

import pytest

from gateway.intake.tls import Certificate
from tests.gateway.intake.desk import HELPDESK, Desk, client, run, serving
from tests.servers.certificates import self_signed
from tests.servers.running import program

MAIL = b"Subject: secret\r\n\r\nHi\r\n"


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    made = self_signed(tmp_path_factory.mktemp("tls"))
    return Certificate(made.certificate, made.key)


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def test_mail_over_tls(pem: Certificate) -> None:
    """smtplib sends over TLS 1.2 or newer; then neither STARTTLS nor AUTH is offered."""

    def send(port: int) -> tuple[str | None, dict[str, str]]:
        with smtplib.SMTP("127.0.0.1", port, "client.example", timeout=10) as session:
            session.ehlo()
            assert session.has_extn("starttls")
            session.starttls(context=trusting())
            session.sendmail("jan@acme.example", [HELPDESK], MAIL)
            assert isinstance(session.sock, ssl.SSLSocket)
            code, _ = session.docmd("STARTTLS")
            assert code == 503
            return session.sock.version(), session.esmtp_features

    async def test() -> None:
        async with serving(certificate=pem) as served:
            version, features = await asyncio.to_thread(send, served.port)
        assert version in ("TLSv1.2", "TLSv1.3")
        assert not {"starttls", "auth"} & set(features)
        assert {"size", "8bitmime", "smtputf8", "pipelining"} <= set(features)
        assert served.desk.mails[0].body == MAIL
        assert served.desk.mails[0].envelope.peer == "127.0.0.1"

    run(test())


def test_plain_text_behind_starttls_is_not_heard(pem: Certificate) -> None:
    """Commands that somebody slips in before the handshake are thrown away, with the greeting."""

    async def test() -> None:
        async with serving(certificate=pem) as served, client(served.address) as talk:
            await talk.reply()
            await talk.ask("EHLO c")
            await talk.say(b"STARTTLS\r\nMAIL FROM:<evil@acme.example>\r\n")
            assert (await talk.reply()).startswith("220")
            await talk.writer.start_tls(trusting(), server_hostname="localhost")
            assert (await talk.ask("RCPT TO:<a@b.example>"))[0].startswith("503 5.5.1 ")

    run(test())


@pytest.mark.parametrize("hello", [b"no handshake at all\r\n", b""])
def test_failed_handshake_gives_its_place_back(pem: Certificate, hello: bytes) -> None:
    """Rubbish in place of a handshake, or leaving in it, holds nothing."""

    async def test() -> None:
        async with serving(certificate=pem) as served:
            async with client(served.address) as talk:
                await talk.reply()
                await talk.ask("EHLO c", "STARTTLS")
                await talk.say(hello)
                if hello:
                    await talk.reader.read()
            while served.service._gate.connections:
                await asyncio.sleep(0.01)
            assert not served.service._conversations

    run(test())


def test_client_gone_behind_tls_while_we_store(pem: Certificate) -> None:
    """The commit finishes also where the TLS connection is cut."""

    async def test() -> None:
        desk = Desk(held=asyncio.Event())
        async with serving(desk, certificate=pem) as served:
            async with client(served.address) as talk:
                await talk.reply()
                await talk.ask("EHLO c", "STARTTLS")
                await talk.writer.start_tls(trusting(), server_hostname="localhost")
                await talk.ask("EHLO c", "MAIL FROM:<>", f"RCPT TO:<{HELPDESK}>", "DATA")
                await talk.say(b"Hi\r\n.\r\n")
                await asyncio.wait_for(desk.entered.wait(), 5)
                talk.writer.transport.abort()
            while served.service._gate.connections:
                await asyncio.sleep(0.01)
            assert desk.held is not None
            desk.held.set()
            await served.service.stop(5)
        assert [mail.body for mail in desk.mails] == [b"Hi\r\n"]

    run(test())


def test_renewed_certificate_is_used(tmp_path: Path) -> None:
    """The next connection gets the new one; a broken renewal leaves the old one in use."""
    made = self_signed(tmp_path)
    certificate = Certificate(made.certificate, made.key)
    first = certificate.context()
    assert certificate.context() is first
    chain = made.certificate.read_text()
    made.certificate.write_text("broken")
    assert certificate.context() is first
    self_signed(tmp_path)
    second = certificate.context()
    assert made.certificate.read_text() != chain
    assert second is not first
    made.key.unlink()
    assert certificate.context() is second


def test_unusable_certificate(tmp_path: Path) -> None:
    """What cannot be used is an OSError at the start, never a question on the terminal."""
    made = self_signed(tmp_path)
    command = [program("openssl", "openssl"), "pkey", "-aes256", "-passout", "pass:x"]
    subprocess.run([*command, "-in", made.key, "-out", tmp_path / "locked"], check=True)
    with pytest.raises(OSError, match="encrypted"):
        Certificate(made.certificate, tmp_path / "locked")
    with pytest.raises(OSError, match="No such file"):
        Certificate(tmp_path / "absent", made.key)
