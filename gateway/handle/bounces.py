"""A bounce belongs to the very copy that failed: by the envelope address that it came back to, or
by the unguessable Message-ID that it quotes, since hosted relays rewrite envelope senders."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.handle.facts import Bounced
from gateway.handle.matching import TicketMatch
from gateway.values import FailedRecipient, ParsedMail
from rules.model import Ticket
from store import messages, tickets
from store.database import Transaction
from store.messages import Message


@dataclass(frozen=True, slots=True)
class BouncedCopy:
    fact: Bounced
    ticket: Ticket | None


def bounced_copy(tx: Transaction, parsed: ParsedMail, found: TicketMatch) -> BouncedCopy | None:
    """The copy of ours that this is about; None for a forged one, or for somebody else's mail."""
    copy = _by_envelope(tx, found) or _by_message_id(tx, parsed)
    if copy is None or copy.recipient is None:
        return None
    theirs = _reports(parsed, copy.recipient)
    fact = Bounced(
        address=copy.recipient,
        text=_words(theirs),
        message=copy.id,
        template=copy.template or "",
        delayed=bool(theirs) and all(report.action == "delayed" for report in theirs),
    )
    return BouncedCopy(fact, tickets.load(tx, copy.ticket, lock=True))


def _by_envelope(tx: Transaction, found: TicketMatch) -> Message | None:
    token = found.token
    if token is None or token.purpose != "bounce":
        return None
    return messages.get(tx, token.version)


def _by_message_id(tx: Transaction, parsed: ParsedMail) -> Message | None:
    named = parsed.bounce.original_message_id if parsed.bounce else None
    if not named:
        return None
    copies = messages.by_message_id(tx, named)
    return next((m for m in copies if m.direction == "out"), None)


def _reports(parsed: ParsedMail, recipient: str) -> tuple[FailedRecipient, ...]:
    """What is told of this recipient; where a list or an alias was followed, of all."""
    told = parsed.bounce.recipients if parsed.bounce else ()
    return tuple(report for report in told if report.address == recipient) or told


def _words(theirs: tuple[FailedRecipient, ...]) -> str:
    words = [" ".join(w for w in (f.status, f.diagnostic) if w) for f in theirs]
    return next((w for w in words if w), "")[:300]
