"""Mails that wait in the outbox of a test's installation, and a way out that does as it is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from gateway.delivery.delivering import Delivering
from gateway.delivery.values import Parcel, Result, Sender, Sent
from gateway.delivery.wayout import WayOut
from gateway.house import House
from gateway.signin.tokens import Tokens, http_client
from store import outbox
from store.outbox import OutboxItem
from tests.store.examples import JAN, NOW, outgoing, queued, saved


@dataclass
class Door:
    """The way out: `answers` by recipient, each once; what it was given."""

    answers: dict[str, list[Result | Exception]] = field(default_factory=lambda: defaultdict(list))
    given: list[Parcel] = field(default_factory=list)
    meanwhile: Callable[[Parcel], None] | None = None
    """What happens while a mail is on its way."""

    def send(self, parcel: Parcel) -> Result:
        self.given.append(parcel)
        if self.meanwhile is not None:
            self.meanwhile(parcel)
        waiting = self.answers[parcel.recipient] or self.answers["*"]
        answer = waiting.pop(0) if waiting else Sent()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def rest(self) -> None:
        """Nothing is kept open."""

    def abort(self) -> None:
        """Nothing is waited for."""

    def close(self) -> None:
        """Nothing is kept open."""


class Ticks:
    """Seconds of a clock that only tests move."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Office:
    """A house whose clock stands at `now`, and its outbox."""

    def __init__(self, house: House) -> None:
        self.now = NOW
        self.ticks = Ticks()
        self.way = WayOut(self.ticks)
        self.house = replace(house, clock=lambda: self.now, random=lambda count: b"\x80" * count)
        self.database = house.database
        self.tokens = Tokens(self.database, lambda: self.now, http_client, {}, "me")

    def delivering(self, sender: Sender, owner: str = "me") -> Delivering:
        return Delivering(lambda: self.house, owner, sender, self.way)

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def put(self, key: str, recipient: str = JAN, ticket: int | None = None) -> int:
        """A mail whose body is its key; the row of the outbox."""
        with self.database.transaction() as tx:
            other: dict[str, object] = {"recipient": recipient, "due_at": self.now}
            if ticket is not None:
                message = outgoing(tx, ticket, key, recipient=recipient)
                other |= {"ticket": ticket, "message": message.id}
            return outbox.add(tx, [queued(tx, key, **other)])[0]

    def ticket(self) -> int:
        with self.database.transaction() as tx:
            return saved(tx).number

    def item(self, row: int) -> OutboxItem:
        with self.database.read() as tx:
            found = outbox.get(tx, row)
        assert found is not None
        return found

    def states(self, rows: Sequence[int]) -> list[str]:
        return [self.item(row).state for row in rows]

    def waiting(self) -> list[OutboxItem]:
        with self.database.read() as tx:
            return outbox.undelivered(tx, 100)

    def next_due(self) -> datetime | None:
        with self.database.read() as tx:
            return outbox.next_due(tx)


def run(*threads: Delivering) -> None:
    """Until there is nothing more to do at this moment."""
    while sum(thread.work() for thread in threads):
        pass
