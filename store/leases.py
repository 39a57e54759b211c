"""Work that one owner at a time has, until its lease runs out: shared by inbox and outbox.

An owner is one run of one process, under a name of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    Table,
    Update,
    bindparam,
    case,
    select,
    update,
)

from store.database import Found, Transaction
from store.errors import LeaseLost

LONGEST = timedelta(minutes=1)
"""No lease is as long, whatever the clocks of two machines differ by."""


def take(
    tx: Transaction,
    table: Table,
    ids: Sequence[int],
    owner: str,
    until: datetime,
) -> Sequence[Found]:
    """Lease rows that this transaction has locked; the rows, unordered.

    Counts the attempt, and an interruption where the lease before had run out.
    """
    if not ids:
        return ()
    return tx.rows(_take(table), {"ids": ids, "owner": owner, "until": until})


def end(tx: Transaction, table: Table, row: int, owner: str, **values: Any) -> None:
    """The owner is done with the row, which gets the values; raises LeaseLost if it is not its."""
    free = {"lease_owner": None, "lease_until": None}
    changed = tx.execute(_end(table), {"its_id": row, "owner": owner, **free, **values})
    if changed.rowcount != 1:
        raise LeaseLost(f"{table.name} {row} is no longer in the hands of {owner}")


def renew(tx: Transaction, table: Table, owner: str, until: datetime) -> int:
    """Prolong all leases of the owner; how many it has."""
    return tx.execute(_held(table, owner).values(lease_until=until)).rowcount


def hand_back(tx: Transaction, table: Table, owner: str, state: str) -> int:
    """Leave all that the owner has to others, as if it had not been taken."""
    values = {"state": state, "lease_owner": None, "lease_until": None}
    handed = _held(table, owner).values(**values, attempts=table.c.attempts - 1)
    return tx.execute(handed).rowcount


def owners(tx: Transaction, table: Table) -> list[str]:
    """Who has rows at this moment, or had them when they ended."""
    owner = table.c.lease_owner
    return list(tx.execute(select(owner).where(owner.is_not(None)).distinct()).scalars())


def end_all(
    tx: Transaction, table: Table, owner: str, now: datetime, *which: ColumnElement[bool]
) -> int:
    """What an owner who is no more had in hand may be taken over at once; how many rows."""
    return tx.execute(_held(table, owner).where(*which).values(lease_until=now)).rowcount


def bring_back(tx: Transaction, table: Table, now: datetime) -> int:
    """Leases that would last longer than any does are over: the clock was set back since."""
    too_long = table.c.lease_until > now + LONGEST
    held = table.c.lease_owner.is_not(None)
    return tx.execute(update(table).where(held, too_long).values(lease_until=now)).rowcount


@cache
def _take(table: Table) -> Executable:
    return (
        update(table)
        .where(table.c.id.in_(bindparam("ids", expanding=True)))
        .values(
            state="working",
            lease_owner=bindparam("owner"),
            lease_until=bindparam("until"),
            attempts=table.c.attempts + 1,
            interruptions=table.c.interruptions + case((table.c.state == "working", 1), else_=0),
        )
        .returning(table)
    )


@cache
def _end(table: Table) -> Executable:
    return update(table).where(
        table.c.id == bindparam("its_id"),
        table.c.lease_owner == bindparam("owner"),
        table.c.state == "working",
    )


def _held(table: Table, owner: str) -> Update:
    return update(table).where(table.c.lease_owner == owner, table.c.state == "working")
