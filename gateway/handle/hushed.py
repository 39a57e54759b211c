"""Mails of senders nobody vouches for, of which staff were not told one by one: their number."""

from __future__ import annotations

from gateway.handle.brakes import HUSHED, hushed_at
from gateway.handle.desktop import Desktop
from gateway.handle.letters import post
from gateway.handle.sending import signing_key
from gateway.house import House
from rules.decide.audience import holders, union
from rules.decide.facts import Actor, Facts, OperatorCommand
from rules.effects import QueueMail
from rules.model import Desk, Person
from rules.said import Headline, What
from store import brakes
from store.database import Transaction

_NAMED = 20
"""Tickets that are named; the list has the others."""


def tell_of_hushed(tx: Transaction, house: House) -> bool:
    """One mail to the staff of each desk where there are such; whether there was any."""
    told = [desk for desk in house.desks.values() if _tell(tx, house, desk)]
    return bool(told)


def _tell(tx: Transaction, house: House, desk: Desk) -> bool:
    now, key = house.clock(), hushed_at(desk.address)
    counted = brakes.of(tx, key)
    if not counted or counted[0][0] > now - HUSHED:
        return False
    brakes.clear(tx, key)
    process = house.process_of(desk)
    facts = Facts(
        event=OperatorCommand(""),
        actor=Actor(Person("")),
        desk=desk,
        process=process,
        people=house.people,
        now=now,
        policy=house.policy(),
    )
    numbers = list(dict.fromkeys(f"#{ticket}" for _, ticket in counted if ticket is not None))
    line = {"what": What.HUSHED.value, "count": len(counted), "numbers": numbers[:_NAMED]}
    told = union(holders(facts, role, None) for role in process.tells)
    staff = told or holders(facts, "staff", None)
    desktop = Desktop(tx, house, facts, None, now, signing_key(tx, house))
    data = {"headline": Headline.HUSHED.value, "lines": [line]}
    post(desktop, QueueMail("notice", staff, data, internal=True))
    return True
