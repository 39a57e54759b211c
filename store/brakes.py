"""What the gateway answered by itself, so that it can stop in time, and what it told once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update

from store import schema
from store.database import Transaction

_answers = schema.answers
_told = schema.told

CLOCKS = timedelta(minutes=1)
"""By so much the clocks of two machines may differ."""


def record(tx: Transaction, address: str, at: datetime, *, ticket: int | None, known: bool) -> None:
    """An answer was queued. `known`: the address had history or an organisation on file."""
    tx.execute(insert(_answers).values(address=address, ticket=ticket, known=known, at=at))


def count_since(
    tx: Transaction,
    since: datetime,
    *,
    address: str | None = None,
    ticket: int | None = None,
    known: bool | None = None,
) -> int:
    """Answers after `since`: to this address, about this ticket, to known or unknown ones."""
    query = select(func.count()).select_from(_answers).where(_answers.c.at > since)
    if address is not None:
        query = query.where(_answers.c.address == address)
    if ticket is not None:
        query = query.where(_answers.c.ticket == ticket)
    if known is not None:
        query = query.where(_answers.c.known == known)
    number: int = tx.scalar(query)
    return number


def prune(tx: Transaction, before: datetime) -> int:
    """Forget the answers that no brake looks at any more; how many."""
    return tx.execute(delete(_answers).where(_answers.c.at < before)).rowcount


def bring_back(tx: Transaction, now: datetime) -> int:
    """What is dated ahead of a clock that was set back since would be counted, and keep the gateway
    silent, until that moment and a window beyond: it counts as of now; how many."""
    ahead = now + CLOCKS
    answers = tx.execute(update(_answers).where(_answers.c.at > ahead).values(at=now)).rowcount
    return answers + tx.execute(update(_told).where(_told.c.at > ahead).values(at=now)).rowcount


def tell_once(tx: Transaction, key: str, at: datetime) -> bool:
    """True the first time that this is to be told, for ever; of two at once for one alone."""
    return bool(tx.insert_new(_told, [{"key": key, "at": at}], _told.c.key))


def tell_again(tx: Transaction, key: str, at: datetime, since: datetime) -> bool:
    """True where it was not told after `since`; of two at once for one alone."""
    tx.execute(delete(_told).where(_told.c.key == key, _told.c.at <= since))
    return tell_once(tx, key, at)


def of(tx: Transaction, address: str) -> list[tuple[datetime, int | None]]:
    """What is counted under this name, oldest first: when, and on which ticket."""
    query = select(_answers.c.at, _answers.c.ticket).where(_answers.c.address == address)
    return [(row.at, row.ticket) for row in tx.rows(query.order_by(_answers.c.id))]


def clear(tx: Transaction, address: str) -> None:
    """Counting under this name begins anew."""
    tx.execute(delete(_answers).where(_answers.c.address == address))


def untell(tx: Transaction, key: str) -> bool:
    """It may be told again: what it was about is over; False: it was not told."""
    return tx.execute(delete(_told).where(_told.c.key == key)).rowcount > 0
