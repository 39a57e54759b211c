"""What becomes of a mail or a recipient, as the intakes tell it to whoever brought the mail."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from gateway.values import RawMail

LONGEST_TEXT = 300
"""Characters of a text in a reply, whose line must stay within 512 octets (RFC 5321, 4.5.3.1.5)."""

UNAVAILABLE = "The mail cannot be stored just now; please try again later"


class Outcome(StrEnum):
    """Stored and duplicate are both durable here; the others are not here at all."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"


_DEFAULTS = {
    Outcome.STORED: ("2.0.0", "Stored"),
    Outcome.DUPLICATE: ("2.0.0", "Stored already"),
    Outcome.TEMPORARY: ("4.3.0", UNAVAILABLE),
    Outcome.PERMANENT: ("5.6.0", "This mail cannot be accepted"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a mail for one recipient.

    `text` is for the sender of the mail: one line, naming no internals; "" takes a neutral one.
    `status` is an enhanced status code of the outcome's class (RFC 3463); "" takes the usual one.
    """

    outcome: Outcome
    text: str = ""
    status: str = ""

    @property
    def durable(self) -> bool:
        return self.outcome in (Outcome.STORED, Outcome.DUPLICATE)

    @property
    def explanation(self) -> str:
        """The text, or what is usually said of such an outcome."""
        return self.text or _DEFAULTS[self.outcome][1]

    def reply(self) -> str:
        """The SMTP reply line without its CRLF, such as `451 4.3.0 …`."""
        return _reply(self.status or _DEFAULTS[self.outcome][0], self.explanation)


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a recipient is refused before the mail is sent; temporary if `status` begins with 4."""

    text: str = "There is no such address here"
    status: str = "5.1.1"

    def reply(self) -> str:
        """The SMTP reply line without its CRLF, such as `550 5.1.1 …`."""
        return _reply(self.status, self.text)


class Acceptor(Protocol):
    """The door behind every intake."""

    async def accept(self, raw: RawMail) -> tuple[Answer, ...]:
        """Makes the mail durable; one answer per recipient of its envelope, in that order."""
        ...

    def known(self, address: str) -> bool | Rejection:
        """Whether mail to this address is for us; bare `postmaster` is asked for too."""
        ...


def unavailable(recipients: int) -> tuple[Answer, ...]:
    """The answer of our own failure: never the exception's text, always temporary."""
    return (Answer(Outcome.TEMPORARY),) * recipients


def _reply(status: str, text: str) -> str:
    return f"{_code(status)} {status} {one_line(text)}"


def _code(status: str) -> str:
    """The basic code that goes with an enhanced one (RFC 3463, 2 and 3.2)."""
    if status.startswith("2"):
        return "250"
    if status.startswith("4"):
        return "450" if status.startswith("4.1.") else "451"
    return "550" if status.startswith(("5.1.", "5.2.", "5.7.")) else "554"


def one_line(text: str) -> str:
    """Printable ASCII on one line: a reply must not carry what could end it (RFC 5321, 4.2)."""
    words = " ".join(text.split()).encode("ascii", "replace").decode("ascii")
    return "".join(c if c.isprintable() else "?" for c in words)[:LONGEST_TEXT]
