"""One mail on standard input, as an MTA's pipe transport or a sendmail caller delivers it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from typing import BinaryIO

import structlog

from gateway.intake.addresses import Path, addresses_in, parse_path
from gateway.intake.answers import UNAVAILABLE, Acceptor, Answer, Outcome, Rejection
from gateway.intake.files import split_separator
from gateway.intake.headers import envelope_sender, field_values, is_null
from gateway.values import Channel, Envelope, RawMail

log = structlog.get_logger(__name__)

_IGNORED = ("-o", "-bm", "-G", "-U", "-v", "-n")
"""Of sendmail. What `-oi` and `-i` ask for always holds: a lone dot ends nothing."""
_WITH_VALUE = ("-F", "-B", "-h", "-N", "-R", "-V", "-L", "-X")
"""Of sendmail, ignored together with their values."""
_DELIVERED = ("delivered-to", "x-original-to", "to")
_ADDRESSED = ("to", "cc", "bcc")


class Exit(IntEnum):
    """What the calling MTA makes of it (sysexits.h): all but TEMPFAIL are final."""

    OK = 0
    USAGE = 64
    DATAERR = 65
    NOUSER = 67
    TEMPFAIL = 75


@dataclass(frozen=True, slots=True)
class Result:
    """An exit code, and for all but OK one line that the MTA puts into its bounce."""

    code: Exit
    text: str = ""


@dataclass(frozen=True, slots=True)
class Arguments:
    """`sender` None: none was given; "" is the null sender."""

    sender: str | None = None
    recipients: tuple[str, ...] = ()
    from_headers: bool = False
    """`-t`: recipients are those of To, Cc and Bcc."""


def parse_arguments(words: Sequence[str]) -> Arguments | Result:
    """The arguments of sendmail(1) that concern a delivery; a Result says what is wrong."""
    read = Arguments()
    left = list(words)
    while left and left[0].startswith("-") and left[0] != "-":
        word = left.pop(0)
        if word == "--":
            break
        if set(word[1:]) <= {"t", "i"}:
            read = replace(read, from_headers=read.from_headers or "t" in word)
        elif word.startswith(("-f", "-r", *_WITH_VALUE)):
            value = word[2:] or (left.pop(0) if left else None)
            if value is None:
                return Result(Exit.USAGE, f"{word} needs a value")
            read = replace(read, sender=value) if word[1] in "fr" else read
        elif not word.startswith(_IGNORED):
            return Result(Exit.USAGE, f"unknown option {word}")
    return _with_addresses(read, left)


def _with_addresses(read: Arguments, recipients: list[str]) -> Arguments | Result:
    """The arguments with their addresses checked and bare of angle brackets."""
    plain = [parse_path(recipient) for recipient in recipients]
    for recipient, path in zip(recipients, plain, strict=True):
        if path is None or not path.address or path.parameters:
            return Result(Exit.USAGE, f"not an address: {recipient}")
    named = tuple(dict.fromkeys(path.address for path in plain if path))
    if read.sender is None:
        return replace(read, recipients=named)
    sender = Path("") if is_null(read.sender) else parse_path(read.sender)
    if sender is None or sender.parameters:
        return Result(Exit.USAGE, f"not an address: {read.sender}")
    return replace(read, sender=sender.address, recipients=named)


async def receive(
    words: Sequence[str],
    stdin: BinaryIO,
    acceptor: Acceptor,
    clock: Callable[[], datetime],
    max_size: int,
) -> Result:
    """Reads one mail and stores it. Never raises: our own failure is TEMPFAIL.

    Without recipients among the arguments they are those of Delivered-To, X-Original-To or To,
    whichever first names one of ours.
    """
    arguments = parse_arguments(words)
    if isinstance(arguments, Result):
        return arguments
    try:
        octets = stdin.read(max_size + 1)
        if len(octets) > max_size:
            return Result(Exit.DATAERR, f"the mail is larger than {max_size} octets")
        if not octets.strip():
            return Result(Exit.DATAERR, "no mail on standard input")
        return await _store(arguments, octets, acceptor, clock())
    except Exception:  # whatever it was, the mail is not known to be durable
        log.exception("mail not stored", channel=Channel.PIPE.value)
        return Result(Exit.TEMPFAIL, UNAVAILABLE)


async def _store(arguments: Arguments, octets: bytes, acceptor: Acceptor, now: datetime) -> Result:
    separator, mail = split_separator(octets)
    recipients = _recipients(arguments, mail, acceptor)
    if isinstance(recipients, Result):
        return recipients
    sender = arguments.sender
    if sender is None:
        sender = envelope_sender(mail, separator)
    envelope = Envelope(Channel.PIPE, sender, recipients, now)
    return _result(await acceptor.accept(RawMail(envelope, mail)))


def _recipients(arguments: Arguments, mail: bytes, acceptor: Acceptor) -> tuple[str, ...] | Result:
    for recipient in arguments.recipients:
        if refusal := _refusal(acceptor.known(recipient)):
            return refusal
    named = arguments.recipients
    if arguments.from_headers:
        named += _ours(mail, _ADDRESSED, acceptor)
    elif not named:
        found = (_ours(mail, (name,), acceptor) for name in _DELIVERED)
        named = next(filter(None, found), ())
    if not named:
        return Result(Exit.NOUSER, "no recipient of this mail is an address here")
    return tuple(dict.fromkeys(named))


def _ours(mail: bytes, names: tuple[str, ...], acceptor: Acceptor) -> tuple[str, ...]:
    values = (value for name in names for value in field_values(mail, name))
    addresses = (address for value in values for address in addresses_in(value))
    return tuple(address for address in addresses if acceptor.known(address) is True)


def _refusal(verdict: bool | Rejection) -> Result | None:
    if verdict is True:
        return None
    rejection = verdict or Rejection()
    code = Exit.TEMPFAIL if rejection.status.startswith("4") else Exit.NOUSER
    return Result(code, rejection.text)


def _result(answers: tuple[Answer, ...]) -> Result:
    """One code for all recipients: OK only where all are stored, TEMPFAIL where it can help."""
    for outcome, code in ((Outcome.TEMPORARY, Exit.TEMPFAIL), (Outcome.PERMANENT, Exit.DATAERR)):
        for answer in answers:
            if answer.outcome is outcome:
                return Result(code, answer.explanation)
    return Result(Exit.OK)
