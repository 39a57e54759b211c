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
_SIGNED_ADDRESS = re.compile(r"[\w.-]+(?:\+|%2B)\d+\.[a-z2-7]{26}@[\w.-]+")
_LINE = re.compile(rb"(?:[!-9;-~]+: ?|[ \t]+)[!-~][ -~]{0,900}|[!-9;-~]+:")
_PATH = re.compile(r"/(?:tmp|home|root|var|work|usr)/[\w./-]+")
_ALWAYS = {"date", "from", "to", "reply-to", "subject", "message-id", "mime-version"}
_FIELDS = _ALWAYS | {
    "in-reply-to",
    "references",
    "auto-submitted",
    "x-auto-response-suppress",
    "content-type",
    "content-transfer-encoding",
}


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

    @cached_property
    def everything(self) -> str:
        """All that the mail tells, whatever it is wrapped in: fields, texts, the files' octets."""
        fields = [f"{name}: {value}" for part in self.mail.walk() for name, value in part.items()]
        files = (part.get_payload(decode=True) for part in self.mail.walk())
        octets = (data.decode("utf-8", "replace") for data in files if isinstance(data, bytes))
        return "\n".join([self.body.decode("ascii", "replace"), *fields, *octets])

    @property
    def signed(self) -> set[str]:
        """The signed addresses in it, as they stand."""
        return {found[0] for found in _SIGNED_ADDRESS.finditer(self.everything)}

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
    yield from _misheaded(left)
    yield from _misnamed(left)
    for line in left.text.splitlines():
        found = _COMMAND.match(line)
        if found and found[1].lower() in words:
            yield f"has a bare command at the start of a line: {line}"
    if "<script" in left.html.lower():
        yield "brings a script"
    if left.recipient not in staff:
        everything = left.everything.lower()
        for address in staff:
            if address in everything:
                yield f"tells {left.recipient} the address of {address}"
        if found := _PATH.search(everything):
            yield f"tells {left.recipient} of {found[0]}"


def _misheaded(left: Left) -> Iterator[str]:
    """Each field is one of ours, once, in lines of printable ASCII, and shows what it holds."""
    block = left.body.partition(b"\r\n\r\n")[0]
    for line in block.split(b"\r\n"):
        if not _LINE.fullmatch(line):
            yield f"has a header line that is none: {line!r}"
    names = [name.lower() for name in left.mail]
    if odd := set(names) - _FIELDS:
        yield f"has the fields {sorted(odd)}"
    if any(names.count(name) > 1 for name in names) or not set(names) >= _ALWAYS:
        yield f"has {names}, each of which should stand once"
    for name, value in left.mail.items():
        if not str(value).isprintable():
            yield f"has something unseen in {name}: {str(value)!r}"


def _misnamed(left: Left) -> Iterator[str]:
    """A machine's mail says so twice, a person's words never do; an answer, and what is about no
    ticket, come from nobody, so that nothing comes back; everything else from an address of its
    own."""
    said = left.mail["Auto-Submitted"]
    suppressed = left.mail["X-Auto-Response-Suppress"]
    if left.template in RELAYED:
        if said or suppressed:
            yield "brings a person's words, and says that a machine wrote them"
    elif not said or suppressed != "All":
        yield "was written by the gateway itself, and has no Auto-Submitted or no Suppress"
    from_nobody = not left.template or said == "auto-replied"
    if from_nobody == bool(left.sender) or (left.sender and not _SIGNED.search(left.sender)):
        yield f"has the envelope sender <{left.sender}>"
