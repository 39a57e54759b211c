"""Address fields as mailboxes, and the one sender that may be believed (RFC 5322, 3.4; RFC 6854).

mail-parser's scanner does the work: it is linear, it takes no address out of a display name or a
comment, and it says what was malformed, where `email.utils` of several Pythons reads `boss@victim
<a@attack>` as boss@victim (docs/security.md, fact 4).
"""

from __future__ import annotations

import logging
import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from mailparser.utils import get_addresses

from gateway.reading import problems
from gateway.reading.bounds import STANDARD
from gateway.reading.headers import Headers, decoded
from gateway.values import Mailbox

_FIELD_LIMIT: Final = 64_000
"""Characters of an address field that are read: 1,000 addresses with their names."""

_LONGEST: Final = 320
"""Octets: 64 of local part, @, 255 of domain (RFC 5321, 4.5.3.1)."""

# It logs the text of mails at error level, where only what the gateway does itself belongs.
logging.getLogger("mailparser").disabled = True


@dataclass(frozen=True, slots=True)
class AddressField:
    """The mailboxes of one field; `defect` where one is malformed or cannot be told surely."""

    boxes: tuple[Mailbox, ...]
    defect: bool


@dataclass(frozen=True, slots=True)
class Sender:
    """The From of a mail: `only` is its one mailbox where nothing about it is in doubt."""

    only: Mailbox | None
    boxes: tuple[Mailbox, ...]
    problems: tuple[str, ...]


def parse_field(value: str, most: int = STANDARD.addresses) -> AddressField:
    """The first `most` mailboxes of one address field. Never raises; linear."""
    faults: list[dict[str, Any]] = []
    found = get_addresses(value[:_FIELD_LIMIT], defects=faults)
    boxes = [box for name, address in found if address and (box := _mailbox(name, address))]
    lost = len(boxes) < sum(1 for _, address in found if address)
    defect = lost or len(value) > _FIELD_LIMIT or not all(map(_harmless, faults))
    return AddressField(tuple(dict.fromkeys(boxes))[:most], defect)


def boxes(headers: Headers, name: str, most: int = STANDARD.addresses) -> tuple[Mailbox, ...]:
    """The first `most` mailboxes in the fields `name`, each once."""
    found: dict[Mailbox, None] = {}
    for value in headers.all(name):
        found.update(dict.fromkeys(parse_field(value, most).boxes))
        if len(found) >= most:
            break
    return tuple(found)[:most]


def sender(headers: Headers, most: int = STANDARD.addresses) -> Sender:
    """Whom the mail is from: believed of one From alone, with one mailbox and no defect."""
    values = headers.all("from")
    fields = [parse_field(value, most) for value in values]
    every = tuple(dict.fromkeys(box for one in fields for box in one.boxes))[:most]
    if not values:
        return Sender(None, every, (problems.NO_FROM,))
    if len(values) > 1 or len(every) > 1:
        return Sender(None, every, (problems.SEVERAL_FROM,))
    if fields[0].defect or not every or _has_group(values[0]):
        return Sender(None, every, (problems.MALFORMED_FROM,))
    return Sender(every[0], every, ())


def _mailbox(name: str, address: str) -> Mailbox | None:
    """The mailbox as addresses are compared; None where its address is not one to write to."""
    local, _, domain = address.rpartition("@")
    local = _plain_local(local)
    normal_local = unicodedata.normalize("NFC", local).lower()
    if normal_local.isascii() and not local.isascii():
        return None  # the sign for kelvin is no k to those who gave the address away
    normal = f"{normal_local}@{ascii_domain(domain)}"
    if not local or not domain or len(normal.encode()) > _LONGEST or not normal.isprintable():
        return None
    if "=?" in normal:
        return None
    return Mailbox(decoded(name), normal)


_ATOMS: Final = re.compile(r"[^\s\"(),:;<>@\[\]\\.]+(?:\.[^\s\"(),:;<>@\[\]\\.]+)*")


def _plain_local(local: str) -> str:
    """A local part without needless quotes; "" where it needs them: programs differ in those."""
    if local.startswith('"') and local.endswith('"'):
        local = local[1:-1]
    return local if _ATOMS.fullmatch(local) else ""


def ascii_domain(domain: str) -> str:
    """A domain in lower case, its non-ASCII labels as A-labels (RFC 5890, 2.3.2.1).

    Without the mapping of IDNA 2003 in Python's codec, to which fußball.example and
    fussball.example are the same.
    """
    if domain.isascii():
        return domain.lower()
    labels = unicodedata.normalize("NFC", domain.lower()).split(".")
    return ".".join(_a_label(label) for label in labels)


def _a_label(label: str) -> str:
    if label.isascii() or len(label) > 63:
        return label
    return "xn--" + label.encode("punycode").decode("ascii")


def _harmless(fault: dict[str, Any]) -> bool:
    """Whether only the display name is odd, and it names no other address."""
    only_name = fault["recovered"] and fault["reason"] == "invalid-display-name"
    return only_name and _names_no_other(fault["raw"])


def _names_no_other(raw: str) -> bool:
    """`Jan [Acme] <jan@acme>`, `jan@acme <jan@acme>` are clear; `boss@victim <a@attack>` is not."""
    name, _, address = raw.rpartition("<")
    name, address = name.strip(" \t\"'").lower(), address.partition(">")[0].strip().lower()
    return name == address or not any(special in name for special in '@<>,;:\\"')


def _has_group(value: str) -> bool:
    """Whether the field uses group syntax or a source route (RFC 5322, 3.4 and 4.4).

    Programs differ in whom they read in them; quoted strings, comments and literals may hold both.
    """
    depth, quoted, escaped, literal = 0, False, False, False
    for char in value:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"' and not depth:
            quoted = not quoted
        elif quoted:
            continue
        elif char in "()":
            depth = max(0, depth + (1 if char == "(" else -1))
        elif char in "[]" and not depth:
            literal = char == "["
        elif char in ":;" and not depth and not literal:
            return True
    return False
