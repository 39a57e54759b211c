"""Signed addresses: `helpdesk+88.k3f…@accel.example` is known to come from a mail of ours.

The signature is an HMAC-SHA-256 (RFC 2104) over what the token stands for, cut to 130 bits and
written in lower-case base32 (RFC 4648), since mail servers may fold the case of a local part. A row
of the store says what was signed, found by the first characters, which prove nothing.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from rules.model import Desk
from store.tokens import SigningKey, Token

LENGTH = 26
"""Characters, of 5 bits each."""
HINT = 10
"""The first characters, kept to find the row; the other 80 bits are never stored."""

_ADDRESS = re.compile(r"([^+@]+)\+(\d{1,9})\.([a-z2-7]{26})@(.+)")


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed address as it was read; whether it is genuine is not said yet."""

    desk: str
    ticket: int
    text: str


def sign(key: SigningKey, parts: Iterable[object]) -> str:
    """The signature of the parts, 26 characters."""
    # Lengths keep ("ab", "c") and ("a", "bc") apart.
    words = [str(part).encode() for part in parts]
    message = b"".join(b"%d:%s," % (len(word), word) for word in words)
    digest = hmac.new(key.secret, message, sha256).digest()
    return b32encode(digest).decode().lower()[:LENGTH]


def parts_of(token: Token) -> tuple[object, ...]:
    """What is signed: everything that the token stands for."""
    until = token.expires_at.isoformat() if token.expires_at else ""
    return (token.ticket or 0, token.address, token.purpose, token.version, until)


def genuine(
    signed: Signed, token: Token, parts: Iterable[object], keys: Iterable[SigningKey]
) -> bool:
    """Whether this row, whose signed parts these are, is what the address was signed for; compared
    in constant time."""
    key = next((k for k in keys if k.id == token.key_id), None)
    if key is None or (token.ticket or 0) != signed.ticket:
        return False
    return hmac.compare_digest(sign(key, parts), signed.text)


def address(desk: Desk, ticket: int | None, signature: str) -> str:
    """The desk's address with ticket and signature."""
    local, _, domain = desk.address.rpartition("@")
    return f"{local}+{ticket or 0}.{signature}@{domain}"


def read(text: str) -> Signed | None:
    """A signed address; None for any other."""
    found = _ADDRESS.fullmatch(text.lower())
    if found is None:
        return None
    local, ticket, signature, domain = found.groups()
    return Signed(f"{local}@{domain}", int(ticket), signature)
