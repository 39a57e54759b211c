"""What an invoice rests on: the mail that the customer decided by, and the papers they had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from hashlib import sha256

from gateway.reading import names
from gateway.values import Attachment
from rules.effects import Note
from rules.model import Ticket, Visibility
from rules.process import Process
from store import evidence, journal, messages
from store.database import Transaction
from store.journal import Entry
from store.messages import Message

CITED = "cited"
"""The journal's word for the customer's answer that an end rests on."""
DECIDED = frozenset({"approved", "decided"})
"""Its words for what binds the customer."""


def proofs(tx: Transaction, process: Process, ticket: Ticket) -> tuple[Attachment, ...]:
    """The latest decision as it arrived, and the PDFs that were decided on, as they were sent."""
    mails = messages.of_ticket(tx, ticket.number)
    decision = _decision(tx, ticket, mails)
    sent = [m for m in mails if m.direction == "out" and m.visibility is Visibility.PUBLIC]
    wanted = _decided_on(process, ticket)
    papers = {m.template: m for m in sent if m.template and m.template in wanted}
    found = [*([_original(tx, decision)] if decision else []), *_pdfs(tx, papers)]
    return tuple({attachment.sha256: attachment for attachment in found}.values())


def _decision(tx: Transaction, ticket: Ticket, mails: Sequence[Message]) -> Message | None:
    by_id = {mail.id: mail for mail in mails if mail.direction == "in"}
    for event in reversed(journal.of_ticket(tx, ticket.number)):
        found = by_id.get(_decided_by(event.entry) or 0)
        if found is not None:
            return found
    return None


def _decided_by(entry: Entry) -> int | None:
    """The row of the mail by which the customer decided; for what is cited, the one it names."""
    if isinstance(entry.effect, Note) and entry.what == CITED and entry.effect.text.isdigit():
        return int(entry.effect.text)
    return entry.message if entry.what in DECIDED else None


def _decided_on(process: Process, ticket: Ticket) -> frozenset[str]:
    """The templates of mails whose answers bind."""
    sheets = {command.binds for command in process.commands.values() if command.binds}
    quotes = {quote.template for quote in ticket.quotes if quote.status == "approved"}
    return frozenset(sheets | quotes)


def _original(tx: Transaction, mail: Message) -> Attachment:
    body = evidence.get(tx, mail.raw)
    name = names.safe(f"{mail.at:%Y-%m-%d-%H%M%S} {mail.subject[:60]}.eml")
    return Attachment(name, "message/rfc822", len(body), mail.raw, body)


def _pdfs(tx: Transaction, papers: Mapping[str, Message]) -> Iterator[Attachment]:
    for mail in papers.values():
        parsed = message_from_bytes(evidence.get(tx, mail.raw), policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        for part in parsed.iter_attachments():
            content = part.get_payload(decode=True)
            if part.get_content_type() == "application/pdf" and isinstance(content, bytes):
                name = names.safe(part.get_filename() or "document.pdf")
                digest = sha256(content).hexdigest()
                yield Attachment(name, "application/pdf", len(content), digest, content)
