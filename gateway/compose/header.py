"""The header of a mail: its fields from cleaned text alone (RFC 5322, RFC 2047).

Written here and not by `email`, which lets a subject bring fields of its own (CVE-2024-6923) and
encodes long message ids so that no client threads them.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum

from gateway.compose.mime import MOST_OF_A_LINE, packed, shown
from gateway.values import Mailbox

MOST_REFERENCES = 20

_MESSAGE_ID = re.compile(r"<?([!-;=?-~]{1,500})>?", re.ASCII)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_QUOTED = r'"(?:[ !#-\[\]-~]|\\[ -~])*"'
_DOMAIN = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?:{_ATOM}(?:\.{_ATOM})*|{_QUOTED})@{_DOMAIN}")
_PLAIN_PHRASE = re.compile(rf"{_ATOM}(?: {_ATOM})*")


class ComposeError(ValueError):
    """A mail that must not leave as it is; permanent. The text says what is wrong with it."""


class Automatic(StrEnum):
    """What the gateway writes by itself says so (RFC 3834, 5)."""

    REPLIED = "auto-replied"
    GENERATED = "auto-generated"


@dataclass(frozen=True, slots=True)
class Headers:
    """Who writes to whom. `automatic` is None where a person's words are brought.

    Message ids come with or without angle brackets; what is none is left out of `references`.
    `date` is aware.
    """

    sender: Mailbox
    to: Mailbox
    reply_to: str
    message_id: str
    date: datetime
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    automatic: Automatic | None = None


def fields_of(subject: str, headers: Headers) -> list[tuple[str, str]]:
    """Names and folded values, in order. Raises ComposeError where one cannot stand in a mail."""
    if headers.date.tzinfo is None:
        raise ComposeError("a date without time zone")
    fields = [
        ("Date", format_datetime(headers.date)),
        ("From", _mailbox(headers.sender, "From")),
        ("To", _mailbox(headers.to, "To")),
        ("Reply-To", _address(headers.reply_to)),
        ("Subject", _encoded(shown(subject), "Subject")),
        ("Message-ID", _own_id(headers.message_id)),
    ]
    answered = _ids([headers.in_reply_to] if headers.in_reply_to else [])
    references = _bounded(_ids(headers.references))
    if answered:
        fields.append(("In-Reply-To", answered[0]))
    if references:
        fields.append(("References", "\r\n ".join(references)))
    if headers.automatic:
        fields.append(("Auto-Submitted", headers.automatic.value))
        fields.append(("X-Auto-Response-Suppress", "All"))
    return fields


def _mailbox(box: Mailbox, field: str) -> str:
    """`name-addr` (RFC 5322, 3.4) with the address on a line of its own where the name is long."""
    address = _address(box.address)
    name = shown(box.name)[:100]
    if not name:
        return address
    phrase = _phrase(name, field)
    separator = "\r\n " if len(field) + len(phrase) + len(address) > 70 else " "
    return f"{phrase}{separator}<{address}>"


def _phrase(name: str, field: str) -> str:
    if not name.isascii() or "=?" in name:
        return _encoded(name, field)
    if _PLAIN_PHRASE.fullmatch(name):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _encoded(text: str, field: str) -> str:
    """Unstructured text or a phrase, in encoded words where it needs them (RFC 2047), folded."""
    if text.isascii() and "=?" not in text and max(map(len, text.split(" "))) < 500:
        wrapped = textwrap.wrap(
            text,
            70,
            initial_indent=" " * len(field),
            break_long_words=False,
            break_on_hyphens=False,
        )
        return "\r\n ".join(wrapped).lstrip()
    first = MOST_OF_A_LINE - len(field) - 2
    words = packed((_q(character) for character in text), MOST_OF_A_LINE, first)
    return "\r\n ".join(f"=?utf-8?q?{word}?=" for word in words)


def _q(character: str) -> str:
    """One character in the Q encoding as a phrase may hold it (RFC 2047, 5 (3))."""
    if character.isascii() and character.isalnum():
        return character
    if character == " ":
        return "_"
    return "".join(f"={octet:02X}" for octet in character.encode("utf-8", "replace"))


def _address(address: str) -> str:
    """An `addr-spec` in ASCII; a domain in other letters as its A-labels (RFC 5890)."""
    local, _, domain = address.rpartition("@")
    try:
        plain = f"{local}@{domain.encode('idna').decode('ascii')}" if domain else address
    except UnicodeError:
        plain = address
    if not _ADDRESS.fullmatch(plain) or len(plain) > 320:
        raise ComposeError(f"no address that mail can be sent to: {address[:100]!r}")
    return plain


def _own_id(message_id: str) -> str:
    found = _ids([message_id])
    if not found or "@" not in message_id:
        raise ComposeError(f"no message id: {message_id[:100]!r}")
    return found[0]


def _ids(message_ids: Iterable[str]) -> list[str]:
    """Message ids in angle brackets; those that are none are left out."""
    matches = (_MESSAGE_ID.fullmatch(message_id.strip()) for message_id in message_ids)
    return [f"<{match.group(1)}>" for match in matches if match]


def _bounded(references: list[str]) -> list[str]:
    """The first and the last of a long thread, as RFC 5537 (3.4.4) trims it."""
    unique = list(dict.fromkeys(references))
    if len(unique) <= MOST_REFERENCES:
        return unique
    return [unique[0], *unique[1 - MOST_REFERENCES :]]
