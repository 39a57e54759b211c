"""The loops of a running gateway, and the only readers of the clock.

Each works on what the store says is to do and knows nothing of the others; any number of
processes may run them on one PostgreSQL, since work is leased.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from gateway import child, measures
from gateway.handle.arrival import handle_mail
from gateway.handle.due import handle_timer
from gateway.handle.foretelling import foretell
from gateway.handle.hushed import tell_of_hushed
from gateway.handle.operators import tell_operators
from gateway.handle.read_mail import ReadMail, read
from gateway.house import House
from rules.model import Timer
from store import brakes, canaries, claims, evidence, holds, outbox, timers
from store.errors import Conflict, EvidenceUnavailable, StoreError, StoreUnavailable
from store.inbox import Disposition, InboxItem

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)
"""A process that died gives its work to others after so long."""
TOGETHER = 20
"""Mails that are claimed at once."""
TRIES = 5
"""After so many failures of our own, a mail is quarantined whole and the operators are told."""
SUSPECT = claims.SUSPECT
"""A mail over which so many processes ended is handled in a child, whose end says that it was the
mail: whatever else ends processes must never put a mail into quarantine."""
LONGEST = 240.0
"""Seconds that such a child may take."""
AGAIN = 8
"""How often a decision is made again at once because another one was first."""
QUIET = 0.5
"""Seconds between looks at the store while nothing is to do."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class Loop:
    """Runs `work` in a thread until it is stopped; at once again while there is something to do.

    `work` says whether it did something. Whatever it raises is logged, and it goes on: a database
    that is away comes back by itself.
    """

    def __init__(self, name: str, work: Callable[[], bool], pause: float = QUIET) -> None:
        self._work = work
        self._pause = pause
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._log = log.bind(loop=name)
        self._since: float | None = None
        self.name = name
        self.failures = 0
        """How often in a row the work failed by now."""

    @property
    def alive(self) -> bool:
        """Not ended: one that has yet to begin is alive too."""
        return self._thread.ident is None or self._thread.is_alive()

    @property
    def busy_for(self) -> float:
        """Seconds since the present work began; 0 between two."""
        since = self._since
        return time.monotonic() - since if since is not None else 0.0

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """There is something to do now."""
        self._wake.set()

    def stop(self) -> None:
        """Ends after the work at hand."""
        self._stopping.set()
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            if not self._once():
                self._wake.wait(max(self._pause, min(self._pause * 2**self.failures, 10.0)))

    def _once(self) -> bool:
        self._since = time.monotonic()
        try:
            busy, self.failures = self._work(), 0
        except Exception as error:  # noqa: BLE001 - nothing may end the loop
            busy, self.failures = False, self.failures + 1
            self._failed(error)
        finally:
            self._since = None
        return busy

    def _failed(self, error: Exception) -> None:
        measures.failed(self.name)
        if isinstance(error, StoreError):
            self._log.error("the store is away, trying again", error=str(error))
        else:
            self._log.exception("failed, trying again")


