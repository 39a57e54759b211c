"""All rows of a store into another one, whatever the two databases are: counted and compared.

Tables are copied in the order of their references, within one transaction of the target: all of
it is there, or nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from sqlalchemy import Table, func, insert, select, text

from store import schema
from store.database import Transaction
from store.errors import StoreRefused
from store.schema import metadata

Progress = Callable[[str, int, int], None]
"""Called with what is done, how much of it by now, and how much it is in all."""

_TOGETHER = 500
"""Rows that are read and written at once."""
_OCTETS = 8_000_000
"""Of the bytes of mails that are held at once, one mail at least."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a table holds: how many rows, and the sum of their hashes, which no order changes."""

    count: int = 0
    total: int = 0

    def with_(self, rows: Sequence[dict[str, Any]]) -> Rows:
        hashes = (int.from_bytes(sha256(_canonical(row)).digest()) for row in rows)
        return Rows(self.count + len(rows), (self.total + sum(hashes)) % 2**256)


def copy(source: Transaction, target: Transaction, progress: Progress) -> dict[str, int]:
    """Every row into the empty `target`, whose tables are of this version; how many, by table.

    Raises StoreRefused where the target has rows, or reads back differently.
    """
    refuse_rows(target)
    counts = count(source)
    done, whole = 0, sum(counts.values())
    for table in metadata.sorted_tables:
        written = Rows()
        for rows in _pages(source, table):
            target.execute(insert(table), rows)
            written = written.with_(rows)
            done += len(rows)
            progress(f"copying {table.name}", done, whole)
        if _read_back(target, table) != written or written.count != counts[table.name]:
            raise StoreRefused(f"{table.name} did not arrive as it was: nothing was kept")
        _set_sequence(target, table)
    return counts


def refuse_rows(tx: Transaction) -> None:
    """Raises StoreRefused unless all tables are empty."""
    full = [table.name for table in metadata.sorted_tables if tx.row(select(table).limit(1))]
    if full:
        raise StoreRefused(f"the database is not empty: there are rows in {', '.join(full)}")


def count(tx: Transaction) -> dict[str, int]:
    """Rows by table."""
    tables = metadata.sorted_tables
    return {t.name: int(tx.scalar(select(func.count()).select_from(t))) for t in tables}


# --- reading -----------------------------------------------------------------------------------


def _read_back(tx: Transaction, table: Table) -> Rows:
    found = Rows()
    for rows in _pages(tx, table):
        found = found.with_(rows)
    return found


def _pages(tx: Transaction, table: Table) -> Iterator[list[dict[str, Any]]]:
    if table is schema.evidence:
        yield from _bodies(tx)
        return
    query = select(table).execution_options(stream_results=True, yield_per=_TOGETHER)
    for page in tx.connection.execute(query.order_by(*_order(table))).mappings().partitions():
        yield [dict(row) for row in page]


def _order(table: Table) -> list[Any]:
    """By key; of the inbox what others repeat comes first, since they refer to it."""
    key = list(table.primary_key.columns)
    return [table.c.duplicate_of.is_not(None), *key] if table is schema.inbox else key


def _bodies(tx: Transaction) -> Iterator[list[dict[str, Any]]]:
    """A few at once: a mail may have 35 MB."""
    kept, last = schema.evidence, ""
    names = select(kept.c.sha256, kept.c.size).order_by(kept.c.sha256).limit(_TOGETHER)
    while found := tx.rows(names.where(kept.c.sha256 > last)):
        last = found[-1].sha256
        group: list[str] = []
        size = 0
        for name, octets in found:
            if group and size + octets > _OCTETS:
                yield _rows_of(tx, group)
                group, size = [], 0
            group.append(name)
            size += octets
        yield _rows_of(tx, group)


def _rows_of(tx: Transaction, names: Sequence[str]) -> list[dict[str, Any]]:
    kept = schema.evidence
    return [dict(row._mapping) for row in tx.rows(select(kept).where(kept.c.sha256.in_(names)))]


def _canonical(row: dict[str, Any]) -> bytes:
    return json.dumps(row, sort_keys=True, default=_plain).encode("utf-8", "surrogatepass")


def _plain(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return sha256(value).hexdigest()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"a {type(value).__name__} in a row")


# --- what numbers the rows to come -------------------------------------------------------------


def _set_sequence(tx: Transaction, table: Table) -> None:
    """The next row gets the next number; SQLite looks by itself."""
    column = table.autoincrement_column
    if tx.is_sqlite or column is None:
        return
    highest = tx.scalar(select(func.max(column)))
    if highest is not None:
        named = {"table": table.name, "column": column.name, "highest": highest}
        tx.execute(text("SELECT setval(pg_get_serial_sequence(:table, :column), :highest)"), named)
