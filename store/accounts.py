"""Sums over time worked, for what is left of a contract."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from sqlalchemy import func, select

from store import schema
from store.database import Transaction


def minutes_of_month(tx: Transaction, organisation: str, day: date) -> dict[str, int]:
    """Minutes worked in the month of that day on the organisation's tickets, by contract name."""
    entries, tickets = schema.time_entries, schema.tickets
    first = day.replace(day=1)
    last = day.replace(day=monthrange(day.year, day.month)[1])
    query = (
        select(tickets.c.contract, func.sum(entries.c.minutes))
        .join(tickets, tickets.c.number == entries.c.ticket)
        .where(
            tickets.c.organisation == organisation,
            tickets.c.contract.is_not(None),
            entries.c.on.between(first, last),
        )
        .group_by(tickets.c.contract)
    )
    return {contract: int(minutes) for contract, minutes in tx.rows(query)}
