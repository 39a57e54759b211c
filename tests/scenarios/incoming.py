"""Mails of a scenario as they arrive: placeholders filled, what any mail has added, stamped.

A file says what matters: From, To, Subject and text. Date, Message-ID and the MIME fields are added
where they are missing. The envelope's sender is the From, or what `Return-Path` says; its
recipients are the desks of To and Cc, or what each `X-Original-To` says. The border's stamp says
that the sender is verified, unless the file brings an `Authentication-Results` of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, getaddresses, parseaddr

from gateway.demo.links import Link
from gateway.routing import desk_of
from gateway.values import Channel, Envelope, RawMail
from rules.model import Desk
from tests.scenarios.outgoing import Left

BORDER = "mx.accel.example"
"""The MTA in front: its authserv-id."""
_PLACEHOLDER = re.compile(r"\{\{([a-z-]+) ([^\s~}]+)(?:~(\d+))?(?: ([^}]+))?\}\}")
_ENVELOPE = ("return-path", "x-original-to", "authentication-results")


class Misplayed(Exception):
    """A step that cannot be played as it is written."""


# --- placeholders --------------------------------------------------------------------------------

Received = Callable[[str], list[Left]]
"""All that an address has received, oldest first."""


def filled(text: str, received: Received) -> str:
    """`{{reply-to jan@acme.example}}`, `message-id`, `return-path`: of the latest mail that Jan
    received, `~1` of the one before. `{{link jan@acme.example hinder geblokkeerd allen}}`: To,
    Subject and text of the answer that this link of it writes."""

    def value(found: re.Match[str]) -> str:
        what, address, before, words = found.groups()
        left = _latest(received(address), address, int(before or 0))
        match what:
            case "reply-to":
                return left.header("Reply-To")
            case "message-id":
                return left.header("Message-ID")
            case "return-path":
                return left.sender
            case "link" if words:
                return _answer(left, words)
        raise Misplayed(f"there is no placeholder {found[0]}")

    return _PLACEHOLDER.sub(value, text)


def _latest(mails: list[Left], address: str, before: int) -> Left:
    if len(mails) <= before:
        raise Misplayed(f"{address} has not received {before + 1} mails yet")
    return mails[-1 - before]


def _answer(left: Left, words: str) -> str:
    link = next((link for link in left.links if link.commands(words)), None)
    if link is None:
        offered = ", ".join(link.body.strip() for link in left.links) or "nothing"
        raise Misplayed(f"the latest mail to {left.recipient} does not offer #{words}: {offered}")
    return _typed(link)


def _typed(link: Link) -> str:
    return f"To: {link.to}\nSubject: {link.subject}\n\n" + link.body.replace("\r\n", "\n")


# --- the mail ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Written:
    """A file of a scenario: its header fields in their order, and its text."""

    fields: tuple[tuple[str, str], ...]
    text: str

    def all(self, name: str) -> list[str]:
        return [value for field, value in self.fields if field.lower() == name]

    def __contains__(self, name: object) -> bool:
        return any(field.lower() == name for field, _ in self.fields)


def parsed(text: str) -> Written:
    head, _, body = text.partition("\n\n")
    fields: list[tuple[str, str]] = []
    for line in head.splitlines():
        if line[:1] in (" ", "\t") and fields:
            fields[-1] = (fields[-1][0], f"{fields[-1][1]}\n{line}")
        else:
            name, _, value = line.partition(":")
            fields.append((name, value.strip()))
    return Written(tuple(fields), body)


def raw_mail(text: str, name: str, now: datetime, desks: Mapping[str, Desk]) -> RawMail:
    """The mail as the border hands it over."""
    written = parsed(text)
    sender = _sender(written)
    recipients = written.all("x-original-to") or [
        address
        for _, address in getaddresses([*written.all("to"), *written.all("cc")])
        if desk_of(address, desks)
    ]
    if not recipients:
        raise Misplayed("nobody receives this mail: neither To nor X-Original-To names a desk")
    envelope = Envelope(
        channel=Channel.SMTP,
        mail_from=sender,
        rcpt_to=tuple(recipients),
        received_at=now,
        peer="127.0.0.1",
        helo=BORDER,
    )
    lines = [*_stamps(written, sender, now), *_fields(written, name, now), "", written.text]
    return RawMail(envelope, "\n".join(lines).replace("\n", "\r\n").encode())


def _sender(written: Written) -> str:
    """ "" for the null sender, `<>`."""
    given = written.all("return-path")
    if given:
        return given[0].strip("<>")
    return parseaddr(next(iter(written.all("from")), ""))[1]


def _stamps(written: Written, sender: str, now: datetime) -> list[str]:
    _, address = parseaddr(next(iter(written.all("from")), ""))
    domain = address.rpartition("@")[2]
    verdict = (
        f"{BORDER}; spf=pass smtp.mailfrom={sender.rpartition('@')[2] or domain};"
        f"\n dkim=pass header.d={domain}; dmarc=pass header.from={domain}"
    )
    own = written.all("authentication-results")
    verdicts = own or ([verdict] if domain else [])
    return [
        *(f"Authentication-Results: {verdict}" for verdict in verdicts),
        f"Received: from mail.{domain or 'nowhere.example'} by {BORDER}; {format_datetime(now)}",
    ]


def _fields(written: Written, name: str, now: datetime) -> list[str]:
    fields = [f"{field}: {value}" for field, value in written.fields if _stays(field)]
    added = {
        "date": f"Date: {format_datetime(now)}",
        "message-id": f"Message-ID: <{name}@scenario.example>",
        "content-type": "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8",
    }
    return [*fields, *(line for field, line in added.items() if field not in written)]


def _stays(field: str) -> bool:
    return field.lower() not in _ENVELOPE
