"""What an audit finds, and how mails are named in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from store import evidence, schema
from store.database import Found, Transaction
from store.errors import EvidenceAltered, EvidenceMissing

PAGE = 200
"""Rows that are looked at in one snapshot."""
HEADER = 100_000
"""Octets of a mail in which its Message-ID is looked for."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not accounted for. `fault` is a machine constant, `id` in12, out7, #88 or
    the name of bytes; `message_id`, `sender` and `at` (its arrival, or when it was made) are None
    where nothing tells; `text` says what is wrong, `mend` what to do."""

    fault: str
    id: str
    text: str
    mend: str
    at: datetime | None = None
    message_id: str | None = None
    sender: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One row was looked at. `done` of `whole` in this part of the audit."""

    part: str
    done: int
    whole: int
    faults: tuple[Fault, ...] = ()


def arrival_fault(tx: Transaction, row: Found, fault: str, text: str, mend: str) -> Fault:
    """A fault of a row of `inbox`, with its envelope."""
    sender = row.mail_from or "<>"
    peer = f" from {row.peer}" if row.peer else ""
    return Fault(
        fault,
        f"in{row.id}",
        text,
        mend,
        at=row.received_at,
        message_id=_message_id(tx, row),
        sender=f"{sender}{peer} by {row.channel}",
    )


def _message_id(tx: Transaction, row: Found) -> str | None:
    """As its ticket has it, else as its bytes do; None where they are gone."""
    messages = schema.messages
    noted: str | None = tx.scalar(select(messages.c.message_id).where(messages.c.inbox == row.id))
    if noted is not None:
        return noted
    try:
        return message_id_in(evidence.get(tx, row.raw))
    except (EvidenceMissing, EvidenceAltered):
        return None


def message_id_in(body: bytes) -> str | None:
    """The first Message-ID of a mail's header, folded or not (RFC 5322, 3.6.4)."""
    header = body[:HEADER].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    for field in header.replace(b"\n ", b" ").replace(b"\n\t", b" ").split(b"\n"):
        name, colon, value = field.partition(b":")
        if colon and name.strip().lower() == b"message-id":
            return value.strip().decode("ascii", "replace") or None
    return None
