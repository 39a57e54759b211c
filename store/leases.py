"""Work that one owner at a time has, until its lease runs out: shared by inbox and outbox.

An owner is one run of one process, under a name of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, Select, Table, Update, bindparam, case, update

from store.database import Found, Transaction, Values
from store.errors import LeaseLost


def take(
    tx: Transaction,
    table: Table,
    candidates: Select[tuple[int]],
    values: Values,
    owner: str,
    until: datetime,
) -> Sequence[Found]:
    """Lease the candidates that nobody else is leasing at this moment; their rows, unordered.

    `candidates` is given `values` and must be FOR UPDATE SKIP LOCKED. Counts the attempt, and an
    interruption where the lease before had run out.
    """
    ids = [row.id for row in tx.rows(candidates, values)]
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
