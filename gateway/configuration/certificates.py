"""What a certificate that signs us in says of itself: until when, and under which thumbprint."""

from __future__ import annotations

import re
import ssl
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

_CERTIFICATE = re.compile(
    r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL | re.ASCII
)
_KEY = re.compile(
    r"-----BEGIN (?P<kind>(RSA )?PRIVATE KEY)-----.+?-----END (?P=kind)-----", re.DOTALL | re.ASCII
)
_SEQUENCE, _UTC_TIME, _GENERALIZED_TIME, _VERSION = 0x30, 0x17, 0x18, 0xA0


class Unusable(ValueError):
    """The file holds nothing that we can sign with; why, on one line."""


def private_key(path: Path) -> str:
    """The RSA key of a PEM file, unencrypted. Raises Unusable, OSError."""
    found = _KEY.search(_text(path))
    if found is None:
        raise Unusable("it holds no unencrypted RSA private key in PEM")
    return found[0]


def thumbprint(path: Path) -> str:
    """SHA-256 of the first certificate, as a JWT header names it (x5t#S256: RFC 7515, 4.1.8)."""
    return urlsafe_b64encode(sha256(_certificate(path)).digest()).rstrip(b"=").decode()


def ends_at(path: Path) -> datetime:
    """Until when the first certificate is valid. Raises Unusable, OSError."""
    try:
        return _not_after(_certificate(path))
    except (IndexError, StopIteration, UnicodeDecodeError) as error:
        raise Unusable("its certificate cannot be read") from error


def _text(path: Path) -> str:
    return path.read_text(encoding="ascii", errors="replace")


def _certificate(path: Path) -> bytes:
    found = _CERTIFICATE.search(_text(path))
    if found is None:
        raise Unusable("it holds no certificate in PEM")
    try:
        return ssl.PEM_cert_to_DER_cert(found[0])
    except ValueError as error:
        raise Unusable("its certificate cannot be read") from error


def _not_after(certificate: bytes) -> datetime:
    """`Certificate.tbsCertificate.validity.notAfter` (RFC 5280, 4.1 and 4.1.2.5)."""
    _, inside = next(_elements(certificate))
    _, signed = next(_elements(inside))
    fields = [element for element in _elements(signed) if element[0] != _VERSION]
    kind, validity = fields[3]  # after serial number, algorithm and issuer
    if kind != _SEQUENCE:
        raise IndexError("no validity")
    _, (kind, moment) = _elements(validity)
    if kind not in (_UTC_TIME, _GENERALIZED_TIME):
        raise IndexError("no time")
    text = moment.decode("ascii")
    if kind == _UTC_TIME:  # two digits of the year: 50 and more are of the century before
        text = ("19" if text[:2] >= "50" else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each element of a DER encoding (X.690, 8.1)."""
    at = 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            octets = length & 0x7F
            length, at = int.from_bytes(data[at : at + octets]), at + octets
        yield tag, data[at : at + length]
        at += length
