"""Access tokens of mail servers, and the refresh tokens that rotate with them: one row a client.

Whoever asks the token endpoint has a lease on the row, so that of many processes one asks. A row is
written only by whoever read its `version`: an answer that comes too late changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from store import schema
from store.database import Transaction

_tokens = schema.access_tokens


@dataclass(frozen=True, slots=True)
class StoredToken:
    """`renew_at`: from then on another is asked for, though this one is valid until `expires_at`.
    `refresh_token`: the one that came last, None while none did; `seed`: the digest of the one that
    a person configured, which this one descends from."""

    key: str
    access_token: str | None = None
    renew_at: datetime | None = None
    expires_at: datetime | None = None
    refresh_token: str | None = None
    seed: str | None = None
    version: int = 0

    def valid(self, now: datetime) -> bool:
        return (
            self.expires_at is not None and self.access_token is not None and now < self.expires_at
        )

    def fresh(self, now: datetime) -> bool:
        return self.renew_at is not None and self.valid(now) and now < self.renew_at


def get(tx: Transaction, key: str) -> StoredToken | None:
    row = tx.row(select(_tokens).where(_tokens.c.key == key))
    if row is None:
        return None
    return StoredToken(
        key=row.key,
        access_token=row.access_token,
        renew_at=row.renew_at,
        expires_at=row.expires_at,
        refresh_token=row.refresh_token,
        seed=row.seed,
        version=row.version,
    )


def claim(
    tx: Transaction, key: str, owner: str, now: datetime, lease: timedelta
) -> StoredToken | None:
    """The row, which `owner` alone may renew until the lease ends; None: another one does."""
    tx.insert_new(_tokens, [{"key": key, "version": 0}])
    free = or_(_tokens.c.lease_until.is_(None), _tokens.c.lease_until <= now)
    mine = or_(free, _tokens.c.lease_owner == owner)
    taken = tx.execute(
        update(_tokens)
        .where(_tokens.c.key == key, mine)
        .values(lease_owner=owner, lease_until=now + lease)
    )
    return get(tx, key) if taken.rowcount else None


def release(tx: Transaction, key: str, owner: str) -> None:
    """Others may ask at once."""
    held = update(_tokens).where(_tokens.c.key == key, _tokens.c.lease_owner == owner)
    tx.execute(held.values(lease_owner=None, lease_until=None))


def put(tx: Transaction, token: StoredToken) -> StoredToken | None:
    """Keep it in place of its version, and end the lease; None: another one was kept meanwhile."""
    changed = tx.execute(
        update(_tokens)
        .where(_tokens.c.key == token.key, _tokens.c.version == token.version)
        .values(
            access_token=token.access_token,
            renew_at=token.renew_at,
            expires_at=token.expires_at,
            refresh_token=token.refresh_token,
            seed=token.seed,
            version=token.version + 1,
            lease_owner=None,
            lease_until=None,
        )
    )
    return replace(token, version=token.version + 1) if changed.rowcount else None


def forget(tx: Transaction, key: str, access_token: str) -> None:
    """A mail server does not take this one; nothing where another has come meanwhile."""
    theirs = update(_tokens).where(_tokens.c.key == key, _tokens.c.access_token == access_token)
    tx.execute(theirs.values(access_token=None, renew_at=None, expires_at=None))
