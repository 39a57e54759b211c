"""Commands that wait until the address on file confirms them. Each is settled once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, text, update

from store import schema
from store.database import Transaction

_holds = schema.holds
_WAITING = text("holds.state = 'waiting'")


@dataclass(frozen=True, slots=True)
class Held:
    """state: waiting, confirmed, cancelled or expired. `commands`: the lines as written;
    `shows`: JSON values that whoever confirms is shown; `inbox`: the mail that they stood in."""

    id: int
    ticket: int | None
    inbox: int
    address: str
    commands: str
    shows: Mapping[str, Any]
    state: str
    created_at: datetime
    expires_at: datetime
    settled_at: datetime | None


def add(
    tx: Transaction,
    *,
    ticket: int | None,
    inbox: int,
    address: str,
    commands: str,
    shows: Mapping[str, Any],
    created_at: datetime,
    expires_at: datetime,
) -> int:
    """Hold commands; the id of the confirmation."""
    number: int = tx.scalar(
        insert(_holds)
        .values(
            ticket=ticket,
            inbox=inbox,
            address=address,
            commands=commands,
            shows=dict(shows),
            state="waiting",
            created_at=created_at,
            expires_at=expires_at,
        )
        .returning(_holds.c.id)
    )
    return number


def get(tx: Transaction, hold: int) -> Held | None:
    row = tx.row(select(_holds).where(_holds.c.id == hold))
    return Held(**row._mapping) if row is not None else None


def waiting(tx: Transaction, address: str, ticket: int | None = None) -> list[Held]:
    """What waits for this address, of one ticket if given, oldest first."""
    query = select(_holds).where(_WAITING, _holds.c.address == address)
    if ticket is not None:
        query = query.where(_holds.c.ticket == ticket)
    return [Held(**row._mapping) for row in tx.rows(query.order_by(_holds.c.id))]


def was_confirmed(tx: Transaction, address: str, ticket: int) -> bool:
    """Whether something of this address on this ticket has been confirmed before."""
    query = select(_holds.c.id).where(
        _holds.c.address == address, _holds.c.ticket == ticket, _holds.c.state == "confirmed"
    )
    return tx.row(query.limit(1)) is not None


def settle(tx: Transaction, hold: int, state: str, at: datetime) -> bool:
    """confirmed or cancelled, if it still waits and is in time: of two at once exactly one gets
    True."""
    changed = tx.execute(
        update(_holds)
        .where(_holds.c.id == hold, _WAITING, _holds.c.expires_at > at)
        .values(state=state, settled_at=at)
    )
    return changed.rowcount == 1


def cancel_others(tx: Transaction, hold: int, at: datetime) -> None:
    """What waits of the same mail is settled with this one: another person has answered."""
    mail = select(_holds.c.inbox).where(_holds.c.id == hold).scalar_subquery()
    tx.execute(
        update(_holds)
        .where(_holds.c.id != hold, _holds.c.inbox == mail, _WAITING)
        .values(state="cancelled", settled_at=at)
    )


def expire(tx: Transaction, now: datetime) -> list[int]:
    """Whatever nobody confirmed in time is expired; their ids."""
    changed = tx.rows(
        update(_holds)
        .where(_WAITING, _holds.c.expires_at <= now)
        .values(state="expired", settled_at=now)
        .returning(_holds.c.id)
    )
    return sorted(row.id for row in changed)
