"""Mails as senders sign them and borders stamp them, and a DNS without a network."""

from __future__ import annotations

import base64
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_network
from pathlib import Path

import dkim

from gateway.authentication import Authentication, authenticate
from gateway.authentication.resolver import DnsTrouble
from gateway.configuration.settings import Trust
from gateway.reading.parse import parse
from gateway.values import Channel, Envelope, ParsedMail
from tests.servers.running import program

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
BORDER, STRANGER = "192.0.2.25", "203.0.113.9"
RECEIVED = "Received: from mail.acme.example by mx.border.example; Sat, 21 Nov 2026 12:00:00 +0000"
COVERED = ("from", "to", "subject", "date", "message-id", "mime-version", "content-type")
HEADERS = {
    "From": "Jan Maes <jan@acme.example>",
    "To": "helpdesk@accel.example",
    "Subject": "the printer",
    "Date": "Sat, 21 Nov 2026 11:59:00 +0000",
    "Message-ID": "<1@acme.example>",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
}
TRUST = Trust(authserv_id="mx.border.example", border=(ip_network(f"{BORDER}/32"),))
NO_STAMPS = Trust(border=(ip_network(f"{BORDER}/32"),))


def mail(body: str = "It smokes.\n", above: Sequence[str] = (), **headers: str | None) -> bytes:
    """A mail with CRLF line ends; headers by name with _ for -, None leaves one out."""
    given = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    fields = {n: given.pop(n.lower(), v) for n, v in HEADERS.items()} | given
    lines = [*above, *(f"{name}: {value}" for name, value in fields.items() if value is not None)]
    return ("\n".join(lines) + "\n\n" + body).replace("\n", "\r\n").encode()


def stamped(*stamps: str, raw: bytes | None = None) -> bytes:
    """The mail as the border hands it on: its stamps, its Received, and what the sender wrote."""
    head = "".join(f"{line}\r\n" for line in (*stamps, RECEIVED))
    return head.encode() + (mail() if raw is None else raw)


@dataclass(frozen=True)
class Key:
    """A key pair for signing; `record` is what the DNS says of it."""

    private: bytes
    record: bytes


@cache
def key(bits: int = 2048) -> Key:
    """Made once in a test process, by the openssl program."""
    openssl = program("openssl", "openssl")
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/key.pem"
        subprocess.run(
            [openssl, "genrsa", "-out", file, str(bits)], check=True, capture_output=True
        )
        command = [openssl, "rsa", "-in", file, "-pubout", "-outform", "DER"]
        public = subprocess.run(command, check=True, capture_output=True).stdout
        private = Path(file).read_bytes()
    return Key(private, b"v=DKIM1; k=rsa; p=" + base64.b64encode(public))


def signed(
    raw: bytes,
    domain: str = "acme.example",
    *,
    covering: Sequence[str] = COVERED,
    part: bool = False,
    canonical: str = "relaxed/relaxed",
    selector: str = "s1",
    by: Key | None = None,
) -> bytes:
    """The mail with a signature of `domain` on top; `part` adds `l=`."""
    head, _, body = canonical.partition("/")
    signature = dkim.sign(
        raw,
        selector.encode(),
        domain.encode(),
        (by or key()).private,
        include_headers=[name.encode() for name in covering],
        length=part,
        canonicalize=(head.encode(), body.encode()),
    )
    return bytes(signature) + raw


@dataclass
class Dns:
    """A resolver that knows these records; a name in `silent` does not answer."""

    records: Mapping[tuple[str, str], Sequence[bytes]] = field(default_factory=dict)
    silent: Sequence[str] = ()
    asked: list[str] = field(default_factory=list)

    def look_up(self, name: str, kind: str, seconds: float) -> Sequence[bytes]:
        self.asked.append(f"{name} {kind}")
        if any(name.endswith(domain) for domain in self.silent):
            raise DnsTrouble(f"{name}: no answer")
        return self.records.get((name, kind), ())


def dns(*records: tuple[str, str], silent: Sequence[str] = (), with_key: bool = True) -> Dns:
    """TXT records by name, and the key of acme.example."""
    found = {(name, "TXT"): [text.encode()] for name, text in records}
    if with_key:
        found["s1._domainkey.acme.example", "TXT"] = [key().record]
    return Dns(found, silent)


POLICY = ("_dmarc.acme.example", "v=DMARC1; p=reject")
STRICT = ("_dmarc.acme.example", "v=DMARC1; p=reject; adkim=s; aspf=s")
SPF = ("acme.example", f"v=spf1 ip4:{STRANGER} -all")


def envelope(peer: str | None = BORDER, mail_from: str = "jan@acme.example") -> Envelope:
    return Envelope(
        Channel.SMTP, mail_from, ("helpdesk@accel.example",), AT, peer, "mail.acme.example"
    )


def judged(
    raw: bytes,
    *,
    peer: str | None = BORDER,
    mail_from: str = "jan@acme.example",
    trust: Trust = TRUST,
    resolver: Dns | None = None,
    hops: int = 0,
    read_as: bytes | None = None,
) -> Authentication:
    """What is made of the mail, as it is read (or as `read_as` is) and with no network."""
    parsed = parse(raw if read_as is None else read_as)
    assert isinstance(parsed, ParsedMail)
    return authenticate(
        raw, envelope(peer, mail_from), parsed, trust, resolver=resolver or Dns(), hops=hops
    )
