"""The envelope out of a raw mail's header, where the transport named none.

Nothing has parsed the mail yet: reading is linear, bounded and never raises.
"""

from __future__ import annotations

import re

from gateway.intake.addresses import addresses_in

HEADER_BLOCK = 100_000
"""Octets of a header block that are looked at."""

_NULL_SENDERS = frozenset({"", "<>", "MAILER-DAEMON"})
_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:(.*(?:\n[ \t].*)*)", re.MULTILINE)
_BLOCK_END = re.compile(rb"(?:\A|\n)\r?\n")


def field_values(mail: bytes, name: str) -> tuple[str, ...]:
    """The unfolded values of all fields of that lower-case name, topmost first (RFC 5322, 2.2)."""
    head = mail[:HEADER_BLOCK]
    end = _BLOCK_END.search(head)
    fields = _FIELD.findall(head[: end.start() + 1] if end else head)
    wanted = name.encode()
    return tuple(_unfolded(value) for found, value in fields if found.lower() == wanted)


def envelope_sender(mail: bytes, separator: str | None = None) -> str:
    """The sender by the topmost Return-Path, an mbox separator line, or else From; "" for none."""
    for value in field_values(mail, "return-path"):
        return next(iter(addresses_in(value)), "")
    if separator is not None and is_null(separator):
        return ""
    stated = addresses_in(separator or "") if "." in (separator or "").rpartition("@")[2] else ()
    authors = (a for value in field_values(mail, "from") for a in addresses_in(value))
    return next(iter((*stated, *authors)), "")


def is_null(sender: str) -> bool:
    """Whether it is one of the ways in which MTAs write the null sender."""
    return sender.upper() in _NULL_SENDERS


def _unfolded(value: bytes) -> str:
    return " ".join(value.decode("utf-8", "replace").split())
