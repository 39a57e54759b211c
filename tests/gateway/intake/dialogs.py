r"""Dialogs as text files: what a client says, what the server answers, what the desk then has.

# a comment
@ max_size 200            an option: lmtp, max_size, script WORDS, LIMIT NUMBER
C: EHLO client.example    the client's line, CRLF is added
R: a\nb\r\n               the client's octets, with Python's escapes, nothing is added
EOF                       the client half-closes
S: 250 2.0.0 *            the server's next line; * stands for anything
S: (closed)               the server has closed the connection
A: a@b.example | to@c.example,to@d.example | Subject: x\r\n\r\nBody\r\n     stored, in order
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from gateway.intake.conversation import Settings
from gateway.intake.limits import Limits
from gateway.values import Channel, RawMail
from tests.gateway.intake.desk import Client, Desk, client, serving


@dataclass
class Dialog:
    settings: Settings = field(default_factory=lambda: Settings("desk.example"))
    channel: Channel = Channel.SMTP
    script: list[str] = field(default_factory=list)
    steps: list[tuple[str, str]] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)


def read(path: Path) -> Dialog:
    dialog = Dialog()
    for line in path.read_text().splitlines():
        mark, _, rest = line.partition(" ")
        if mark == "@":
            _option(dialog, *rest.split())
        elif mark == "A:":
            dialog.stored.append(rest)
        elif mark in ("C:", "R:", "S:", "EOF"):
            dialog.steps.append((mark, rest))
        elif line and mark != "#":
            raise ValueError(f"{path.name}: {line}")
    return dialog


def _option(dialog: Dialog, name: str, *values: str) -> None:
    if name == "lmtp":
        dialog.channel = Channel.LMTP
    elif name == "script":
        dialog.script = list(values)
    elif name == "max_size":
        dialog.settings = replace(dialog.settings, max_size=int(values[0]))
    else:
        limits: Limits = replace(dialog.settings.limits, **{name: int(values[0])})
        dialog.settings = replace(dialog.settings, limits=limits)


async def play(dialog: Dialog) -> list[str]:
    """Plays it against a real server; every difference as a line."""
    desk = Desk(script=dialog.script)
    faults: list[str] = []
    async with (
        serving(desk, dialog.settings, channel=dialog.channel) as served,
        client(served.address) as talk,
    ):
        for mark, text in dialog.steps:
            said = await _step(talk, mark, text)
            if said is not None and not _fits(text, said):
                faults.append(f"expected {text!r}, the server said {said!r}")
                break
        else:
            await _step(talk, "EOF", "")
            faults += [f"and then {line!r}" for line in await talk.rest()]
    stored = [_written(mail) for mail in desk.mails]
    if stored != dialog.stored:
        faults.append(f"expected to be stored: {dialog.stored}, was: {stored}")
    return faults


async def _step(talk: Client, mark: str, text: str) -> str | None:
    if mark == "S:":
        return await talk.line()
    try:
        if mark == "EOF":
            talk.writer.write_eof()
        else:
            await talk.say(f"{text}\r\n".encode() if mark == "C:" else _octets(text))
    except OSError:
        pass  # the server was faster in closing; its next line is compared
    return None


def _octets(text: str) -> bytes:
    return text.encode("latin-1").decode("unicode_escape").encode("latin-1")


def _fits(pattern: str, said: str) -> bool:
    parts = (re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(".*".join(parts), said) is not None


def _written(mail: RawMail) -> str:
    body = mail.body.decode("latin-1").encode("unicode_escape").decode("ascii")
    return f"{mail.envelope.mail_from} | {','.join(mail.envelope.rcpt_to)} | {body}"
