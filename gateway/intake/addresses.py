"""Paths of SMTP commands and addresses in header fields: linear time, nothing raised."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_ADDRESS = 320
"""Characters: 64 of a local part, @, 255 of a domain (RFC 5321, 4.5.3.1)."""

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_MAILBOX = rf'(?:{_QUOTED}|[^\s<>"@]+)(?:@[^\s<>"@]+)?'
_PATH = re.compile(rf"<(?:@[^\s:<>]*:)?(?P<address>{_MAILBOX}|)>(?P<parameters>\s.*)?")
_BARE = re.compile(rf"(?P<address>{_MAILBOX})(?P<parameters>\s.*)?")
_IN_FIELD = re.compile(r'[^\s<>,;:"()\[\]@]+@[^\s<>,;:"()@]+')


@dataclass(frozen=True, slots=True)
class Path:
    """A reverse or forward path; `address` is "" for the null sender (RFC 5321, 4.1.2)."""

    address: str
    parameters: str = ""


def parse_path(text: str) -> Path | None:
    """The path of `FROM:<…> …` or `TO:<…> …`; None where it is malformed.

    A source route is ignored (RFC 5321, appendix C) and missing angle brackets are forgiven.
    """
    found = _PATH.fullmatch(text.strip()) or _BARE.fullmatch(text.strip())
    if found is None:
        return None
    path = Path(found["address"], (found["parameters"] or "").strip())
    return path if usable(path.address) and path.parameters.isascii() else None


def usable(address: str) -> bool:
    """Whether an address can be stored: no controls, no undecodable octets, of sane length."""
    return len(address) <= LONGEST_ADDRESS and address.isprintable()


def addresses_in(value: str) -> tuple[str, ...]:
    """Everything in a header field's value that looks like an address, in order, once each."""
    return tuple(dict.fromkeys(a for a in _IN_FIELD.findall(value) if usable(a)))
