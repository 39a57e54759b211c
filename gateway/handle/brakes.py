"""How much the gateway answers by itself: so little that two machines never keep each other busy.

An answer that is held back leaves no other trace than a line in the log: the evidence is complete
without it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from gateway.configuration.scalars import Rate
from gateway.house import House
from rules.model import Proof
from store import brakes, search
from store.database import Transaction

log = structlog.get_logger(__name__)

_BUSY = (Rate(30, 600), Rate(100, 86_400))
"""Mails of one address on one ticket that go on to others."""


def may_answer(
    tx: Transaction,
    house: House,
    address: str,
    ticket: int | None,
    now: datetime,
    *,
    trusted: bool,
) -> bool:
    """Whether one more answer may go to this address; counts it where it may."""
    limits = house.configuration.limits
    factor = limits.answers_trusted_factor if trusted else 1
    known = _known(tx, house, address)
    within = (
        _room(tx, now, limits.answers_per_ticket, factor, address=address, ticket=ticket)
        and _room(tx, now, limits.answers_per_address, factor, address=address)
        and (known or _room(tx, now, limits.answers_unknown, factor, known=False))
    )
    if not within:
        log.warning("answer held back", to=address, ticket=ticket)
        return False
    brakes.record(tx, address, now, ticket=ticket, known=known)
    return True


def too_busy(tx: Transaction, address: str, proof: Proof, ticket: int, now: datetime) -> bool:
    """Whether this address writes so often on the ticket that only a machine does; counts its mail,
    forged ones apart from proven ones.

    What people write goes on to others, so that two machines that say nothing of themselves would
    keep each other busy through us for ever.
    """
    key = f"mails {proof} {address}"
    busy = any(not _room(tx, now, rate, 1, address=key, ticket=ticket) for rate in _BUSY)
    brakes.record(tx, key, now, ticket=ticket, known=True)
    return busy


def _known(tx: Transaction, house: House, address: str) -> bool:
    if address in house.people.persons or house.people.organisation_of(address):
        return True
    # The ticket at hand is one; only an earlier one is history.
    return search.count(tx, search.Filter(person=address)) > 1


def _room(
    tx: Transaction,
    now: datetime,
    rate: Rate,
    factor: int,
    *,
    address: str | None = None,
    ticket: int | None = None,
    known: bool | None = None,
) -> bool:
    since = now - timedelta(seconds=rate.seconds)
    count = brakes.count_since(tx, since, address=address, ticket=ticket, known=known)
    return count < rate.count * factor
