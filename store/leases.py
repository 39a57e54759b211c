"""Work that one owner at a time has, until its lease runs out: shared by inbox and outbox.

An owner is one run of one process, under a name of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Table, Update, case, update

from store.database import Found, Transaction
from store.errors import LeaseLost


def take(
    tx: Transaction, table: Table, candidates: Select[tuple[int]], owner: str, until: datetime
) -> Sequence[Found]:
    """Lease the candidates that nobody else is leasing at this moment; their rows, unordered.

    Counts the attempt, and an interruption where the lease before had run out.
    """
    ids = [row.id for row in tx.rows(candidates.with_for_update(skip_locked=True))]
    if not ids:
        return ()
    taken_over = case((table.c.state == "working", 1), else_=0)
    return tx.rows(
        update(table)
        .where(table.c.id.in_(ids))
        .values(
            state="working",
            lease_owner=owner,
            lease_until=until,
            attempts=table.c.attempts + 1,
            interruptions=table.c.interruptions + taken_over,
        )
        .returning(table)
    )


def end(tx: Transaction, table: Table, row: int, owner: str, **values: Any) -> None:
    """The owner is done with the row, which gets the values; raises LeaseLost if it is not its."""
    changed = tx.execute(
        update(table)
        .where(table.c.id == row, table.c.state == "working", table.c.lease_owner == owner)
        .values(lease_owner=None, lease_until=None, **values)
    )
    if changed.rowcount != 1:
        raise LeaseLost(f"{table.name} {row} is no longer in the hands of {owner}")


def renew(tx: Transaction, table: Table, owner: str, until: datetime) -> int:
    """Prolong all leases of the owner; how many it has."""
    return tx.execute(_held(table, owner).values(lease_until=until)).rowcount


def hand_back(tx: Transaction, table: Table, owner: str, state: str) -> int:
    """Leave all that the owner has to others, as if it had not been taken."""
    values = {"state": state, "lease_owner": None, "lease_until": None}
    return tx.execute(_held(table, owner).values(**values, attempts=table.c.attempts - 1)).rowcount


def _held(table: Table, owner: str) -> Update:
    return update(table).where(table.c.state == "working", table.c.lease_owner == owner)
