"""Which ticket a mail belongs to: by signed address, References, or the number in its subject."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway import tokens as signatures
from gateway.values import Channel, Envelope, ParsedMail
from rules.decide.facts import Found
from rules.decide.facts import Token as TokenFact
from rules.model import Desk, People, Ticket
from store import messages, tickets, tokens
from store.circles import Circle, circle
from store.database import Transaction
from store.tokens import SigningKey, Token

_NUMBER = re.compile(r"\[#(\d{1,9})\]")
_MERGES = 10
"""Tickets that are joined one into the other, followed so far and no further."""


@dataclass(frozen=True, slots=True)
class TicketMatch:
    """The ticket, and how it was found; `token` is the signed address that the mail came in by."""

    ticket: Ticket | None = None
    how: Found = Found.NEW
    token: Token | None = None
    mentions: tuple[int, ...] = ()

    @property
    def fact(self) -> TokenFact | None:
        found = self.token
        return TokenFact(found.address, found.purpose, found.version) if found else None


def match(
    tx: Transaction,
    desk: Desk,
    parsed: ParsedMail,
    envelope: Envelope,
    people: People,
    now: datetime,
    *,
    lock: bool = True,
) -> TicketMatch:
    """The first way that finds one. Anyone else's `[#88]` is a mention and no more.

    Args:
        lock: nobody else may change the ticket until the transaction ends.
    """
    token = genuine_token(tx, addresses(envelope, parsed), now)
    if token is not None:
        ticket = _load(tx, token.ticket, lock) if token.ticket else None
        return TicketMatch(ticket, Found.TOKEN if ticket else Found.NEW, token)
    number = messages.ticket_by_message_ids(tx, _referred(parsed), desk=desk.address)
    if number is not None and (ticket := _load(tx, number, lock)) is not None:
        return TicketMatch(ticket, Found.REFERENCES)
    return _by_subject(tx, desk, parsed, people, lock)


def addresses(envelope: Envelope, parsed: ParsedMail) -> tuple[str, ...]:
    """Where signed addresses are looked for: the envelope; without one Delivered-To, then To."""
    direct = envelope.channel in (Channel.SMTP, Channel.LMTP)
    if direct or any(signatures.read(a) for a in envelope.rcpt_to):
        return envelope.rcpt_to
    return (*parsed.delivered_to, *(box.address for box in (*parsed.to, *parsed.cc)))


def genuine_token(tx: Transaction, candidates: Iterable[str], now: datetime) -> Token | None:
    """The first address that we signed and whose time has not run out; decisions come first."""
    keys = None
    found: list[Token] = []
    for candidate in candidates:
        signed = signatures.read(candidate)
        if signed is None:
            continue
        keys = tokens.keys(tx) if keys is None else keys
        rows = tokens.find(tx, signed.text[: signatures.HINT])
        found += [row for row in rows if _genuine(tx, signed, row, keys)]
    in_time = [t for t in found if t.expires_at is None or t.expires_at > now]
    return min(in_time, key=lambda t: t.purpose == "reply", default=None)


def _genuine(
    tx: Transaction, signed: signatures.Signed, row: Token, keys: Sequence[SigningKey]
) -> bool:
    """A bounce address stands for one copy, whose Message-ID was signed for its row."""
    if row.purpose != "bounce":
        return signatures.genuine(signed, row, signatures.parts_of(row), keys)
    copy = messages.get(tx, row.version)
    parts = ("bounce", row.address, copy.message_id if copy else "")
    return copy is not None and signatures.genuine(signed, row, parts, keys)


def _referred(parsed: ParsedMail) -> tuple[str, ...]:
    return (*parsed.in_reply_to, *parsed.references)


def _load(tx: Transaction, number: int, lock: bool) -> Ticket | None:
    """The ticket, or the one that it was joined into."""
    ticket = tickets.load(tx, number, lock=lock)
    for _ in range(_MERGES):
        into = _merged_into(ticket) if ticket else None
        if into is None:
            break
        ticket = tickets.load(tx, into, lock=lock)
    return ticket


def _merged_into(ticket: Ticket) -> int | None:
    """Both sides are tied; only the one that ended went into the other."""
    if ticket.closed_at is None:
        return None
    return next((int(link.to) for link in ticket.links if link.kind == "merged"), None)


def _by_subject(
    tx: Transaction, desk: Desk, parsed: ParsedMail, people: People, lock: bool
) -> TicketMatch:
    numbers = tuple(dict.fromkeys(int(n) for n in _NUMBER.findall(parsed.subject)))[:5]
    mentions = []
    for number in numbers:
        named = _circle(tx, number)
        if named is None or named.desk != desk.address:
            continue
        if _is_on(named, parsed, people):
            return TicketMatch(_load(tx, named.number, lock), Found.SUBJECT)
        mentions.append(named.number)
    return TicketMatch(mentions=tuple(mentions))


def _circle(tx: Transaction, number: int) -> Circle | None:
    """Of the ticket, or of the one that it was joined into: nothing else of it is read, and it is
    locked for nobody, before its sender is known to be on it."""
    found = circle(tx, number)
    for _ in range(_MERGES):
        if found is None or found.merged_into is None:
            break
        found = circle(tx, found.merged_into)
    return found


def _is_on(ticket: Circle, parsed: ParsedMail, people: People) -> bool:
    """Whether the sender is on the ticket already, works at its desk, or may see all tickets of
    their organisation."""
    if parsed.sender is None:
        return False
    person = people.person(parsed.sender.address)
    lists = person.organisation == ticket.organisation and "list" in person.may
    return person.address in ticket.customers or person.works_at(ticket.desk) or lists
