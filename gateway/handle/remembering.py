"""Keeps what each decision knew, so that it can be made once more (`rules replay`).

The mail, the proof of its sender and the people as they were are kept as the decision saw them; how
the tickets stood is told by their journals, of which the length is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.house import House
from gateway.views.decisions import decided
from rules.budget import Use
from rules.decide.facts import (
    Actor,
    DeliveryReported,
    Event,
    Facts,
    Held,
    Mail,
    MailArrived,
    OperatorCommand,
    Policy,
    TimerDue,
)
from rules.effects import Decision
from rules.model import Desk, People, Ticket, Visibility
from store import decisions, journal
from store.coding import encode_value
from store.database import Transaction
from store.decisions import Made


@dataclass(frozen=True, slots=True)
class Seen:
    """A ticket as a decision saw it: so much of its journal, and these mails."""

    number: int
    entries: int
    public: tuple[int, ...] = ()
    internal: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for many decisions: all people on file, and the desks."""

    people: People
    desks: tuple[Desk, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of one decision beside the process, the standing and the tickets themselves.

    Exactly one of `mail`, `timer`, `order`, `delivery` is the event.
    """

    now: datetime
    desk: str
    actor: Actor
    policy: Policy
    next_number: int
    mail: Mail | None = None
    timer: TimerDue | None = None
    order: OperatorCommand | None = None
    delivery: DeliveryReported | None = None
    held: Held | None = None
    ticket: Seen | None = None
    others: tuple[Seen, ...] = ()
    linked: tuple[Seen, ...] = ()
    queue: tuple[Seen, ...] = ()
    budgets: tuple[Use, ...] = ()

    @property
    def event(self) -> Event:
        event = self.timer or self.order or self.delivery
        if event is not None:
            return event
        assert self.mail is not None, "a decision has an event"
        return MailArrived(self.mail)


def known(tx: Transaction, facts: Facts) -> Known:
    """What to keep of the facts; asked before the decision changes a journal."""
    own = (facts.ticket,) if facts.ticket else ()
    several = (*own, *facts.others.values(), *facts.linked.values(), *facts.queue)
    numbers = {ticket.number for ticket in several}
    lengths = journal.lengths(tx, numbers) if numbers else {}
    event = facts.event
    return Known(
        now=facts.now,
        desk=facts.desk.address,
        actor=facts.actor,
        policy=facts.policy,
        next_number=facts.next_number,
        mail=event.mail if isinstance(event, MailArrived) else None,
        timer=event if isinstance(event, TimerDue) else None,
        order=event if isinstance(event, OperatorCommand) else None,
        delivery=event if isinstance(event, DeliveryReported) else None,
        held=facts.held,
        ticket=next(_seen(own, lengths), None),
        others=tuple(_seen(facts.others.values(), lengths)),
        linked=tuple(_seen(facts.linked.values(), lengths)),
        queue=tuple(_seen(facts.queue, lengths)),
        budgets=facts.budgets,
    )


def _seen(tickets: Iterable[Ticket], lengths: Mapping[int, int]) -> Iterator[Seen]:
    for ticket in tickets:
        mails = {True: list[int](), False: list[int]()}
        for message in ticket.messages:
            mails[message.visibility is Visibility.PUBLIC].append(message.id)
        entries = lengths.get(ticket.number, 0)
        yield Seen(ticket.number, entries, tuple(mails[True]), tuple(mails[False]))


def remember(
    tx: Transaction, house: House, facts: Facts, knew: Known, decision: Decision, number: int | None
) -> None:
    """`number` is the ticket that it opened or was about, which is stored by now."""
    name, data = _standings.of(house)
    decisions.keep_standing(tx, name, data)
    decisions.add(
        tx,
        Made(
            at=facts.now,
            ticket=number,
            process=facts.process.process,
            process_version=facts.process.version,
            standing=name,
            facts=encode_value(Known, knew),
            decided=decided(decision),
        ),
    )


class _Standings:
    """The standing of the latest house as JSON: thousands of people are not read for each mail.

    Two threads may work it out at once, which costs time and nothing else.
    """

    def __init__(self) -> None:
        self._latest: tuple[People, Mapping[str, Desk], str, dict[str, object]] | None = None

    def of(self, house: House) -> tuple[str, dict[str, object]]:
        latest = self._latest
        if latest is None or latest[0] is not house.people or latest[1] is not house.desks:
            standing = Standing(house.people, tuple(house.desks.values()))
            data = encode_value(Standing, standing)
            name = decisions.standing_name(data)
            self._latest = latest = (house.people, house.desks, name, data)
        return latest[2], latest[3]


_standings = _Standings()
