"""The addresses and identifiers of a letter: signed, and each for one recipient alone."""

from __future__ import annotations

from base64 import b32encode
from dataclasses import replace
from datetime import timedelta

from gateway import tokens as signatures
from gateway.handle.desktop import Desktop
from rules.effects import QueueMail
from store import tokens
from store.tokens import SigningKey, Token

CONFIRM_WITHIN = timedelta(days=7)


def message_id_of(desk: Desktop) -> str:
    """Nobody can guess it, so that whoever names it has seen the mail."""
    random = b32encode(desk.house.random(20)).decode().lower()
    number = desk.ticket.number if desk.ticket else 0
    return f"<{number}.{random}@{desk.facts.desk.domain}>"


def reply_to_of(desk: Desktop, queued: QueueMail, address: str) -> str:
    """The desk's address with a signed token for this person; a plain one where no ticket is."""
    ticket = desk.ticket.number if desk.ticket else None
    if ticket is None and queued.purpose == "reply":
        return desk.facts.desk.address
    return signed_address(desk, ticket, address, queued.purpose, queued.version)


def signed_address(
    desk: Desktop, ticket: int | None, address: str, purpose: str = "reply", version: int = 0
) -> str:
    """The desk's address with a signed token for this person and ticket."""
    until = desk.now + CONFIRM_WITHIN if purpose == "confirm" else None
    token = Token("", desk.key.id, ticket, address, purpose, version, desk.now, until)
    return signatures.address(desk.facts.desk, ticket, _issued(desk, token))


def _issued(desk: Desktop, token: Token) -> str:
    """The signature, whose row is written once: the same words sign the same."""
    signature = signatures.sign(desk.key, signatures.parts_of(token))
    hint = signature[: signatures.HINT]
    if not any(row.address == token.address for row in tokens.find(desk.tx, hint)):
        tokens.issue(desk.tx, replace(token, hint=hint))
    return signature


def bounce_token(desk: Desktop, address: str, message_id: str) -> Token | None:
    """What comes back to this address is about this very copy. Its version is the message's row,
    which is only known once it is stored, so the Message-ID is signed in its place."""
    if desk.ticket is None:
        return None
    signature = bounce_signature(desk.key, address, message_id)
    hint = signature[: signatures.HINT]
    return Token(hint, desk.key.id, desk.ticket.number, address, "bounce", 0, desk.now)


def bounce_signature(key: SigningKey, address: str, message_id: str) -> str:
    return signatures.sign(key, ("bounce", address, message_id))


def envelope_from_of(desk: Desktop, bounce: Token | None, message_id: str) -> str:
    if bounce is None or desk.ticket is None:
        return ""
    signature = bounce_signature(desk.key, bounce.address, message_id)
    return signatures.address(desk.facts.desk, desk.ticket.number, signature)


def references_of(desk: Desktop, address: str) -> tuple[str, ...]:
    """What this person has of the conversation, so that their client threads it."""
    theirs = [
        m.message_id for m in desk.earlier if m.message_id and address in (m.sender, m.recipient)
    ]
    return tuple(dict.fromkeys(theirs))
