"""Customers who write, and mail servers that try again until somebody says 250.

A mail that was not acknowledged is sent again with the same bytes, as RFC 5321, 4.5.4.1 has it;
one that was is written down and never sent again.
"""

from __future__ import annotations

import itertools
import random
import smtplib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.servers.gateway import HELPDESK, Gateway
from tests.servers.swaks import swaks

PAUSE = 0.05
"""Seconds between two tries of a sender that found nobody."""


@dataclass(frozen=True)
class Written:
    """One mail of a customer; `answers` names the first of their conversation."""

    sender: str
    message_id: str
    answers: str | None = None

    @property
    def octets(self) -> bytes:
        reference = f"References: {self.answers}\r\n" if self.answers else ""
        return (
            f"From: {self.sender}\r\nTo: {HELPDESK}\r\nSubject: Printer {self.sender}\r\n"
            f"Message-ID: {self.message_id}\r\n{reference}"
            f"Date: {datetime.now(UTC):%a, %d %b %Y} 09:00:00 +0000\r\n\r\n"
            f"It smokes, says {self.message_id}.\r\n"
        ).encode()


class Load:
    """Senders, each in a thread with a connection of its own; `acknowledged` in order."""

    def __init__(self, ports: Sequence[int], senders: int, name: str = "") -> None:
        """`name` tells its customers and mails from those of another load."""
        self._ports = ports
        self._numbers = itertools.count(1)
        self._name = name
        self._stopping = threading.Event()
        self._abandoned = False
        self._threads = [threading.Thread(target=self._send_all) for _ in range(senders)]
        self.acknowledged: list[Written] = []
        self.tries = 0
        """The first ones and those after no answer, a lost connection or a temporary one."""

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Each sender ends once the mail that it has in hand is acknowledged."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def abandon(self) -> None:
        """Nobody may be there any more who would take what is in hand."""
        self._abandoned = True
        self.stop()

    def _send_all(self) -> None:
        connection: smtplib.SMTP | None = None
        while not self._stopping.is_set():
            for mail in self._conversation(next(self._numbers)):
                connection = self._until_taken(connection, mail)
        if connection is not None:
            connection.close()

    def _conversation(self, number: int) -> list[Written]:
        """Two customers of three write once, the third comes back to it."""
        sender = f"customer{self._name}{number}@acme.example"
        first = Written(sender, f"<{self._name}{number}.1@acme.example>")
        more = Written(sender, f"<{self._name}{number}.2@acme.example>", first.message_id)
        return [first, more] if number % 3 == 0 else [first]

    def _until_taken(self, connection: smtplib.SMTP | None, mail: Written) -> smtplib.SMTP | None:
        octets = mail.octets
        while not self._abandoned:
            self.tries += 1
            try:
                connection = connection or self._connect()
                refused = connection.sendmail(mail.sender, [HELPDESK], octets)
            except (OSError, smtplib.SMTPException):
                if connection is not None:
                    connection.close()
                connection = None
                time.sleep(PAUSE)
                continue
            assert not refused
            self.acknowledged.append(mail)
            return connection
        return connection

    def _connect(self) -> smtplib.SMTP:
        port = random.choice(self._ports)
        return smtplib.SMTP("127.0.0.1", port, local_hostname="mx.acme.example", timeout=30)


def mail(number: int) -> Written:
    """The only mail of this customer."""
    return Written(f"customer{number}@acme.example", f"<{number}@acme.example>")


def send(gateway: Gateway, mail: Written) -> str:
    """The dialog of one try."""
    dialog = swaks(gateway.port, sender=mail.sender, recipients=[HELPDESK], mail=mail.octets)
    return dialog.text
