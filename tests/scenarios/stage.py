"""One installation on a home of its own, in which nothing happens but what a scenario plays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from gateway.app import App, load_house
from gateway.delivery.delivering import Delivering
from gateway.delivery.values import Failed, Parcel, Sent
from gateway.house import House
from gateway.listing import Listing
from gateway.replaying import replay
from gateway.tokens import HINT, read
from gateway.values import RawMail
from gateway.views.scalars import Object
from gateway.views.tickets import shown
from gateway.workers import Housekeeping, Processing, Timing
from store import digests, inbox, journal, messages, status, tickets, timers, tokens
from store import outbox as leaving
from store.audit import audit
from store.database import Database
from store.migrate import migrate
from tests.scenarios.incoming import Misplayed
from tests.scenarios.outgoing import Left, unsound

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""A Monday, nine o'clock in Brussels."""
_MOST = 1000
"""Timers and deliveries within one step; more are a loop."""


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


class Dice:
    """Bytes that nobody can guess, the same in each run; a restart goes on at `thrown`."""

    def __init__(self, thrown: int = 0) -> None:
        self._thrown = thrown

    def __call__(self, count: int) -> bytes:
        self._thrown += 1
        return sha256(b"scenario %d" % self._thrown).digest()[:count]


@dataclass
class Post:
    """The way out: keeps what leaves; `refusing`: who is not taken, and the server's words."""

    refusing: dict[str, str] = field(default_factory=dict)
    taken: list[Parcel] = field(default_factory=list)

    def send(self, parcel: Parcel) -> Sent | Failed:
        words = self.refusing.get(parcel.recipient)
        if words is not None:
            code = next(iter(re.findall(r"\b[45]\.\d+\.\d+\b", words)), "5.0.0")
            return Failed(words.startswith("5"), code, words)
        self.taken.append(parcel)
        return Sent()

    def rest(self) -> None:
        """Nothing is kept open."""

    def abort(self) -> None:
        """Nothing is waited for."""

    def close(self) -> None:
        """Nothing is kept open."""


