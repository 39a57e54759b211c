"""Who there is in a simulation: the people that FACTS names, or one for each role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.simulation.facts_file import CUSTOMER, FactsFile
from rules.model import Desk, Organisation, People, Person
from rules.process import Process

_STAFF, _CUSTOMERS = "desk.example", "customer.example"


@dataclass(frozen=True, slots=True)
class World:
    desk: Desk
    desks: tuple[Desk, ...]
    people: People

    def address(self, word: str) -> str:
        """`customer`, a role of the process, or an address."""
        if "@" in word:
            return word.strip().lower()
        persons = self.people.persons.values()
        if word == CUSTOMER:
            return next((p.address for p in persons if not p.staff), f"{CUSTOMER}@{_CUSTOMERS}")
        held = next(self.people.staff(self.desk.address, word), None)
        return held.address if held else f"{word}@{_STAFF}"


def world_of(facts: FactsFile, process: Process) -> World:
    given = facts.desk.model_dump()
    desk = Desk(
        **{
            **given,
            "process": process.process,
            "language": given["language"] or process.language,
            "currency": given["currency"] or process.currency or "EUR",
        }
    )
    others = tuple(Desk(o.address, o.address, o.process) for o in facts.desks)
    people = facts.people.people() if facts.people else _one_for_each_role(process)
    return World(desk, (desk, *others), people)


def _one_for_each_role(process: Process) -> People:
    """`lead@desk.example` has the role lead; the customer may approve and list."""
    staff: Mapping[str, Person] = {
        f"{role}@{_STAFF}": Person(
            f"{role}@{_STAFF}", role.title(), roles=frozenset({role}), staff=True
        )
        for role, spec in process.roles.items()
        if spec.held_by != "finance"
    }
    manager = next((r for r, s in process.roles.items() if s.held_by == "account_manager"), None)
    organisation = Organisation(
        "Customer", frozenset({_CUSTOMERS}), account_manager=f"{manager}@{_STAFF}"
    )
    address = f"{CUSTOMER}@{_CUSTOMERS}"
    customer = Person(
        address, "Customer", organisation="Customer", may=frozenset({"approve", "list"})
    )
    return People({**staff, address: customer}, {"Customer": organisation})
