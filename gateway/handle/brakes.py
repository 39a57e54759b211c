"""How much the gateway answers by itself: so little that two machines never keep each other busy.

An answer that is held back leaves no other trace than a line in the log: the evidence is complete
without it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from gateway.configuration.scalars import Rate
from gateway.configuration.settings import Limits
from gateway.house import House
from rules.decide.facts import Actor
from rules.effects import Hold
from rules.model import ActClass, Proof
from store import brakes, holds, search
from store.database import Transaction

log = structlog.get_logger(__name__)

HUSHED = timedelta(hours=1)
"""How long mails are counted of which staff were not told, before they hear the number."""
_FORGED_AGAIN = timedelta(days=7)
"""After so long somebody is told once more that mails are forged in their name."""


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


def may_ask(
    tx: Transaction, house: House, actor: Actor, asked: Hold, ticket: int | None, now: datetime
) -> bool:
    """Whether one more question may go to this address; counts it where it may.

    What forged mails ask for is one question: one for each ticket and sender for work and answers,
    and for what binds one for each different thing that would be done.
    """
    waiting = [h for h in holds.waiting(tx, asked.address) if h.ticket == ticket]
    if any(_same(held, asked) for held in waiting):
        return _held_back(asked, ticket, "it is asked already")
    small = asked.act_class < ActClass.BIND and asked.reason == "unproven"
    if small and any(held.shows.get("class", 0) < ActClass.BIND for held in waiting):
        return _held_back(asked, ticket, "something else is asked already")
    key = f"asked {asked.address}"
    factor = house.configuration.limits.answers_trusted_factor if _shown(actor) else 1
    if not _room(tx, now, house.configuration.limits.confirmations, factor, address=key):
        return _held_back(asked, ticket, "too many questions")
    brakes.record(tx, key, now, ticket=ticket, known=True)
    return True


def _shown(actor: Actor) -> bool:
    return actor.domain or actor.confirmed


def _same(held: holds.Held, asked: Hold) -> bool:
    shows = {name: value for name, value in held.shows.items() if name != "class"}
    return held.commands == asked.commands and shows == dict(asked.shows)


def _held_back(asked: Hold, ticket: int | None, why: str) -> bool:
    log.warning("question held back", to=asked.address, ticket=ticket, why=why)
    return False


def tells_of_forgery(tx: Transaction, address: str, now: datetime) -> bool:
    """Whether this person is told now that somebody writes in their name: once in a week."""
    key = f"forged {address}"
    # The log of answers is forgotten sooner.
    return brakes.tell_again(tx, key, now, now - _FORGED_AGAIN)


def may_notify(tx: Transaction, house: House, desk: str, ticket: int | None, now: datetime) -> bool:
    """Whether staff are told of one more mail that nobody vouches for; counts it either way."""
    key = f"unverified {desk}"
    room = _room(tx, now, house.configuration.limits.notices_unverified, 1, address=key)
    brakes.record(tx, key if room else hushed_at(desk), now, ticket=ticket, known=True)
    return room


def tells_of_hush(tx: Transaction, address: str, now: datetime) -> bool:
    """Whether this member of staff is told now that they are not told: once an hour."""
    return brakes.tell_again(tx, f"hush {address}", now, now - HUSHED)


def hushed_at(desk: str) -> str:
    """Under which name the store counts the mails of which this desk's staff were not told."""
    return f"hushed {desk}"


def too_busy(
    tx: Transaction, limits: Limits, address: str, proof: Proof, ticket: int, now: datetime
) -> bool:
    """Whether this address writes so often on the ticket that only a machine does; counts its mail,
    forged ones apart from proven ones.

    What people write goes on to others, so that two machines that say nothing of themselves would
    keep each other busy through us for ever.
    """
    key = f"mails {proof} {address}"
    rates = (limits.mails_per_ticket, limits.mails_per_ticket_and_day)
    busy = any(not _room(tx, now, rate, 1, address=key, ticket=ticket) for rate in rates)
    brakes.record(tx, key, now, ticket=ticket, known=True)
    return busy


def tells_of_absence(tx: Transaction, address: str, ticket: int, now: datetime) -> bool:
    """Whether staff are told now that this address is away: once a day, since the machines of two
    of them may answer what we tell them."""
    return brakes.tell_again(tx, f"away {ticket} {address}", now, now - timedelta(days=1))


def tells_of_busy(tx: Transaction, address: str, ticket: int, now: datetime) -> bool:
    """Whether staff are told now that this address counts as a machine: once a day."""
    return brakes.tell_again(tx, f"busy {ticket} {address}", now, now - timedelta(days=1))


def may_say_waiting(tx: Transaction, asked: Hold, ticket: int | None, now: datetime) -> bool:
    """Whether this person is told now that a question to them waits, which holds up others: once
    for each question."""
    oldest = next((h for h in holds.waiting(tx, asked.address) if h.ticket == ticket), None)
    if oldest is None or _same(oldest, asked):
        return False
    return brakes.tell_once(tx, f"waiting {oldest.id}", now)


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
