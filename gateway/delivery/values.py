"""What a sender is given, and what it says became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Parcel:
    """One copy: its bytes never change, however often it is tried. `sender` "" is the null one;
    `again`: it may have left before; `message_id` is the one in its header."""

    sender: str
    recipient: str
    body: bytes
    again: bool = False
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """Taken by the next server; `status` is its enhanced status code (RFC 3463)."""

    status: str = "2.0.0"


@dataclass(frozen=True, slots=True)
class Failed:
    """Not taken. `permanent`: it never will be. `unsettled`: the connection was lost after the
    last byte, so that it may have been taken all the same; the same mail goes again."""

    permanent: bool
    status: str
    text: str
    unsettled: bool = False


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The way out is closed for every mail, and this one was not tried. `answered`: somebody is
    there and wants to be left alone, or wants what the configuration does not give."""

    text: str
    answered: bool = False


Result = Sent | Failed | Unreachable


class Sender(Protocol):
    """One way out, used by one thread at a time. It never raises for what the other side does."""

    def send(self, parcel: Parcel) -> Result: ...

    def rest(self) -> None:
        """Nothing is to be sent at the moment: what was kept open for long may be closed."""

    def abort(self) -> None:
        """Called by another thread: whatever waits for the other side ends with an error."""

    def close(self) -> None: ...
