"""Whether the bytes of every mail are there, unaltered, and belong to a mail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select, union_all

from store import evidence, schema
from store.audit.faults import Fault, Finding, arrival_fault, message_id_in
from store.database import Database, Transaction
from store.errors import EvidenceAltered, EvidenceMissing

_PAGE = 50
_inbox = schema.inbox

Expected = set[str]
"""Message-IDs that somebody believes to have been acknowledged, with their brackets."""


def originals(database: Database, expected: Expected | None) -> Iterator[Finding]:
    """One finding for each entry of the evidence, by its name."""
    with database.read() as tx:
        whole: int = tx.scalar(select(func.count()).select_from(schema.evidence))
    after, done = "", 0
    while True:
        with database.read() as tx:
            names = evidence.names(tx, _PAGE, after)
            idle = set(names) - _in_use(tx, names)
            found = [tuple(_faults(tx, name, name in idle, expected)) for name in names]
        for faults in found:
            done += 1
            yield Finding("original bytes", done, max(whole, done), faults)
        if not names:
            break
        after = names[-1]
    for message_id in sorted(expected or ()):
        text = "the sender believes it acknowledged; no mail of this Message-ID ever arrived"
        mend = "have the sender send it again: what is here already is recognised"
        fault = Fault("never_arrived", message_id, text, mend, message_id=message_id)
        yield Finding("original bytes", done, done, (fault,))


def _in_use(tx: Transaction, names: Sequence[str]) -> set[str]:
    """Those of the names that a mail, a copy or an attachment has."""
    columns = (
        _inbox.c.raw,
        schema.messages.c.raw,
        schema.outbox.c.raw,
        schema.attachments.c.sha256,
    )
    return {
        row[0]
        for row in tx.rows(union_all(*(select(c).where(c.in_(list(names))) for c in columns)))
    }


def _faults(tx: Transaction, name: str, idle: bool, expected: Expected | None) -> Iterator[Fault]:
    try:
        body = evidence.get(tx, name)
    except EvidenceMissing:
        yield from _named(tx, name, "bytes_missing", "its bytes are missing")
        return
    except EvidenceAltered:
        yield from _named(tx, name, "bytes_altered", "its bytes were altered")
        return
    message_id = message_id_in(body)
    if expected is not None and message_id is not None and not idle:
        expected.discard(message_id)
    if idle:
        text = "these bytes are kept, and no mail has them: the row of their mail is gone"
        mend = "import the mail once more, or restore the row from a backup"
        yield Fault("no_mail", name, text, mend, message_id=message_id)


def _named(tx: Transaction, name: str, fault: str, text: str) -> Iterator[Fault]:
    """A fault for each mail whose bytes they are, else one for the bytes themselves."""
    mend = f"restore the bytes from a backup: table evidence, sha256 {name}"
    arrived = tx.rows(select(_inbox).where(_inbox.c.raw == name).order_by(_inbox.c.id))
    for row in arrived:
        yield arrival_fault(tx, row, fault, text, mend)
    outbox = schema.outbox
    left = tx.rows(select(outbox).where(outbox.c.raw == name).order_by(outbox.c.id))
    for row in left:
        sender = f"to {row.recipient}"
        yield Fault(fault, f"out{row.id}", text, mend, row.created_at, row.message_id, sender)
    if not arrived and not left:
        yield Fault(fault, name, text, mend)
