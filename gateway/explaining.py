"""What the gateway reads in a mail and would do, changing nothing; also without an installation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from gateway.authentication import authenticate
from gateway.handle.facts import gather, is_absence, mail_fact
from gateway.handle.identity import identify
from gateway.handle.matching import TicketMatch, addresses, match
from gateway.house import House
from gateway.reading import Bounds, Unreadable, parse
from gateway.routing import by_desk
from gateway.telling import sentences
from gateway.values import Attachment, Channel, Envelope, ParsedMail
from rules import commands as reading
from rules.commands import Reading
from rules.decide import decide
from rules.decide.facts import Found, MailArrived
from rules.effects import Decision, Hold, OpenTicket, QueueMail, SetAside
from rules.loading import load_processes
from rules.model import Desk
from rules.process import Process
from store.errors import StoreError

Explained = dict[str, object]
_FOUND = {
    Found.TOKEN: "the address that it was written to",
    Found.REFERENCES: "the mail that it answers",
    Found.SUBJECT: "the number in its subject",
    Found.COMMAND: "its command",
}


def explain(house: House | None, file: str, octets: bytes, now: datetime) -> Explained:
    """The object of `explain --json`. Never raises, whatever the mail."""
    list_ids = frozenset(d.list_id for d in house.desks.values() if d.list_id) if house else None
    bounds = house.bounds if house else Bounds()
    parsed = parse(octets, list_ids=list_ids or frozenset(), bounds=bounds)
    if isinstance(parsed, Unreadable):
        return _unreadable(file, parsed.reason)
    if house is None:
        return _object(file, parsed, _known_commands(parsed, now), "none", None, [])
    try:
        return _at_home(house, file, octets, parsed, now)
    except StoreError as error:
        told = _object(file, parsed, _known_commands(parsed, now), "none", None, [])
        return {**told, "would": [f"Nothing can be said of tickets: {error}."]}


def _unreadable(file: str, reason: str) -> Explained:
    return {
        "file": file,
        "kind": None,
        "from": None,
        "original_sender": None,
        "subject": None,
        "ticket": None,
        "sender_verified": "none",
        "new_text": "",
        "commands": [],
        "attachments": [],
        "problems": [reason],
        "would": [f"It goes to the quarantine: {reason}."],
    }


def _object(
    file: str,
    parsed: ParsedMail,
    read: Reading,
    verified: str,
    ticket: int | None,
    would: list[str],
) -> Explained:
    sender = parsed.sender.address if parsed.sender else None
    original = parsed.original
    return {
        "file": file,
        "kind": parsed.kind.value,
        "from": sender or (parsed.from_boxes[0].address if parsed.from_boxes else None),
        "original_sender": original.sender.address if original else None,
        "subject": parsed.subject,
        "ticket": ticket,
        "sender_verified": verified,
        "new_text": parsed.new_text,
        "commands": _commands(parsed, read),
        "attachments": [_attachment(a) for a in parsed.attachments],
        "problems": list(parsed.problems),
        "would": would or _would_alone(parsed),
    }


def _commands(parsed: ParsedMail, read: Reading) -> list[Explained]:
    """Of a person's mail alone: no other commands anything."""
    if parsed.kind.value != "human":
        return []
    return [
        {
            "line": called.line,
            "name": called.name,
            "arguments": {name: _plain(value) for name, value in called.arguments.items()},
        }
        for called in read.commands
    ]


def _plain(value: object) -> object:
    if isinstance(value, str | int | bool) or value is None:
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return str(value)


def _attachment(part: Attachment) -> Explained:
    return {"name": part.name, "type": part.type, "size": part.size, "sha256": part.sha256}


def _known_commands(parsed: ParsedMail, now: datetime) -> Reading:
    """Read with the words of every process that ships."""
    processes = shipped_processes().values()
    return reading.read_any(parsed.new_text, processes, now=now, time_zone=UTC)


@lru_cache(maxsize=1)
def shipped_processes() -> Mapping[str, Process]:
    """Once, since `explain` reads many mails; their templates do not matter here."""
    return load_processes()[0]


def _would_alone(parsed: ParsedMail) -> list[str]:
    match parsed.kind.value:
        case "human":
            return ["It opens a ticket, or comes to the one that it answers."]
        case "bounce":
            return ["A mail of ours is noted as not delivered, where it was one."]
        case _:
            return ["It is kept as evidence, without an answer."]


# --- with an installation ---------------------------------------------------------------------


def _at_home(
    house: House, file: str, octets: bytes, parsed: ParsedMail, now: datetime
) -> Explained:
    envelope = Envelope(Channel.IMPORT, "", (), now)
    desk = _desk(house, envelope, parsed)
    authentication = authenticate(octets, envelope, parsed, house.configuration.trust)
    with house.database.read() as tx:
        found = match(tx, desk, parsed, envelope, house.people, now, lock=False)
        identity = identify(parsed, found, house.people, authentication)
        event = MailArrived(mail_fact(parsed, found, None, spam=False, absence=is_absence(parsed)))
        facts = gather(tx, house, desk, event, identity.actor, found.ticket, lock=False)
    decision = decide(facts)
    process = facts.process
    read = _read(parsed, process, facts.now, desk)
    number = found.ticket.number if found.ticket else None
    would = _would(house, desk, decision, found)
    return _object(file, parsed, read, identity.actor.proof.value, number, would)


def _read(parsed: ParsedMail, process: Process, now: datetime, desk: Desk) -> Reading:
    return reading.read(parsed.new_text, process, now=now, time_zone=ZoneInfo(desk.time_zone))


def _desk(house: House, envelope: Envelope, parsed: ParsedMail) -> Desk:
    """The desk that the mail names, else the first."""
    named = by_desk(addresses(envelope, parsed), house.desks)
    address = next(iter(named), next(iter(house.desks)))
    return house.desks[address]


def _would(house: House, desk: Desk, decision: Decision, found: TicketMatch) -> list[str]:
    told = [*_changes(decision, desk, found), *sentences(house, desk, found.ticket, decision)]
    for effect in decision.effects:
        if isinstance(effect, Hold):
            lines = ", ".join(effect.commands.splitlines())
            told.append(f"{effect.address} is asked to confirm first: {lines}.")
        elif isinstance(effect, QueueMail):
            told.append(f"Mail to {', '.join(effect.to)}: {effect.template.replace('_', ' ')}.")
    return told or ["Nothing happens."]


def _changes(decision: Decision, desk: Desk, found: TicketMatch) -> Iterable[str]:
    opened = next((e for e in decision.effects if isinstance(e, OpenTicket)), None)
    aside = next((e for e in decision.effects if isinstance(e, SetAside)), None)
    if opened is not None:
        yield f"It opens ticket #{opened.ticket.number} at {desk.address}."
    elif found.ticket is not None:
        yield f"It comes to ticket #{found.ticket.number}, found by {_FOUND[found.how]}."
    if aside is not None:
        yield f"It is set aside: {aside.reason}."
