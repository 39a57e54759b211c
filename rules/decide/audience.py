"""Who hears of what, and whom a word such as `@anna` or `level2` means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rules.decide.facts import Facts
from rules.model import People, Person, Ticket
from rules.process import Process
from rules.words import normalise


def holders(facts: Facts, role: str, ticket: Ticket | None) -> tuple[str, ...]:
    """The addresses of those who hold a role, on this ticket where the role depends on it."""
    spec = facts.process.roles.get(role)
    held_by = spec.held_by if spec else role
    if held_by == "finance":
        return facts.desk.finance
    if held_by == "account_manager":
        organisation = facts.people.organisations.get((ticket and ticket.organisation) or "")
        manager = organisation.account_manager if organisation else None
        return (manager,) if manager else ()
    if role == "assignee":
        assignee = at_work(facts, ticket.assignee if ticket else None)
        return (assignee,) if assignee else ()
    if role in ("staff", "desk"):
        return tuple(p.address for p in facts.people.staff(facts.desk.address))
    return tuple(p.address for p in facts.people.staff(facts.desk.address, role))


def at_work(facts: Facts, address: str | None) -> str | None:
    """The address, while it is one of the desk's staff: who was given something and has left is
    written to no more."""
    known = address and facts.people.person(address).works_at(facts.desk.address)
    return address if known else None


def responsible(facts: Facts, ticket: Ticket) -> tuple[str, ...]:
    """Who is told of a mail on this ticket: the assignee, else its level, else the roles of its
    status, else everybody at the desk. Never empty while the desk has staff."""
    if assignee := at_work(facts, ticket.assignee):
        return (assignee,)
    if ticket.level and (of_level := holders(facts, ticket.level, ticket)):
        return of_level
    told = union(holders(facts, role, ticket) for role in _hearing(facts.process, ticket))
    return told or holders(facts, "staff", ticket)


def levels(process: Process, ticket: Ticket) -> tuple[str, ...]:
    """The roles at whose level the ticket is: its own, and while it has none those that hear of
    it."""
    return (ticket.level,) if ticket.level else _hearing(process, ticket)


def _hearing(process: Process, ticket: Ticket) -> tuple[str, ...]:
    """The roles that hear of mails in the ticket's status while nobody has it."""
    status = process.statuses.get(ticket.status)
    return (status.tells if status else ()) or process.tells


def union(groups: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """All addresses once, in order of first mention."""
    return tuple(dict.fromkeys(address for group in groups for address in group))


def roles_of(facts: Facts, person: Person, ticket: Ticket | None) -> frozenset[str]:
    """Every role under which this person may act here: of the process, and anyone, staff, customer,
    requester, approver, assignee, finance, level."""
    roles = {"anyone"}
    if person.works_at(facts.desk.address):
        roles |= {"staff", *person.roles}
    elif person.address in facts.desk.finance:
        roles.add("finance")
    for name in facts.process.roles:
        if person.address in holders(facts, name, ticket) and _may_hold(facts, name):
            roles.add(name)
    if ticket is not None:
        roles |= _roles_on(person, ticket)
        roles |= {"level"} if roles.intersection(levels(facts.process, ticket)) else set()
    elif "staff" not in roles:
        roles.add("customer")
    return frozenset(roles)


def _may_hold(facts: Facts, role: str) -> bool:
    """A role of the process that staff hold by people.yaml is already there."""
    return facts.process.roles[role].held_by != "staff"


def _roles_on(person: Person, ticket: Ticket) -> set[str]:
    roles = set()
    if person.address == ticket.requester:
        roles |= {"requester", "customer", "approver"}
    if person.address in ticket.participants:
        roles.add("customer")
    if person.organisation and person.organisation == ticket.organisation and not person.staff:
        # A colleague who has no right in the organisation sees their own tickets alone.
        roles |= {"customer"} if person.may else set()
        roles |= {"approver"} if "approve" in person.may else set()
    if person.address == ticket.assignee:
        roles.add("assignee")
    return roles


@dataclass(frozen=True, slots=True)
class Named:
    """What a word for a person or role means: one address, a role, or several people (`names`)."""

    address: str | None = None
    role: str | None = None
    names: tuple[str, ...] = ()


def named(word: str, facts: Facts) -> Named:
    """`@anna`, `anna`, `Anna Nowak`, `anna@desk.example`, or a role of the process by key or label.

    `names` holds more than one where the word fits several of staff, and is empty where nobody.
    """
    plain = normalise(word.removeprefix("@"))
    role = _role(plain, facts.process)
    if role:
        return Named(role=role)
    staff = list(facts.people.staff(facts.desk.address))
    exact = [p for p in staff if plain in (normalise(p.address), normalise(p.name))]
    found = exact or [p for p in staff if plain in _short_names(p)]
    if len(found) == 1:
        return Named(address=found[0].address)
    return Named(names=tuple(p.name or p.address for p in found))


def _role(plain: str, process: Process) -> str | None:
    for name, role in process.roles.items():
        labels = role.label.values() if not isinstance(role.label, str) else (role.label,)
        if plain in (normalise(name), *(normalise(label) for label in labels)):
            return name
    return None


def _short_names(person: Person) -> set[str]:
    words = person.name.split()
    local = person.address.partition("@")[0]
    return {normalise(w) for w in (local, *words[:1], *words[-1:])}


def name_of(people: People, address: str | None) -> str:
    """The name on file, else the address; empty for nobody."""
    if not address:
        return ""
    return people.person(address).name or address


def language_of(facts: Facts, address: str, ticket: Ticket | None) -> str:
    """The language to write to somebody in: their own on file, that of the ticket for its
    customers, else the desk's; always one that the process speaks, else English where it does."""
    spoken = facts.process.languages
    on_file = facts.people.person(address).language
    of_ticket = ticket.language if ticket and address in ticket.customers else None
    wished = on_file or of_ticket or facts.desk.language
    if wished in spoken:
        return wished
    return "en" if "en" in spoken else facts.process.language
