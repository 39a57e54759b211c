"""Which desk an address belongs to, and how a mail is recognised when it comes again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256

from rules.model import Desk

POSTMASTER = "postmaster"

_STAMPS = (
    b"received",
    b"return-path",
    b"delivered-to",
    b"x-original-to",
    b"envelope-to",
    b"x-envelope-",
    b"authentication-results",
    b"received-spf",
    b"arc-",
    b"x-spam",
    b"x-virus",
    b"x-received",
    b"x-forwarded-",
)
"""Beginnings of names of header fields that servers on the way put on top."""


def desk_of(address: str, desks: Mapping[str, Desk]) -> Desk | None:
    """The desk that receives mail to this address: its own, a signed one of it, or postmaster@ its
    domain (RFC 5321, 4.5.1), which goes to the first desk there."""
    local, _, domain = address.strip().lower().rpartition("@")
    if not local and domain == POSTMASTER:  # RFC 5321, 4.1.1.3: without a domain
        return next(iter(desks.values()), None)
    plain = f"{local.partition('+')[0]}@{domain}"
    if plain in desks:
        return desks[plain]
    if local == POSTMASTER:
        return next((d for d in desks.values() if d.domain == domain), None)
    return None


def is_postmaster(address: str) -> bool:
    return address.strip().lower().partition("@")[0] == POSTMASTER


def by_desk(recipients: Iterable[str], desks: Mapping[str, Desk]) -> dict[str, tuple[str, ...]]:
    """The recipients of each desk, by its address; those of none are left out."""
    found: dict[str, tuple[str, ...]] = {}
    for recipient in recipients:
        desk = desk_of(recipient, desks)
        if desk is not None:
            found[desk.address] = (*found.get(desk.address, ()), recipient)
    return found


def content_key(body: bytes, arrived: datetime) -> str:
    """The same for the same mail, however often and by whichever way it is delivered.

    What servers stamped on the way does not count, nor how lines end. A mail that names neither
    its date nor itself is only known again within the hour: a machine that always sends the same
    words has something to say each time.
    """
    header, separator, text = _plain(body).partition(b"\n\n")
    fields = [field for field in _fields(header) if not field.lower().startswith(_STAMPS)]
    named = any(f.lower().startswith((b"date:", b"message-id:")) for f in fields)
    digest = sha256(b"\n".join(fields) + separator + text.rstrip(b"\n"))
    if not named:
        digest.update(arrived.strftime("%Y%m%d%H").encode())
    return digest.hexdigest()


def _plain(body: bytes) -> bytes:
    return body.replace(b"\r\n", b"\n")


def _fields(header: bytes) -> list[bytes]:
    """The header's fields, folded lines joined to their first (RFC 5322, 2.2.3)."""
    fields: list[bytearray] = []
    for line in header.split(b"\n"):
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1] += b"\n" + line
        else:
            fields.append(bytearray(line))
    return [bytes(field) for field in fields]
