"""Mails that left: as people read them, the links in them, and what must hold of every one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property

from gateway.demo.links import Link, links
from gateway.handle.desktop import RELAYED

_LINK = re.compile(r"<mailto:[^>]+>")
_COMMAND = re.compile(r"\s*#([^\W\d_][\w-]*)")
_SIGNED = re.compile(r"(\+|%2B)(\d+)\.[a-z2-7]{26}")


@dataclass(frozen=True)
class Left:
    """One copy: its envelope, its bytes, and the template that it was made from ("" for a notice
    that belongs to no ticket)."""

    sender: str
    recipient: str
    body: bytes
    template: str

    @cached_property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.body, policy=policy.default)

    @cached_property
    def text(self) -> str:
        part = self.mail.get_body(("plain",))
        return part.get_content() if part else ""

    @cached_property
    def html(self) -> str:
        part = self.mail.get_body(("html",))
        return part.get_content() if part else ""

    def header(self, name: str) -> str:
        """As people see it. `Template`, `Attachments` and `Calendar` (the method of an invitation)
        stand beside those that the mail has."""
        match name.lower():
            case "template":
                return self.template
            case "attachments":
                return ", ".join(str(part.get_filename()) for part in self.mail.iter_attachments())
            case "calendar":
                return self._calendar
        return str(self.mail.get(name, ""))

    @property
    def _calendar(self) -> str:
        parts = (p for p in self.mail.walk() if p.get_content_type() == "text/calendar")
        return next((str(part.get_param("method")) for part in parts), "")

    @cached_property
    def links(self) -> list[Link]:
        return links(self.text)


def written(left: Left) -> str:
    """As a new expectation: what changes from run to run is a wildcard."""
    named = ("To", "Subject", "Template", "Attachments", "Calendar")
    head = [f"{name}: {value}" for name in named if (value := left.header(name))]
    text = _SIGNED.sub(r"\1\2.*", left.text)
    text = _LINK.sub("<mailto:*>", text)
    return "\n".join([*head, "", *(line.rstrip() for line in text.strip("\n").splitlines())]) + "\n"


def unsound(left: Left, staff: Collection[str], words: Collection[str]) -> Iterator[str]:
    """What must not be, whatever the mail says.

    Args:
        staff: addresses that no customer may learn; a mail to one of them may hold them all.
        words: every word that is a command.
    """
    to = left.mail["To"].addresses
    if [box.addr_spec for box in to] != [left.recipient] or left.mail["Cc"] or left.mail["Bcc"]:
        yield f"is addressed to {left.mail['To']}, and goes to {left.recipient}"
    if not left.text.strip() or not left.html.strip():
        yield "has no text, or no HTML"
    if left.template not in RELAYED and not left.mail["Auto-Submitted"]:
        yield "was written by the gateway itself, and has no Auto-Submitted"
    for line in left.text.splitlines():
        found = _COMMAND.match(line)
        if found and found[1].lower() in words:
            yield f"has a bare command at the start of a line: {line}"
    if "<script" in left.html.lower():
        yield "brings a script"
    if left.recipient not in staff:
        everything = left.body.decode("ascii") + left.text + left.html
        for address in staff:
            if address in everything.lower():
                yield f"tells {left.recipient} the address of {address}"
