"""What one entry of gateway.toml or people.yaml says of another: both must agree.

These look at the data as it stands in the file, so that they find their faults beside all others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from gateway.configuration.places import KeyPath
from gateway.configuration.scalars import LANGUAGES, shown
from rules.faults import did_you_mean

if TYPE_CHECKING:
    from rules.process import Process

Found = tuple[KeyPath, str]
"""A text of the file, trimmed, with its path."""
Wrong = tuple[KeyPath, str, str]
"""A path, what is wrong there, and its mend."""

EACH = "*"
"""In a pattern: every entry of a list."""


def select(data: object, *pattern: str) -> Iterator[Found]:
    """Every text at a path of that pattern: `select(data, "desk", EACH, "address")`."""
    yield from _select(data, pattern, ())


def _select(data: object, pattern: tuple[str, ...], path: KeyPath) -> Iterator[Found]:
    if not pattern:
        if isinstance(data, str):
            yield path, data.strip()
    elif pattern[0] == EACH:
        for index, entry in enumerate(data if isinstance(data, list) else ()):
            yield from _select(entry, pattern[1:], (*path, index))
    elif isinstance(data, Mapping) and pattern[0] in data:
        yield from _select(data[pattern[0]], pattern[1:], (*path, pattern[0]))


def _lower(found: Iterable[Found]) -> list[Found]:
    return [(path, text.lower()) for path, text in found]


def _twice(found: Iterable[Found], what: str) -> Iterator[Wrong]:
    seen: set[str] = set()
    for path, text in found:
        if text in seen:
            yield path, f"{what} {shown(text)} stands here twice", "keep one of them"
        seen.add(text)


def _unknown(found: Iterable[Found], known: Collection[str], what: str) -> Iterator[Wrong]:
    for path, text in found:
        if text not in known:
            yield path, f"there is no {what} {shown(text)}", did_you_mean(text, known)


# --- gateway.toml --------------------------------------------------------------------------------


def wrong_in_gateway(
    data: Mapping[str, object],
    processes: Mapping[str, Process] | None,
    broken: Collection[str] = (),
) -> Iterator[Wrong]:
    """Desks, mailboxes and operators among each other; with `processes`, what they say of those.

    `broken` processes are there, but nothing is known of them.
    """
    desks = _lower(select(data, "desk", EACH, "address"))
    addresses = [address for _, address in desks]
    yield from _twice(desks, "the desk")
    yield from _twice(select(data, "mailbox", EACH, "url"), "the mailbox")
    yield from _unknown(_lower(select(data, "mailbox", EACH, "desk")), addresses, "desk")
    yield from _unknown(_lower(select(data, "desk", EACH, "development")), addresses, "desk")
    yield from _looping(data, addresses)
    if processes is not None:
        yield from _wrong_of_processes(data, processes, broken)


def _looping(data: Mapping[str, object], desks: Collection[str]) -> Iterator[Wrong]:
    people = (*select(data, "operators", EACH), *select(data, "desk", EACH, "finance", EACH))
    for path, address in _lower(people):
        if address in desks:
            message = f"{shown(address)} is a desk: its mail would come back here"
            yield path, message, "write the address of a person"


def _wrong_of_processes(
    data: Mapping[str, object], processes: Mapping[str, Process], broken: Collection[str]
) -> Iterator[Wrong]:
    runs = {path[:2]: name for path, name in select(data, "desk", EACH, "process")}
    known = (*processes, *broken)
    yield from _unknown(select(data, "desk", EACH, "process"), known, "process")
    for path, given in select(data, "desk", EACH, "type"):
        process = processes.get(runs.get(path[:2], ""))
        if process is not None and given not in process.types:
            mend = did_you_mean(given, process.types) or "leave it out"
            yield path, f"the process {process.process} has no type {shown(given)}", mend
    for path, given in _lower(select(data, "desk", EACH, "language")):
        process = processes.get(runs.get(path[:2], ""))
        if process is not None and given in LANGUAGES and given not in process.languages:
            message = f"the process {process.process} does not speak {shown(given)}"
            yield path, message, f"it speaks {', '.join(process.languages)}"


# --- people.yaml ---------------------------------------------------------------------------------


def wrong_in_people(
    data: Mapping[str, object], desks: Collection[str] | None, roles: Collection[str] | None
) -> Iterator[Wrong]:
    """People, organisations and contracts among each other, and against the desks and roles.

    Desks and roles that nobody knows (None) are believed.
    """
    staff = _lower(select(data, "staff", EACH, "email"))
    customers = _lower(select(data, "organisations", EACH, "people", EACH, "email"))
    yield from _twice((*staff, *customers), "the address")
    yield from _twice(select(data, "organisations", EACH, "name"), "the organisation")
    yield from _twice(_lower(select(data, "organisations", EACH, "domains", EACH)), "the domain")
    yield from _contracts_twice(data)
    yield from _contracts_unclear(data)
    if desks is not None:
        yield from _unknown(_lower(select(data, "staff", EACH, "desks", EACH)), desks, "desk")
    if roles is not None:
        yield from _unknown(select(data, "staff", EACH, "roles", EACH), roles, "role")
    for path, address in (*staff, *customers):
        if address in (desks or ()):
            yield path, f"{shown(address)} is a desk", "write the person's own address"


def _contracts_unclear(data: Mapping[str, object]) -> Iterator[Wrong]:
    """What is left of a contract is told in one unit."""
    organisations = data.get("organisations")
    for at, organisation in enumerate(organisations if isinstance(organisations, list) else ()):
        contracts = organisation.get("contracts") if isinstance(organisation, Mapping) else None
        for n, contract in enumerate(contracts if isinstance(contracts, list) else ()):
            keys = contract.keys() if isinstance(contract, Mapping) else ()
            path = ("organisations", at, "contracts", n)
            if {"hours_per_month", "amount_per_month"} <= set(keys):
                message = "a contract is agreed in hours or in money, and this one in both"
                yield (*path, "amount_per_month"), message, "keep one of them"
            if "currency" in keys and "amount_per_month" not in keys:
                yield (*path, "currency"), "a currency of no amount", "add amount_per_month"


def _contracts_twice(data: Mapping[str, object]) -> Iterator[Wrong]:
    by_organisation: dict[KeyPath, list[Found]] = {}
    for path, name in _lower(select(data, "organisations", EACH, "contracts", EACH, "name")):
        by_organisation.setdefault(path[:2], []).append((path, name))
    for contracts in by_organisation.values():
        yield from _twice(contracts, "the contract")
