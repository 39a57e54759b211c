"""Past decisions made once more, under a changed process: which would be others.

Each is made by itself, from the ticket as it stood when it was made; what would have followed from
another decision is not played. Nothing is written.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from gateway.handle.remembering import Known, Seen, Standing
from gateway.views.decisions import decided, sentences
from gateway.views.scalars import Object, moment
from rules import commands as reading
from rules.decide import decide
from rules.decide.facts import Facts
from rules.model import MessageFact, People, Ticket, Visibility
from rules.process import Process
from store import decisions, journal, messages
from store.coding import decode_value
from store.database import Transaction
from store.decisions import Made
from store.journal import Event

K = TypeVar("K")
V = TypeVar("V")
Place = Callable[[str, str], str]
"""Where the changed file says something, from ("commands", "take"): its file and line."""

_KEPT = 64
"""Tickets whose journals, and standings, are kept at hand."""


@dataclass(slots=True)
class Replayed:
    """How many decisions there were; `forgotten` are those whose facts are not kept any more."""

    decisions: int = 0
    forgotten: int = 0
    differences: int = 0


def replay(
    tx: Transaction,
    fresh: Process,
    processes: Mapping[str, Process],
    place: Place,
    told: Callable[[Object], None],
    step: Callable[[], None],
) -> Replayed:
    """Makes every decision of the process once more, as the changed file has it.

    Args:
        fresh: the changed process; its name says which decisions are meant.
        processes: those of the installation, for tickets at other desks.
        told: gets each decision that would be another (docs/json.md).
        step: called after each decision.
    """
    done = Replayed()
    past = _Past(tx, {**processes, fresh.process: fresh})
    for made in decisions.of_process(tx, fresh.process):
        done.decisions += 1
        if made.facts is None:
            done.forgotten += 1
        else:
            difference = _difference(past, made, processes, place)
            if difference is not None:
                done.differences += 1
                told(difference)
        step()
    return done


def _difference(
    past: _Past, made: Made, processes: Mapping[str, Process], place: Place
) -> Object | None:
    known = decode_value(Known, made.facts)
    facts = past.facts(made, known)
    would = _would(facts, past.processes[made.process])
    if would == made.decided:
        return None
    before, after = sentences(made.decided), sentences(would)
    if not (_without(before, after) or _without(after, before)):
        before, after = _outline(made.decided), _outline(would)
    present = processes.get(made.process)
    named = [past.processes[made.process], *([present] if present else [])]
    return {
        "ticket": made.ticket,
        "at": moment(made.at),
        "event": _event(known),
        "version": made.process_version,
        "decided": [*_without(before, after)],
        "would": [*_without(after, before)],
        "by": [{"name": n, "place": place(kind, n)} for kind, n in _causes(known, facts, named)],
    }


def _would(facts: Facts, process: Process) -> Mapping[str, Any]:
    """The decision under the changed file, where it can be made at all."""
    ticket = facts.ticket
    if ticket is not None and ticket.status not in process.statuses:
        return _impossible(f"the file has no status {ticket.status}")
    return decided(decide(facts))


def _impossible(why: str) -> Mapping[str, Any]:
    refusals = [{"line": "", "why": why}]
    return {"reason": why, "internal": False, "effects": [], "lines": [], "refusals": refusals}


def _outline(made: Mapping[str, Any]) -> list[str]:
    """Where all effects are alike: the rest of what was decided."""
    internal = ["kept internal"] if made["internal"] else []
    return [f"reason {made['reason']}", *internal, *(f"say {line}" for line in made["lines"])]


def _without(lines: Sequence[str], others: Sequence[str]) -> list[str]:
    rest = list(others)
    left = []
    for line in lines:
        if line in rest:
            rest.remove(line)
        else:
            left.append(line)
    return left


def _event(known: Known) -> Object:
    if known.timer is not None:
        return {"kind": "timer", "name": known.timer.name}
    if known.order is not None:
        return {"kind": "operator", "by": known.actor.address, "text": known.order.text}
    if known.delivery is not None:
        kind = "delivered" if known.delivery.delivered else "undelivered"
        return {"kind": kind, "to": known.delivery.recipient}
    assert known.mail is not None
    return {"kind": "mail", "from": known.mail.sender, "subject": known.mail.subject}


def _causes(known: Known, facts: Facts, named: Iterable[Process]) -> list[tuple[str, str]]:
    """The commands and timers that the event called, under either file."""
    if known.timer is not None:
        return [("timers", known.timer.name)]
    text = known.order.text if known.order else known.mail.text if known.mail else ""
    zone = ZoneInfo(facts.desk.time_zone)
    found = [
        ("commands", called.name)
        for process in named
        for called in reading.read(text, process, now=known.now, time_zone=zone).commands
    ]
    return list(dict.fromkeys(found))


class _Past:
    """How tickets, people and desks stood; keeps a few journals and standings at hand."""

    def __init__(self, tx: Transaction, processes: Mapping[str, Process]) -> None:
        self._tx = tx
        self.processes = processes
        self._journals: OrderedDict[int, list[Event]] = OrderedDict()
        self._standings: OrderedDict[str, Standing] = OrderedDict()

    def facts(self, made: Made, known: Known) -> Facts:
        standing = self._standing(made.standing)
        desks = {desk.address: desk for desk in standing.desks}
        return Facts(
            event=known.event,
            actor=known.actor,
            desk=desks[known.desk],
            process=self.processes[made.process],
            people=standing.people,
            now=known.now,
            policy=known.policy,
            ticket=self._ticket(known.ticket) if known.ticket else None,
            desks=standing.desks,
            processes={
                d.process: self.processes[d.process]
                for d in standing.desks
                if d.process in self.processes
            },
            others={seen.number: self._ticket(seen) for seen in known.others},
            linked={seen.number: self._ticket(seen) for seen in known.linked},
            queue=tuple(self._ticket(seen) for seen in known.queue),
            held=known.held,
            budgets=known.budgets,
            next_number=known.next_number,
        )

    def _standing(self, name: str) -> Standing:
        if name not in self._standings:
            data = decisions.standing(self._tx, name)
            kept = decode_value(Standing, data) if data else Standing(People(), ())
            _keep(self._standings, name, kept)
        return self._standings[name]

    def _ticket(self, seen: Seen) -> Ticket:
        if seen.number not in self._journals:
            _keep(self._journals, seen.number, journal.of_ticket(self._tx, seen.number))
        ticket = journal.played(seen.number, self._journals[seen.number][: seen.entries])
        assert ticket is not None, "a journal begins with its opening"
        return replace(ticket, messages=tuple(self._messages(seen)))

    def _messages(self, seen: Seen) -> Iterable[MessageFact]:
        """As they were to be seen then: a mail that waited for its sender's yes was internal."""
        ids = (*seen.public, *seen.internal)
        public = frozenset(seen.public)
        for message in messages.facts_by_id(self._tx, ids) if ids else ():
            shown = Visibility.PUBLIC if message.id in public else Visibility.INTERNAL
            yield replace(message, visibility=shown)


def _keep(kept: OrderedDict[K, V], name: K, value: V) -> None:
    kept[name] = value
    while len(kept) > _KEPT:
        kept.popitem(last=False)