class Processing:
    """Takes arrived mails and handles them, each in one transaction."""

    def __init__(
        self,
        house: Callable[[], House],
        owner: str,
        done: Callable[[], None],
        home: Path | None = None,
    ) -> None:
        """`home` is what a child reads; without it there are none."""
        self._house = house
        self._owner = owner
        self._done = done
        self._home = home
        self._left = False
        """Mails of the last group may still be ours."""
        self._failing = 0
        """The mail over which the store went away."""

    def work(self) -> bool:
        """Handles some mails; whether there were any. Raises StoreError where the store is away."""
        house = self._house()
        if self._left:
            self._hand_back(house)
        self._left = True
        with house.database.transaction() as tx:
            items = claims.claim(tx, self._owner, house.clock(), LEASE, TOGETHER)
        since = house.clock()
        for item in items:
            if house.clock() - since > LEASE / 3:
                since = self._renew(house)
            self.one(house, item)
        self._left = False
        if items:
            self._done()
        return bool(items)

    def _hand_back(self, house: House) -> None:
        """The store went away over a group of mails: nobody has to wait for the lease of it."""
        with house.database.transaction() as tx:
            claims.hand_back(tx, self._owner)
        self._left = False

    def _renew(self, house: House) -> datetime:
        """A hostile mail may take long; the others of the group stay ours meanwhile."""
        now = house.clock()
        with house.database.transaction() as tx:
            claims.renew(tx, self._owner, now + LEASE)
        return now

    def one(self, house: House, item: InboxItem) -> None:
        """Handles a mail that the owner has in hand. Raises StoreError where the store is away."""
        try:
            if item.attempts > TRIES + item.interruptions:
                self._give_up(house, item, "could not be handled")
            elif self._home and item.interruptions >= SUSPECT:
                self._in_a_child(house, item, self._home)
            else:
                self._read_and_handle(house, item)
        except EvidenceUnavailable:
            raise  # however long it lasts: no mail is to blame for it
        except StoreError as error:
            if error.temporary and self._failing != item.id:
                self._failing = item.id
                raise
            self._postpone(house, item, str(error))
        except Exception as error:
            log.exception("a mail could not be handled", inbox=item.id)
            self._postpone(house, item, f"{type(error).__name__}: {error}")

    def _read_and_handle(self, house: House, item: InboxItem) -> None:
        with house.database.read() as tx:
            body = evidence.get(tx, item.raw)
        mail = read(house, item, body)
        if mail is None:
            self._no_desk(house, item)
        elif mail.put_off:
            self._postpone(house, item, mail.put_off)
        else:
            self._handle(house, mail)

    def _in_a_child(self, house: House, item: InboxItem, home: Path) -> None:
        """A child that ends by itself has settled the mail or put it off."""
        log.warning("handled in a child: processes ended over it", inbox=item.id)
        words = (str(home), str(item.id), self._owner)
        code = child.run("gateway.alone", words, LONGEST, lambda: self._renew(house), LEASE / 3)
        if code == os.EX_TEMPFAIL:
            raise StoreUnavailable(f"the child of inbox {item.id} could not reach the store")
        if code != 0:
            self._postpone(house, item, f"the process that handled it ended with {code}")

    def _handle(self, house: House, mail: ReadMail) -> None:
        for attempt in range(AGAIN):
            try:
                with house.database.transaction() as tx:
                    outcome = handle_mail(tx, house, self._owner, mail)
            except Conflict:
                if attempt == AGAIN - 1:
                    raise
                continue
            measures.handled(mail.item.received_at, house.clock())
            number = outcome.ticket.number if outcome.ticket else None
            log.info("handled", inbox=mail.item.id, desk=mail.item.desk, ticket=number)
            return

    def _postpone(self, house: House, item: InboxItem, why: str) -> None:
        until = house.clock() + timedelta(seconds=5 * 2 ** min(item.attempts, 10))
        with house.database.transaction() as tx:
            claims.postpone(tx, item.id, self._owner, until, why[:500])

    def _give_up(self, house: House, item: InboxItem, reason: str) -> None:
        """Our own fault, again and again: the mail waits for a person, whole."""
        now = house.clock()
        with house.database.transaction() as tx:
            claims.settle(tx, item.id, self._owner, now, Disposition.QUARANTINED, reason)
            desk = house.desks.get(item.desk)
            if desk is not None:
                details = {"id": item.id, "reason": reason, "error": item.last_error or ""}
                tell_operators(tx, house, desk, "quarantined", details)

    def _no_desk(self, house: House, item: InboxItem) -> None:
        now = house.clock()
        with house.database.transaction() as tx:
            reason = "its desk is no longer configured"
            claims.settle(tx, item.id, self._owner, now, Disposition.QUARANTINED, reason)


class Timing:
    """Fires the timers that are due, each once and in order."""

    def __init__(self, house: Callable[[], House], done: Callable[[], None]) -> None:
        self._house = house
        self._done = done

    def work(self) -> bool:
        house = self._house()
        fired = False
        while self._next(house):
            fired = True
        if fired:
            self._done()
        return fired

    def _next(self, house: House) -> bool:
        """One timer in one transaction; one that fails waits, and holds up no other."""
        number, timer = 0, None
        try:
            with house.database.transaction() as tx:
                due = timers.claim_due(tx, house.clock(), 1)
                for number, timer in due:
                    handle_timer(tx, house, number, timer)
            for number, timer in due:
                log.info("timer fired", ticket=number, timer=timer.name)
        except StoreError as error:
            away = error.temporary and not isinstance(error, EvidenceUnavailable)
            if away or timer is None:
                raise
            self._postpone(house, number, timer, error)
        except Exception as error:
            if timer is None:
                raise
            log.exception("a timer could not be fired", ticket=number, timer=timer.name)
            self._postpone(house, number, timer, error)
        return timer is not None

    def _postpone(self, house: House, number: int, timer: Timer, error: Exception) -> None:
        until = house.clock() + timedelta(minutes=5)
        with house.database.transaction() as tx:
            timers.postpone(tx, number, timer.name, until, str(error)[:500])


class Housekeeping:
    """What is over is forgotten: answers that no brake counts, questions that nobody answered.
    What a clock that was set back would keep waiting is due, secrets that end are foretold, and
    staff hear the number of what they were not told one by one."""

    def __init__(self, house: Callable[[], House], done: Callable[[], None]) -> None:
        self._house = house
        self._done = done

    def work(self) -> bool:
        house = self._house()
        now = house.clock()
        with house.database.transaction() as tx:
            holds.expire(tx, now)
            brakes.prune(tx, now - timedelta(days=2))
            canaries.prune(tx, now - timedelta(days=30))
            foretell(tx, house)
            brought = claims.bring_back(tx, now), outbox.bring_back(tx, now)
            late = sum(brought) + timers.bring_back(tx, now) + brakes.bring_back(tx, now)
            told = tell_of_hushed(tx, house)
        if told:
            self._done()
        if late:
            log.warning("the clock was set back: what waited for it is due", rows=late)
        return False


class MovingOut:
    """Moves mails from the database to the place outside of it: those that were sent, parts of
    those that arrived, and all that are there from before the place was configured."""

    def __init__(self, house: Callable[[], House]) -> None:
        self._house = house
        # Several processes begin at different names, and so seldom move the same.
        self._after = secrets.token_hex(4)

    def work(self) -> bool:
        """Some, in the order of their names, and then from the beginning again."""
        self._after = evidence.move_out(self._house().database, self._after)
        return bool(self._after)
