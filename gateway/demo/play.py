"""Plays a script on a running gateway and shows every mail."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from gateway.demo.links import Link, links, without_targets
from gateway.demo.running import DemoFailed, Gateway, gateway
from gateway.demo.script import Script, Step, load, names

WIDEST = 100
"""Columns of a mail on the terminal."""


def play(process: str | None, console: Console) -> int:
    """The demo of a process, or of the first that has one, on a temporary home; the exit code.

    0: played to its end; 1: something did not come about; 2: there is no such demo.
    """
    name = process or names()[0]
    if name not in names():
        console.print(f"There is no demo of {name}; there is one of: {', '.join(names())}.")
        return 2
    script = load(name)
    with tempfile.TemporaryDirectory(prefix="deskpost-demo-") as folder:
        console.print(Text(f"{script.title}\n", style="bold"))
        try:
            with gateway(Path(folder), script) as running:
                _Player(script, running, console).play()
        except DemoFailed as failed:
            console.print(Text(f"The demo stopped: {failed}", style="red"))
            return 1
    return 0


class _Player:
    """What has been played so far: the mails that each person has received."""

    def __init__(self, script: Script, running: Gateway, console: Console) -> None:
        self._script, self._running, self._console = script, running, console
        self._received: defaultdict[str, list[EmailMessage]] = defaultdict(list)

    def play(self) -> None:
        for number, step in enumerate(self._script.steps, 1):
            self._console.print(Text(f"{number}. {step.says}", style="bold"))
            mail = self._mail(step)
            self._show(mail, "cyan")
            for left in self._running.send(mail):
                self._received[parseaddr(left["To"])[1]].append(left)
                self._show(left, "green")
            self._console.print()

    def _mail(self, step: Step) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = step.author
        mail["Date"] = formatdate(localtime=True)
        mail["Message-ID"] = make_msgid(domain=parseaddr(step.author)[1].rpartition("@")[2])
        to, subject, text = self._addressed(step, mail)
        mail["To"] = to
        mail["Subject"] = subject
        mail.set_content(text)
        return mail

    def _addressed(self, step: Step, mail: EmailMessage) -> tuple[str, str, str]:
        if step.writes is not None:
            return self._script.desk, step.subject, step.text
        latest = self._latest(step.author)
        mail["In-Reply-To"] = latest["Message-ID"]
        mail["References"] = " ".join((latest.get("References", ""), latest["Message-ID"])).strip()
        if step.answers is not None:
            return latest["Reply-To"], f"Re: {latest['Subject']}", step.text
        link = _link(latest, step.command)
        return link.to, link.subject, link.body.replace("\r\n", "\n") + step.text

    def _latest(self, author: str) -> EmailMessage:
        received = self._received[parseaddr(author)[1]]
        if not received:
            raise DemoFailed(f"{author} has received nothing to answer")
        return received[-1]

    def _show(self, mail: EmailMessage, colour: str) -> None:
        """Who to whom, the subject, and the text; plain, so that nothing in it is obeyed."""
        names = [_name(str(mail[field])) for field in ("From", "To")]
        body = Text(without_targets(_text(mail)).strip())
        title = Text(f"{names[0]} → {names[1]}: {mail['Subject']}")
        width = min(self._console.width, WIDEST)
        panel = Panel(body, title=title, title_align="left", border_style=colour, width=width)
        self._console.print(panel)


def _link(latest: EmailMessage, command: str) -> Link:
    found = next((link for link in links(_text(latest)) if link.commands(command)), None)
    if found is None:
        raise DemoFailed(f"“{latest['Subject']}” to {latest['To']} does not offer #{command}")
    return found


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    text: str = part.get_content() if part else ""
    return text


def _name(box: str) -> str:
    """The name; of a bare address what stands before its signature."""
    name, address = parseaddr(box)
    return name or f"{address.partition('+')[0].partition('@')[0]}@{address.rpartition('@')[2]}"
