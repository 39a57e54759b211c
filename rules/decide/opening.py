"""A ticket's first moment: who asked, in which language, who reads along."""

from __future__ import annotations

from rules.decide.audience import language_of
from rules.decide.facts import Facts, Mail
from rules.model import Ticket

_SHORT = 200
"""Characters of a subject that are kept; RFC 5322 leaves it open, terminals and clients do not."""


def blank_ticket(facts: Facts, number: int, requester: str, subject: str) -> Ticket:
    """As every new ticket of this desk begins."""
    desk, process = facts.desk, facts.process
    person = facts.people.person(requester)
    spec = process.types.get(desk.type or "")
    return Ticket(
        number=number,
        desk=desk.address,
        process=process.process,
        process_version=process.version,
        subject=" ".join(subject.split())[:_SHORT],
        status=process.start,
        requester=requester,
        requester_name=person.name,
        organisation=person.organisation,
        language=language_of(facts, requester, None),
        type=desk.type if spec else None,
        level=spec.level if spec else None,
        opened_at=facts.now,
        status_since=facts.now,
    )


def language_from(facts: Facts, requester: str, mail: Mail) -> str:
    """On file first, then as the mail reads, then the desk's; one that the process speaks."""
    on_file = facts.people.person(requester).language
    if on_file is None and mail.language in facts.process.languages:
        return mail.language or facts.desk.language
    return language_of(facts, requester, None)


def readers(facts: Facts, requester: str, mail: Mail) -> tuple[str, ...]:
    """Who was written to beside the desk: they read along. Desks and staff do not count, nor do
    addresses that only machines read."""
    desks = {d.address for d in facts.desks} | {facts.desk.address}
    staff = facts.people.persons
    seen = dict.fromkeys((*mail.to, *mail.cc))
    return tuple(
        address
        for address in seen
        if address != requester
        and not _is_desk(address, desks)
        and not (address in staff and staff[address].staff)
        and not _is_machine(address)
    )


def _is_desk(address: str, desks: set[str]) -> bool:
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}" in desks


def _is_machine(address: str) -> bool:
    local = address.partition("@")[0].replace("-", "").replace("_", "").replace(".", "")
    return local in {"mailerdaemon", "postmaster", "noreply", "donotreply", "nepasrepondre"}
