"""The bytes that arrived and were sent, by their SHA-256; nothing is kept twice or altered."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from sqlalchemy import bindparam, select

from store import schema
from store.database import Transaction
from store.errors import EvidenceAltered, EvidenceMissing

_BODY = select(schema.evidence.c.body).where(schema.evidence.c.sha256 == bindparam("name"))


def digest(body: bytes) -> str:
    """The name of the bytes: their SHA-256 in 64 lower-case hexadecimal digits."""
    return sha256(body).hexdigest()


def put(tx: Transaction, body: bytes) -> str:
    """Keep the bytes, unless they are kept already; their name."""
    return put_all(tx, (body,))[0]


def put_all(tx: Transaction, bodies: Iterable[bytes]) -> list[str]:
    """As `put`, many at once; the names in the order given."""
    named = [(digest(body), body) for body in bodies]
    # In the order of their names, so that two transactions never wait for each other in a ring.
    rows = [
        {"sha256": name, "size": len(body), "body": body}
        for name, body in sorted(dict(named).items())
    ]
    tx.insert_new(schema.evidence, rows)
    return [name for name, _ in named]


def refer(tx: Transaction, name: str, size: int) -> None:
    """Note bytes that are kept outside of the database, so that rows may name them."""
    tx.insert_new(schema.evidence, [{"sha256": name, "size": size, "body": None}])


def get(tx: Transaction, name: str) -> bytes:
    """The bytes, compared with their name.

    Raises EvidenceMissing where they are not in the database, EvidenceAltered where they changed.
    """
    body = tx.scalar(_BODY, {"name": name})
    if body is None:
        raise EvidenceMissing(f"no bytes named {name} in the database")
    if digest(body) != name:
        raise EvidenceAltered(f"the bytes named {name} were altered")
    return bytes(body)


def size(tx: Transaction, name: str) -> int | None:
    """In bytes; None where nothing is known of them."""
    found: int | None = tx.scalar(
        select(schema.evidence.c.size).where(schema.evidence.c.sha256 == name)
    )
    return found


def names(tx: Transaction, limit: int, after: str = "") -> list[str]:
    """What is known, in order, the ones above `after`: for audits, page by page."""
    known = schema.evidence.c.sha256
    rows = tx.rows(select(known).where(known > after).order_by(known).limit(limit))
    return [row.sha256 for row in rows]
