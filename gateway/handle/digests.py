"""Digests of the desks' processes: which are due, and one of them sent, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from itertools import islice

from gateway.handle.addressing import signed_address
from gateway.handle.desktop import Desktop, recipient_of
from gateway.handle.facts import gather
from gateway.handle.letters import post
from gateway.handle.reading_back import SHOWN, row_of
from gateway.handle.sending import signing_key
from gateway.house import House
from gateway.render.offers import offer_links
from gateway.render.page import Link
from rules.decide import digests as listing
from rules.decide.clocks import calendar_of
from rules.decide.digests import Entry
from rules.decide.facts import Actor, Facts, TimerDue
from rules.decide.possible import fits, may_use
from rules.effects import QueueMail
from rules.model import Desk, Person
from rules.process import Digest, Offer
from store import digests, search, tickets
from store.database import Transaction


def digests_due(house: House) -> list[tuple[Desk, str]]:
    """The desks' digests that are due by now, the earliest first; new ones are noted on the way.

    One whose file has it come earlier than it once had comes when the file says.
    """
    wanted = {
        (desk.address, name): (desk, spec)
        for desk in house.desks.values()
        for name, spec in house.process_of(desk).digests.items()
    }
    if not wanted:
        return []
    now = house.clock()
    with house.database.read() as tx:
        noted = {(row.desk, row.name): row for row in digests.every(tx)}
    for key, (desk, spec) in wanted.items():
        row = noted.get(key)
        first = listing.next_run(spec, calendar_of(_facts(house, desk, key[1])), now)
        if row is None or row.due_at > first:
            _note(house, key, first)
    due = [row for key, row in noted.items() if key in wanted and row.due_at <= now]
    due.sort(key=lambda row: (row.due_at, row.desk, row.name))
    return [(wanted[row.desk, row.name][0], row.name) for row in due]


def _note(house: House, key: tuple[str, str], first: datetime) -> None:
    with house.database.transaction() as tx:
        digests.add(tx, *key, first)
        digests.hurry(tx, *key, first)


def send_digest(house: House, desk: Desk, name: str) -> int:
    """Sends each reader their list, where there is one that they do not have yet; to how many.

    None where another process was there first. The lists are gathered before anything is locked.
    """
    spec = house.process_of(desk).digests[name]
    facts = _facts(house, desk, name)
    with house.database.read() as tx:
        lists = listing.lists(spec, _about(tx, house, desk, name, spec))
    with house.database.transaction() as tx:
        row = digests.claim(tx, desk.address, name, facts.now)
        if row is None:
            return 0
        prints = {address: listing.fingerprint(entries) for address, entries in lists.items()}
        fresh = [a for a in lists if spec.repeats or row.sent.get(a) != prints[a]]
        table = Desktop(tx, house, facts, None, facts.now, signing_key(tx, house))
        for address in fresh:
            _post(table, spec, address, lists[address])
        after = listing.next_run(spec, calendar_of(facts), facts.now)
        digests.save(tx, replace(row, due_at=after, sent=prints))
    return len(fresh)


def put_off_digest(house: House, desk: Desk, name: str, until: datetime) -> None:
    """What is wrong with it holds up no other."""
    with house.database.transaction() as tx:
        row = digests.claim(tx, desk.address, name, house.clock())
        if row is not None:
            digests.save(tx, replace(row, due_at=until))


def _facts(house: House, desk: Desk, name: str) -> Facts:
    """Of the desk alone."""
    return Facts(
        event=TimerDue(name),
        actor=Actor(Person("")),
        desk=desk,
        process=house.process_of(desk),
        people=house.people,
        now=house.clock(),
        policy=house.policy(),
    )


def _about(tx: Transaction, house: House, desk: Desk, name: str, spec: Digest) -> Sequence[Facts]:
    """Of each ticket that may stand on the list. Tickets of a process that the desk had before
    know nothing of what this one asks."""
    facts = _facts(house, desk, name)
    if spec.lists == "tickets":
        statuses = listing.statuses_of(facts.process, spec)
        numbers = search.in_statuses(tx, desk.address, statuses)
    else:
        numbers = search.with_due_tasks(tx, desk.address, listing.today(facts))
    found = tickets.load_all(tx, numbers) if numbers else []
    return [
        gather(tx, house, desk, facts.event, facts.actor, ticket, lock=False)
        for ticket in found
        if ticket.process == facts.process.process
    ]


def _post(desk: Desktop, spec: Digest, address: str, entries: Sequence[Entry]) -> None:
    rows = [_row(desk, spec, address, entry) for entry in islice(entries, SHOWN)]
    data = {
        "label": spec.label,
        "lists": spec.lists,
        "entries": rows,
        "more": len(entries) - len(rows),
    }
    post(desk, QueueMail("digest", (address,), data, internal=True))


def _row(desk: Desktop, spec: Digest, address: str, entry: Entry) -> Mapping[str, object]:
    task = entry.task
    told = task and {
        "number": task.number,
        "title": task.title,
        "due": task.due.isoformat() if task.due else None,
        "overdue": entry.overdue,
    }
    row = row_of(entry.ticket, desk.house, recipient_of(desk, address))
    links = [asdict(link) for link in _links(desk, spec, address, entry)]
    return {**row, "task": told, "links": links}


def _links(desk: Desktop, spec: Digest, address: str, entry: Entry) -> tuple[Link, ...]:
    """What this person may do with the entry now, each an answer that writes itself."""
    process = entry.facts.process
    offers = []
    for offer in spec.offers:
        name = offer.does.partition(" ")[0]
        command = process.commands.get(name)
        if command is None or not may_use(entry.facts, address, name):
            continue
        if fits(process, command, entry.ticket):
            offers.append(_about_task(offer, command.task_argument, entry))
    reply_to = signed_address(desk, entry.ticket.number, address)
    return offer_links(process, offers, recipient_of(desk, address), reply_to, entry.ticket)


def _about_task(offer: Offer, takes_task: bool, entry: Entry) -> Offer:
    if entry.task is None or not takes_task or " " in offer.does:
        return offer
    return Offer(does=f"{offer.does} {entry.task.number}", label=offer.label)