class Stage:
    """Plays mails, the clock and operators; `left` is every mail that went out."""

    def __init__(self, home: Path, database_url: str) -> None:
        self.clock, self.post = Clock(), Post()
        self.left: list[Left] = []
        database = Database(database_url or f"sqlite:///{home.absolute()}/gateway.db")
        self.house = replace(_loaded(home), database=database, clock=self.clock, random=Dice())
        migrate(self.house.database)
        self.app = App(home, self.house)
        self._processing = Processing(self._house, "scenario", _nothing)
        self._timing = Timing(self._house, _nothing)
        self._listing = Listing(self._house, _nothing)
        self._delivering = Delivering(self._house, "scenario", self.post)

    def _house(self) -> House:
        return self.house

    def close(self) -> None:
        self.app.close()

    # --- what may happen ---

    def arrive(self, raw: RawMail) -> None:
        self.app.accept([raw])
        self._settle()

    def until(self, moment: datetime) -> None:
        """Moves the clock, and lets everything that falls due on the way happen at its time."""
        if moment < self.clock.now:
            raise Misplayed(f"{moment} is before {self.clock.now}")
        while (due := self._next_due()) is not None and due <= moment:
            self.clock.now = max(self.clock.now, due)
            self._settle()
        self.clock.now = moment
        Housekeeping(self._house, _nothing).work()
        self._settle()

    def act(self, number: int, text: str, address: str) -> tuple[str, ...]:
        """What the operator is told."""
        acted = self.app.act(number, text, address)
        if acted is None:
            raise Misplayed(f"there is no ticket {number}")
        self._settle()
        return acted.lines

    # --- what can be seen ---

    def received(self, address: str) -> list[Left]:
        return [left for left in self.left if left.recipient == address]

    def show(self, number: int) -> Mapping[str, object]:
        with self.house.database.read() as tx:
            ticket = tickets.load(tx, number)
            if ticket is None:
                raise Misplayed(f"there is no ticket {number}")
            mails, events = messages.of_ticket(tx, number), journal.of_ticket(tx, number)
        process = self.house.processes[ticket.process]
        labels = {n: process.say(s.label, process.language) for n, s in process.statuses.items()}
        return shown(ticket, labels, mails, events)

    def status(self) -> Mapping[str, int]:
        with self.house.database.read() as tx:
            return status.status(tx, self.clock.now)

    def faults(self) -> list[str]:
        """What may never be, whatever was played: the promises of docs/architecture.md."""
        numbers = self.status()
        found = [f"{numbers[name]} left in {name}" for name in ("inbox", "outbox") if numbers[name]]
        for finding in audit(self.house.database, self.clock.now):
            found += [f"{fault.id}: {fault.text}" for fault in finding.faults]
        found += self._made_again()
        staff = {p.address for p in self.house.people.persons.values() if p.staff}
        words = {w for p in self.house.processes.values() for w in _words(p.commands)}
        for left in self.left:
            own = staff | set(self.house.configuration.operators) | _finance(self.house)
            secret = own if left.recipient not in own else set()
            for fault in (*unsound(left, secret, words), *(self._foreign(left) if secret else ())):
                found.append(f"{left.header('Subject')} to {left.recipient}: {fault}")
        return found

    def _foreign(self, left: Left) -> Iterator[str]:
        """A signed address proves who writes by it: customers have their own alone. Staff have
        those in the original mails that they are given."""
        signed = [read(address.replace("%2B", "+")) for address in left.signed]
        with self.house.database.read() as tx:
            rows = [row for one in signed if one for row in tokens.find(tx, one.text[:HINT])]
        for row in rows:
            if row.address != left.recipient:
                yield f"holds a signed address of {row.address}"

    def _made_again(self) -> list[str]:
        """Every decision that is made once more, of the facts that were kept, is the same."""
        found: list[Object] = []
        processes = self.house.processes
        with self.house.database.read() as tx:
            for name in {desk.process for desk in self.house.desks.values()}:
                replay(tx, processes[name], processes, _nowhere, found.append, _nothing)
        return [f"made again it would differ: {difference}" for difference in found]

    # --- the loops, without their threads ---

    def _settle(self) -> None:
        """Everything that is due now is done."""
        for _ in range(_MOST):
            busy = self._processing.work() or self._timing.work() or self._listing.work()
            if not (self._deliver() or busy):
                break
        else:
            raise Misplayed("it never comes to rest")
        self._no_failure()

    def _deliver(self) -> bool:
        busy = self._delivering.work()
        for parcel in self.post.taken:
            self.left.append(self._left(parcel))
        self.post.taken.clear()
        return busy

    def _left(self, parcel: Parcel) -> Left:
        left = Left(parcel.sender, parcel.recipient, parcel.body, "")
        with self.house.database.read() as tx:
            of_it = messages.by_message_id(tx, left.header("Message-ID"))
        return replace(left, template=of_it[0].template or "" if of_it else "")

    def _no_failure(self) -> None:
        """The loops try again after a failure of their own; a scenario has none."""
        with self.house.database.read() as tx:
            for item in inbox.unfinished(tx, 1):
                raise AssertionError(f"a mail could not be handled: {item.last_error}")

    def _next_due(self) -> datetime | None:
        with self.house.database.read() as tx:
            moments = (timers.next_due(tx), leaving.next_due(tx), digests.next_due(tx))
        return min((moment for moment in moments if moment is not None), default=None)


_houses: dict[tuple[bytes, ...], House] = {}


def _loaded(home: Path) -> House:
    """Read once for all scenarios with the same files, since reading takes longer than playing."""
    files = tuple(path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file())
    if files not in _houses:
        _houses[files] = load_house(home)
    return _houses[files]


def _nowhere(_part: str, name: str) -> str:
    return name


def _nothing() -> None:
    """Nobody waits to be woken."""


def _words(commands: Mapping[str, object]) -> set[str]:
    found = set(commands)
    for spec in commands.values():
        aliases: Mapping[str, tuple[str, ...]] = getattr(spec, "alias", {})
        found |= {word.lower() for words in aliases.values() for word in words}
    return found


def _finance(house: House) -> set[str]:
    return {address for desk in house.desks.values() for address in desk.finance}
