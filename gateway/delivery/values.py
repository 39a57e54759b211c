"""What a sender is given, and what it says became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Parcel:
    """One copy: its bytes never change, however often it is tried. `sender` "" is the null one."""

    sender: str
    recipient: str
    body: bytes


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


class Sender(Protocol):
    """One way out, used by one thread at a time. It never raises for what the other side does."""

    def send(self, parcel: Parcel) -> Sent | Failed: ...

    def close(self) -> None: ...
