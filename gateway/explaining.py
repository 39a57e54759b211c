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
from gateway.values import Attachment, Channel, Envelope, ParsedMail
from rules import commands as reading
from rules.commands import Reading
from rules.decide import decide
from rules.decide.facts import MailArrived
from rules.effects import Decision, OpenTicket, QueueMail, SetAside
from rules.loading import load_processes
from rules.model import Desk
from rules.process import Process
from store.errors import StoreError

Explained = dict[str, object]
_LANGUAGE = "en"
"""The command line speaks English."""


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
        return {**told, "would": [f"nothing can be said of tickets: {error}"]}


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
        "would": [f"quarantine it: {reason}"],
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
            return ["open a ticket, or add to one that it answers"]
        case "bounce":
            return ["note that a mail of ours was not delivered, where it is one"]
        case _:
            return ["keep it as evidence, without an answer"]


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
    would = _would(decision, desk, process, found)
    return _object(file, parsed, read, identity.actor.proof.value, number, would)


def _read(parsed: ParsedMail, process: Process, now: datetime, desk: Desk) -> Reading:
    return reading.read(parsed.new_text, process, now=now, time_zone=ZoneInfo(desk.time_zone))


def _desk(house: House, envelope: Envelope, parsed: ParsedMail) -> Desk:
    """The desk that the mail names, else the first."""
    named = by_desk(addresses(envelope, parsed), house.desks)
    address = next(iter(named), next(iter(house.desks)))
    return house.desks[address]


def _would(decision: Decision, desk: Desk, process: Process, found: TicketMatch) -> list[str]:
    sentences = list(_changes(decision, desk, found))
    sentences += [_refusal(refusal) for refusal in decision.refusals]
    sentences += [_done(line, process) for line in decision.lines]
    for effect in decision.effects:
        if isinstance(effect, QueueMail):
            sentences.append(f"mail {effect.template} to {', '.join(effect.to)}")
    return sentences or ["nothing"]


def _changes(decision: Decision, desk: Desk, found: TicketMatch) -> Iterable[str]:
    opened = next((e for e in decision.effects if isinstance(e, OpenTicket)), None)
    aside = next((e for e in decision.effects if isinstance(e, SetAside)), None)
    if opened is not None:
        yield f"open ticket {opened.ticket.number} at {desk.address}"
    elif found.ticket is not None:
        yield f"add it to ticket {found.ticket.number}, found by {found.how.value}"
    if aside is not None:
        yield f"set it aside: {aside.reason}"


def _refusal(refusal: Mapping[str, object]) -> str:
    return f"refuse {refusal.get('line') or 'it'}: {refusal['why']}"


def _done(line: Mapping[str, object], process: Process) -> str:
    given = {k: v for k, v in line.items() if k != "what" and v not in ("", None)}
    details = ", ".join(f"{k} {_said(v, process)}" for k, v in given.items())
    return f"{line['what']}: {details}" if details else str(line["what"])


def _said(value: object, process: Process) -> object:
    """Words of the process file come in each language."""
    return process.say(value, _LANGUAGE) if isinstance(value, Mapping) else value
