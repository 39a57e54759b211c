"""What was worked and approved for an organisation's contracts, for what is left of them."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from datetime import date

from sqlalchemy import ColumnElement, func, select

from rules.budget import Accounts, Approved, Worked
from store import schema
from store.database import Transaction

_entries, _tickets, _quotes = schema.time_entries, schema.tickets, schema.quotes


def of_month(tx: Transaction, organisation: str, day: date) -> Accounts:
    """The month of that day: days are those of the desk, as the time was written down."""
    first = day.replace(day=1)
    last = day.replace(day=monthrange(day.year, day.month)[1])
    in_month = _entries.c.on.between(first, last)
    worked = [worked for _, worked in _worked(tx, organisation, in_month)]
    return Accounts(worked, _approved(tx, organisation))


def hold(tx: Transaction, organisation: str) -> None:
    """Whoever else asks for this organisation waits until `tx` ends: two who reserve at once see
    each other. After the locks of tickets, never before."""
    name = f"budget {organisation}"
    tx.insert_new(schema.settings, [{"name": name, "value": True}])
    tx.scalar(
        select(schema.settings.c.name).where(schema.settings.c.name == name).with_for_update()
    )


def _worked(
    tx: Transaction, organisation: str, which: ColumnElement[bool]
) -> list[tuple[int, Worked]]:
    """Billable time by ticket, person and rate."""
    named = (_tickets.c.contract, _tickets.c.type, _entries.c.by, _entries.c.rate)
    query = (
        select(_tickets.c.number, *named, func.sum(_entries.c.minutes))
        .join(_tickets, _tickets.c.number == _entries.c.ticket)
        .where(
            _tickets.c.organisation == organisation,
            _tickets.c.contract.is_not(None),
            _entries.c.billable,
            which,
        )
        .group_by(_tickets.c.number, *named)
        .order_by(_tickets.c.number, *named)
    )
    rows = tx.rows(query)
    return [
        (number, Worked(contract, type_, by, rate, int(minutes)))
        for number, contract, type_, by, rate, minutes in rows
    ]


def _approved(tx: Transaction, organisation: str) -> list[Approved]:
    """What is approved from a budget on tickets that are still open."""
    query = (
        select(
            _tickets.c.number,
            _tickets.c.contract,
            _tickets.c.type,
            _quotes.c.amount,
            _quotes.c.minutes,
        )
        .join(_tickets, _tickets.c.number == _quotes.c.ticket)
        .where(
            _tickets.c.organisation == organisation,
            _tickets.c.contract.is_not(None),
            _tickets.c.closed_at.is_(None),
            _quotes.c.status == "approved",
            _quotes.c.reserves,
        )
        .order_by(_tickets.c.number, _quotes.c.position)
    )
    rows = tx.rows(query)
    worked: defaultdict[int, list[Worked]] = defaultdict(list)
    if rows:
        which = _tickets.c.number.in_([row.number for row in rows])
        for number, entry in _worked(tx, organisation, which):
            worked[number].append(entry)
    return [
        Approved(number, contract, type_, amount, minutes, tuple(worked.pop(number, ())))
        for number, contract, type_, amount, minutes in rows
    ]
