"""Takes what is due from the outbox, sends it, and keeps what came of it.

What a group of mails came to is kept in one transaction; what will never be delivered, and whoever
is told so, in one of its own.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import structlog

from gateway import measures
from gateway.configuration.secrets import password
from gateway.configuration.settings import Configuration
from gateway.configuration.urls import Maildir, Server
from gateway.delivery.connecting import Relay
from gateway.delivery.leases import LEASE, renewed
from gateway.delivery.maildir import MaildirSender
from gateway.delivery.retry import pause
from gateway.delivery.submission import SmtpSender
from gateway.delivery.values import Failed, Parcel, Result, Sender, Sent, Unreachable
from gateway.delivery.wayout import WayOut
from gateway.handle.closed_way import note_closed, note_open
from gateway.handle.delivered import counted, tell_delivered
from gateway.handle.undelivered import tell_undelivered
from gateway.house import House
from gateway.signin.tokens import Tokens
from store import evidence, outbox
from store.database import Transaction
from store.errors import (
    Conflict,
    EvidenceAltered,
    EvidenceMissing,
    EvidenceUnavailable,
    LeaseLost,
    StoreError,
)
from store.outbox import OutboxItem

log = structlog.get_logger(__name__)

MOST = 20
"""Mails that a thread claims at once while there are many."""
READ_TOGETHER = 4_000_000
"""Octets of mails that a thread reads at once."""
SETTLED = 0.5
"""Seconds that the news of a sent mail may wait for those of others."""
AGAIN = 8
"""How often a failure is told again at once because another change was first."""


def sender_of(house: House, tokens: Tokens) -> Sender:
    """The way out that the configuration names."""
    url = house.configuration.delivery.url
    if isinstance(url, Maildir):
        return MaildirSender(url.path)
    return SmtpSender(relay_of(house.configuration, url, tokens))


def relay_of(configuration: Configuration, url: Server, tokens: Tokens) -> Relay:
    """The relay at `url`, and how we sign in to it."""
    delivery, client = configuration.delivery, configuration.client(configuration.delivery)
    return Relay(
        host=url.host,
        port=url.port,
        hostname=next(iter(configuration.desks.values())).domain,
        tls=url.tls,
        user=url.user,
        password=lambda: password(delivery, tokens.environ),
        tokens=tokens.of(client, url.user) if client and url.user else None,
        context=lambda: ssl.create_default_context(cafile=delivery.ca_file),
    )


def deliverers(
    house: Callable[[], House], owner: str, number: int, tokens: Tokens
) -> list[Delivering]:
    """As many threads' worth of delivery; they learn together that the way out is closed."""
    way = WayOut(time.monotonic)
    return [
        Delivering(house, f"{owner}-{n}", sender_of(house(), tokens), way)
        for n in range(1, number + 1)
    ]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one mail, not yet kept."""

    item: OutboxItem
    result: Sent | Failed


class Delivering:
    """One thread's worth of delivery: `work` is called again and again, by one thread."""

    def __init__(
        self, house: Callable[[], House], owner: str, sender: Sender, way: WayOut | None = None
    ) -> None:
        self._house = house
        self._owner = owner
        self._sender = sender
        self._way = way or WayOut(time.monotonic)
        self._together = 1
        self._outcomes: list[Outcome] = []
        self._since = 0.0
        self._stopping = threading.Event()
        self._idle = threading.Event()
        self._idle.set()

    def work(self) -> bool:
        """Sends some of what is due; whether there was any. Raises StoreError."""
        self._idle.clear()
        try:
            return not self._stopping.is_set() and self._work(self._house())
        finally:
            self._idle.set()

    def end(self, seconds: float) -> None:
        """Called by another thread: no more mails are begun, and the one on its way has so long."""
        self._stopping.set()
        if not self._idle.wait(seconds):
            self._sender.abort()
            self._idle.wait()
        self._sender.close()

    def _work(self, house: House) -> bool:
        self._settle(house)  # what the store could not take the last time
        items = self._claim(house) if self._way.open else []
        if not items:
            self._sender.rest()
            return False
        with renewed(house, self._owner):
            try:
                tried = self._send_all(house, items)
            finally:
                self._settle(house)
            self._hand_back(house, items[tried:])
        return tried > 0

    def _claim(self, house: House) -> list[OutboxItem]:
        """The more at once, the more there are: others shall have some too."""
        with house.database.read() as tx:
            if not outbox.due(tx, house.clock()):
                return []
        with house.database.transaction() as tx:
            items = outbox.claim(tx, self._owner, house.clock(), LEASE, self._together)
        full = len(items) == self._together
        self._together = min(2 * self._together, MOST) if full else max(len(items), 1)
        return items

    # --- sending ---

    def _send_all(self, house: House, items: Sequence[OutboxItem]) -> int:
        """How many were tried; the others have to wait."""
        for tried, (item, body) in enumerate(self._bodies(house, items)):
            if self._stopping.is_set():
                return tried
            result = body if isinstance(body, Failed) else self._send(item, body)
            if isinstance(result, Unreachable):
                if self._way.closed(result):
                    note_closed(house, result.text, needs_person=result.answered)
                self._together = 1
                return tried
            self._note(house, Outcome(item, result))
        return len(items)

    def _bodies(
        self, house: House, items: Sequence[OutboxItem]
    ) -> Iterator[tuple[OutboxItem, bytes | Failed]]:
        """Each mail with its bytes, or why they cannot be read; read some at once."""
        at = 0
        while at < len(items):
            read: list[bytes | Failed] = []
            with house.database.read() as tx:
                while at + len(read) < len(items) and _size(read) < READ_TOGETHER:
                    read.append(_body(tx, items[at + len(read)]))
            yield from zip(items[at:], read, strict=False)
            at += len(read)

    def _send(self, item: OutboxItem, body: bytes) -> Result:
        again = item.attempts > 1 or item.interruptions > 0
        try:
            parcel = Parcel(item.envelope_from, item.recipient, body, again, item.message_id)
            return self._sender.send(parcel)
        except Exception as error:  # a fault of ours holds up this mail alone
            log.exception("a mail could not be sent", outbox=item.id)
            self._sender.close()
            return Failed(False, "4.3.0", f"{type(error).__name__}: {error}")

    # --- what came of it ---

    def _note(self, house: House, outcome: Outcome) -> None:
        item, result = outcome.item, outcome.result
        sent = isinstance(result, Sent)
        log.info(
            "delivered" if sent else "not delivered",
            outbox=item.id,
            ticket=item.ticket,
            to=item.recipient,
            status=result.status,
            **({} if isinstance(result, Sent) else {"error": result.text}),
        )
        if sent:
            if self._way.worked():
                note_open(house)
            measures.delivered(item.arrived_at, house.clock())
        else:
            measures.not_delivered(hopeless=_is_hopeless(house, outcome))
        if not self._outcomes:
            self._since = time.monotonic()
        self._outcomes.append(outcome)
        if time.monotonic() - self._since > SETTLED:
            self._settle(house)

    def _settle(self, house: House) -> None:
        """Keeps what came of mails; what could not be kept is tried again before the next ones."""
        sent = [o.item for o in self._outcomes if isinstance(o.result, Sent)]
        timed = counted(house, sent)
        alone = [o for o in self._outcomes if o.item.id in timed or _is_hopeless(house, o)]
        others = [o for o in self._outcomes if o not in alone]
        if others:
            with house.database.transaction() as tx:
                for outcome in others:
                    self._keep(tx, house, outcome)
            self._outcomes = alone
        for outcome in alone:
            self._tell(house, outcome)
            self._outcomes = self._outcomes[1:]

    def _keep(self, tx: Transaction, house: House, outcome: Outcome) -> None:
        item, result = outcome.item, outcome.result
        try:
            if isinstance(result, Sent):
                outbox.sent(tx, item.id, self._owner, house.clock(), result.status)
                return
            chance = int.from_bytes(house.random(2)) / 65_535
            until = min(house.clock() + pause(item.attempts, chance), item.give_up_at)
            outbox.postpone(tx, item.id, self._owner, until, result.status, result.text)
        except LeaseLost as error:
            log.warning("delivered by another one too", outbox=item.id, error=str(error))

    def _tell(self, house: House, outcome: Outcome) -> None:
        """With its ticket told what became of it; if that breaks, without."""
        for _ in range(AGAIN):
            try:
                with house.database.transaction() as tx:
                    self._end(tx, house, outcome)
                    if isinstance(outcome.result, Sent):
                        tell_delivered(tx, house, outcome.item)
                    else:
                        tell_undelivered(tx, house, outcome.item, outcome.result.text)
                return
            except LeaseLost:
                return
            except Conflict:
                continue
            except StoreError:
                raise
            except Exception:
                log.exception("nobody could be told what became of a mail", outbox=outcome.item.id)
                break
        with house.database.transaction() as tx:
            self._end(tx, house, outcome)

    def _end(self, tx: Transaction, house: House, outcome: Outcome) -> None:
        item, result, now = outcome.item, outcome.result, house.clock()
        if isinstance(result, Sent):
            outbox.sent(tx, item.id, self._owner, now, result.status)
        else:
            outbox.fail(tx, item.id, self._owner, now, result.status, result.text)

    def _hand_back(self, house: House, items: Sequence[OutboxItem]) -> None:
        """Mails that were not tried: no attempt is counted, but their time may be over."""
        now = house.clock()
        late = [item for item in items if item.give_up_at <= now and not self._stopping.is_set()]
        text = "nobody could be reached who would have taken it"
        self._outcomes += [Outcome(item, Failed(True, "4.4.1", text)) for item in late]
        self._settle(house)
        if len(late) < len(items):
            with house.database.transaction() as tx:
                outbox.hand_back(tx, self._owner)


def _is_hopeless(house: House, outcome: Outcome) -> bool:
    result = outcome.result
    if isinstance(result, Sent):
        return False
    return result.permanent or house.clock() >= outcome.item.give_up_at


def _body(tx: Transaction, item: OutboxItem) -> bytes | Failed:
    try:
        return evidence.get(tx, item.raw)
    except EvidenceUnavailable as error:
        return Failed(False, "4.3.0", f"the bytes of outbox {item.id} cannot be read now: {error}")
    except (EvidenceMissing, EvidenceAltered) as error:
        log.error("a mail has lost its bytes", outbox=item.id, error=str(error))
        text = f"the bytes of outbox {item.id} are missing from the evidence, or altered"
        return Failed(True, "5.3.0", text)


def _size(bodies: Sequence[bytes | Failed]) -> int:
    return sum(len(body) for body in bodies if isinstance(body, bytes))
