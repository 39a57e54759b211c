"""Telling those who run the gateway what needs a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from gateway.handle.desktop import Desktop
from gateway.handle.letters import post
from gateway.handle.sending import signing_key
from gateway.house import House
from gateway.render.page import Carried
from rules.decide.facts import Actor, Facts, OperatorCommand
from rules.effects import QueueMail
from rules.model import Desk, Person
from store import brakes
from store.database import Transaction

_EACH_HOUR = 10
"""Mails to operators about one kind of thing; `status` and `quarantine` show the rest."""


def tell_operators(
    tx: Transaction,
    house: House,
    desk: Desk,
    what: str,
    details: Mapping[str, object],
    *,
    text: str = "",
) -> None:
    """One mail to each operator; few enough an hour that a flood does not become another one."""
    operators = house.configuration.operators
    now = house.clock()
    key = f"operators {what}"
    told = brakes.count_since(tx, now - timedelta(hours=1), address=key)
    if not operators or told >= _EACH_HOUR:
        return
    brakes.record(tx, key, now, ticket=None, known=True)
    desktop = on_no_ticket(tx, house, desk)
    if text:
        desktop = replace(desktop, carried=Carried(str(details.get("from", "")), text))
    data = {
        "what": what,
        "text": "",
        "details": [{"label": k, "value": str(v)} for k, v in details.items()],
    }
    mail = QueueMail(
        "operator_notice", operators, data, carries_text=bool(text), internal=True, answer=True
    )
    post(desktop, mail)


def on_no_ticket(tx: Transaction, house: House, desk: Desk) -> Desktop:
    """What letters of a desk need that belong to no ticket."""
    now = house.clock()
    facts = Facts(
        event=OperatorCommand(""),
        actor=Actor(Person("")),
        desk=desk,
        process=house.process_of(desk),
        people=house.people,
        now=now,
        policy=house.policy(),
    )
    return Desktop(tx, house, facts, None, now, signing_key(tx, house))
