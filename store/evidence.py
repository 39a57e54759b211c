"""The bytes that arrived and were sent, by their SHA-256; nothing is kept twice or altered.

Each name has a row. Its bytes are in it, or where `[store] evidence` says (`store.objects`); then
they were there before the row said so. What transactions write is in the database at first, and
is moved out afterwards by `move_out`: nothing is uploaded inside a transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, select, text, update

from store import schema, settings
from store.database import Database, Transaction
from store.errors import EvidenceAltered, EvidenceMissing, EvidenceUnavailable, StoreRefused
from store.objects import MARK

_BODY = select(schema.evidence.c.body).where(schema.evidence.c.sha256 == bindparam("name"))


def digest(body: bytes) -> str:
    """The name of the bytes: their SHA-256 in 64 lower-case hexadecimal digits."""
    return sha256(body).hexdigest()


def put(tx: Transaction, body: bytes) -> str:
    """Keep the bytes, unless they are kept already; their name."""
    return put_all(tx, (body,))[0]


def put_all(
    tx: Transaction, bodies: Iterable[bytes], outside: Collection[str] = frozenset()
) -> list[str]:
    """As `put`, many at once; the names in the order given. Of those that are kept `outside`
    already the name alone is noted."""
    named = [(digest(body), body) for body in bodies]
    # In the order of their names, so that two transactions never wait for each other in a ring.
    rows = [
        {"sha256": name, "size": len(body), "body": None if name in outside else body}
        for name, body in sorted(dict(named).items())
    ]
    tx.insert_new(schema.evidence, rows)
    return [name for name, _ in named]


def get(tx: Transaction, name: str) -> bytes:
    """The bytes, wherever they are, compared with their name.

    Raises EvidenceMissing, EvidenceAltered, and EvidenceUnavailable where the place outside of the
    database is away.
    """
    row = tx.row(_BODY, {"name": name})
    if row is None:
        raise EvidenceMissing(f"no bytes named {name} are known")
    if row.body is None:
        if tx.objects is None:
            raise EvidenceMissing(f"the bytes named {name} are not in the database")
        return tx.objects.get(name)
    if digest(row.body) != name:
        raise EvidenceAltered(f"the bytes named {name} were altered")
    return bytes(row.body)


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


# --- outside of the database -------------------------------------------------------------------


_OWNER = "evidence"
"""The setting that says whose objects are this installation's."""
_INSIDE = text("evidence.body IS NOT NULL")  # as the partial index says it
_LET_GO = (
    update(schema.evidence)
    .where(schema.evidence.c.sha256.in_(bindparam("names", expanding=True)))
    .values(body=None)
)
_BRING = update(schema.evidence).where(schema.evidence.c.sha256 == bindparam("its_name"))
_TOGETHER = 100
"""Mails that are moved at once."""
_OCTETS = 8_000_000
"""Of mails that are moved at once, one at least."""


def begin(database: Database) -> None:
    """Makes sure that the place which `[store] evidence` names is this installation's.

    Raises StoreRefused where mails are outside and no place is named, EvidenceUnavailable.
    """
    with database.read() as tx:
        known = settings.get(tx, _OWNER)
    if database.objects is None:
        if known is not None:
            raise StoreRefused(
                "this installation keeps its mails outside of the database: name the place in "
                "[store] evidence of gateway.toml"
            )
        return
    known = known or _first_owner(database)
    if not known["claimed"]:
        database.objects.claim(known["id"])
        with database.transaction() as tx:
            settings.put(tx, _OWNER, {**known, "claimed": True})
    elif database.objects.owner() != known["id"]:
        raise EvidenceUnavailable(
            f"{database.objects.url} is not where the mails of this installation are: "
            f"it has no object {MARK} with {known['id']}"
        )


def owner_of(database: Database) -> str | None:
    """Whose objects outside of the database are this installation's; None before its first."""
    with database.read() as tx:
        known = settings.get(tx, _OWNER)
    return known["id"] if known is not None else None


def _first_owner(database: Database) -> dict[str, Any]:
    """Of several that begin at once, one decides."""
    with database.transaction() as tx:
        settings.put_first(tx, _OWNER, {"id": secrets.token_hex(16), "claimed": False})
        known: dict[str, Any] = settings.get(tx, _OWNER)
    return known


def keep_outside(database: Database, bodies: Collection[bytes]) -> frozenset[str]:
    """Before the transaction that notes them; the names of those that are durable outside of the
    database now: all or, where that is not configured, none. Raises EvidenceUnavailable."""
    if database.objects is None or not bodies:
        return frozenset()
    named = {digest(body): body for body in bodies}
    database.objects.put_all(named.items())
    return frozenset(named)


def move_out(database: Database, after: str) -> str:
    """Moves some of what is in the database to the place that is configured, from the names above
    `after` on; the last of them, "" at the end. Several processes may do the same at once.

    Altered bytes stay where they are. Raises StoreUnavailable.
    """
    with database.read() as tx:
        found = _some(tx, after)
    kept = keep_outside(database, [body for _, body in found if body is not None])
    if kept:
        with database.transaction() as tx:
            tx.execute(_LET_GO, {"names": sorted(kept)})
    return found[-1][0] if found else ""


def _some(tx: Transaction, after: str) -> list[tuple[str, bytes | None]]:
    kept = schema.evidence.c
    query = select(kept.sha256, kept.size).where(_INSIDE, kept.sha256 > after)
    found: list[tuple[str, bytes | None]] = []
    octets = 0
    for name, size in tx.rows(query.order_by(kept.sha256).limit(_TOGETHER)):
        octets += size
        if found and octets > _OCTETS:
            break
        try:
            found.append((name, get(tx, name)))
        except EvidenceAltered:
            found.append((name, None))
    return found


def bring_in(database: Database, progress: Callable[[int], None]) -> tuple[str, ...]:
    """Every mail from outside into the database, which is a copy and needs no place then.

    Gives those that were missing there, or altered. Raises StoreUnavailable.
    """
    lost: list[str] = []
    with database.transaction() as tx:
        outside = select(schema.evidence.c.sha256).where(schema.evidence.c.body.is_(None))
        for done, row in enumerate(tx.rows(outside), 1):
            try:
                values = {"body": get(tx, row.sha256)}
            except (EvidenceMissing, EvidenceAltered):
                lost.append(row.sha256)
                continue
            tx.execute(_BRING, {"its_name": row.sha256, **values})
            progress(done)
        settings.forget(tx, _OWNER)
    return tuple(lost)
