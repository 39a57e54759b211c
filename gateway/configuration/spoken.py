"""Who on file reads a language that the process of their desk does not write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from gateway.configuration.loading import Loaded
from gateway.configuration.places import KeyPath
from rules.faults import Fault
from rules.model import Desk, People, Person

if TYPE_CHECKING:
    from rules.process import Process

_NAMED = 3
"""So many people are named; the others are counted."""


def unspoken(
    loaded: Loaded[People],
    people: People,
    desks: Iterable[Desk],
    processes: Mapping[str, Process],
) -> Iterator[Fault]:
    """One warning for each process and language, at the first person whom it concerns.

    Staff are written to by each of their desks; a customer may write to any, and is not told of
    while one of them speaks their language, or has a process with faults of its own.
    """
    every = tuple(desks)
    concerned: defaultdict[tuple[str, str], list[Person]] = defaultdict(list)
    for person in people.persons.values():
        for name in _without(person, every, processes):
            concerned[name, person.language or ""].append(person)
    places = _places(people)
    for (name, language), persons in concerned.items():
        message = f"the process {name} does not speak {language}, the language of {_names(persons)}"
        spoken = ", ".join(processes[name].languages)
        mend = f"it speaks {spoken}: write one of these, or add {language} to its languages"
        yield loaded.fault((*places[persons[0].address], "language"), message, mend)


def _without(
    person: Person, desks: tuple[Desk, ...], processes: Mapping[str, Process]
) -> Iterable[str]:
    """The processes that write to this person, though not in their language."""
    if person.language is None:
        return ()
    names = dict.fromkeys(
        d.process for d in desks if not person.staff or person.works_at(d.address)
    )
    missing = [
        name
        for name in names
        if name in processes and person.language not in processes[name].languages
    ]
    return missing if person.staff or len(missing) == len(names) else ()


def _names(persons: list[Person]) -> str:
    named = ", ".join(person.address for person in persons[:_NAMED])
    more = len(persons) - _NAMED
    return f"{named} and {more} more" if more > 0 else named


def _places(people: People) -> Mapping[str, KeyPath]:
    """Where in people.yaml each address stands: persons are in the order of the file."""
    places: dict[str, KeyPath] = {}
    counts: defaultdict[KeyPath, int] = defaultdict(int)
    organisations = {name: n for n, name in enumerate(people.organisations)}
    for person in people.persons.values():
        path: KeyPath = ("staff",)
        if not person.staff:
            path = ("organisations", organisations[person.organisation or ""], "people")
        places[person.address] = (*path, counts[path])
        counts[path] += 1
    return places
