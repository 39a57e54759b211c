"""Signing keys and what was signed with them: rows alone, the signature is not made here."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from store import schema
from store.database import Found, Transaction

_keys = schema.signing_keys
_tokens = schema.tokens


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A secret; one that is retired still proves what it signed."""

    id: str
    secret: bytes
    created_at: datetime
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """What a signed token stands for. `hint` (16 characters at most) finds it, and proves nothing.
    `version` is that of what is decided on. `id` is 0 until it is stored."""

    hint: str
    key_id: str
    ticket: int | None
    address: str
    purpose: str
    version: int
    issued_at: datetime
    expires_at: datetime | None = None
    used_at: datetime | None = None
    id: int = 0


def add_key(tx: Transaction, key: SigningKey) -> bool:
    """False where another process has added a key of this id already."""
    row = {"id": key.id, "secret": key.secret, "created_at": key.created_at}
    return bool(tx.insert_new(_keys, [row | {"retired_at": key.retired_at}], _keys.c.id))


def keys(tx: Transaction) -> list[SigningKey]:
    """All keys, newest first; the first that is not retired signs."""
    rows = tx.rows(select(_keys).order_by(_keys.c.created_at.desc(), _keys.c.id))
    return [SigningKey(row.id, bytes(row.secret), row.created_at, row.retired_at) for row in rows]


def retire_key(tx: Transaction, key: str, at: datetime) -> None:
    """Sign nothing more with it."""
    tx.execute(update(_keys).where(_keys.c.id == key).values(retired_at=at))


def issue(tx: Transaction, token: Token) -> int:
    """Note an issued token; its id."""
    row = {f.name: getattr(token, f.name) for f in fields(Token) if f.name != "id"}
    number: int = tx.scalar(insert(_tokens).values(**row).returning(_tokens.c.id))
    return number


def find(tx: Transaction, hint: str) -> list[Token]:
    """Nearly always one or none; which of them was meant, the signature says."""
    query = select(_tokens).where(_tokens.c.hint == hint).order_by(_tokens.c.id)
    return [_token(row) for row in tx.rows(query)]


def of_ticket(tx: Transaction, ticket: int, address: str) -> list[Token]:
    """What that person was given for the ticket, oldest first."""
    query = select(_tokens).where(_tokens.c.ticket == ticket, _tokens.c.address == address)
    return [_token(row) for row in tx.rows(query.order_by(_tokens.c.id))]


def use(tx: Transaction, token: int, at: datetime) -> bool:
    """Use it up; False where it has been used: of two at once exactly one gets True."""
    changed = tx.execute(
        update(_tokens).where(_tokens.c.id == token, _tokens.c.used_at.is_(None)).values(used_at=at)
    )
    return changed.rowcount == 1


def use_all(tx: Transaction, ticket: int, purpose: str, version: int, at: datetime) -> int:
    """Use up all that was issued for one decision, to whomever; how many were unused."""
    changed = tx.execute(
        update(_tokens)
        .where(
            _tokens.c.ticket == ticket,
            _tokens.c.purpose == purpose,
            _tokens.c.version == version,
            _tokens.c.used_at.is_(None),
        )
        .values(used_at=at)
    )
    return changed.rowcount


def _token(row: Found) -> Token:
    values: dict[str, Any] = dict(row._mapping)
    return Token(**values)
