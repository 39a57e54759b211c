"""Reading one mailbox over one connection: what is new is taken in, then the server is told.

A mail is durable and on record in one transaction before the server hears of it. Whatever ends in
between is found unfiled the next time; whatever comes again is known by its key or its content.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog
from imapclient import IMAPClient

from gateway.intake import imap_folder
from gateway.intake.imap_connection import Account, Away
from gateway.intake.imap_folder import PIECE, Refused, Selected, Waiting

log = structlog.get_logger(__name__)

TOGETHER = 64
"""Mails that are fetched at once and share a commit, at the most."""
TOGETHER_SIZE = 4 * PIECE
"""Octets of them, at the most."""
FILED = 500
"""Mails that are flagged or moved at once: of a large folder, each move costs the server a scan."""
TRIES = 5
"""So often may a server fail to give a mail, before the mail is left to people."""

TOO_LARGE = "too_large"
UNFETCHABLE = "unfetchable"

_large = threading.Semaphore(1)
"""Large mails are stored one at a time, whichever mailbox they are of: each is whole in memory."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail, whole, from its mailbox."""

    uid: int
    body: bytes
    arrived_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unfiled:
    """A mail on record that the server has not been told of. `done`: it is durable here."""

    uid: int
    done: bool


class Ledger(Protocol):
    """What is on record of one mailbox. Every call is durable when it returns.

    All raise StoreError; LeaseLost is one, and means that somebody else reads this mailbox now.
    """

    def begin(self, uidvalidity: int, uidnext: int | None) -> int:
        """The folder was opened: up to which UID no mail is new."""
        ...

    def new(self, uids: Sequence[int]) -> list[int]:
        """Those that are not on record, in their order."""
        ...

    def keep(self, mails: Sequence[Taken]) -> None:
        """They are durable and on record."""
        ...

    def leave(self, uid: int, size: int, reason: str, beginning: bytes) -> None:
        """It stays on the server, on record, and the operators are told."""
        ...

    def unfiled(self) -> Sequence[Unfiled]: ...

    def filed(self, uids: Sequence[int]) -> None: ...

    def caught_up(self, floor: int, problem: str) -> None:
        """No mail up to this UID is new any more; `problem`: what a person should see to."""
        ...

    def hold(self) -> None:
        """We are still at it; to be called every few seconds."""
        ...

    def short_of_room(self) -> bool:
        """Whether the disk is too full for another mail."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds."""

    look: float = 120
    """At the most between looks, whatever the server announces: some stop announcing (Exchange
    Online), and one that hangs in IDLE is noticed by nothing else."""
    poll: float = 30
    """Between looks where the server does not announce (RFC 2177), or there is no room."""
    slice: float = 1
    """How soon a wait notices that it is to end."""


class Reading:
    """A mailbox over a connection that is signed in."""

    def __init__(
        self,
        client: IMAPClient,
        account: Account,
        ledger: Ledger,
        stopping: Callable[[], bool],
        *,
        max_size: int,
        pace: Pace,
    ) -> None:
        self._client = client
        self._account = account
        self._ledger = ledger
        self._stopping = stopping
        self._max_size = max_size
        self._pace = pace
        self._folders: dict[bool, str | None] = {
            done: imap_folder.prepare(client, name) if name else None
            for done, name in ((True, account.done), (False, account.quarantine))
        }
        self._refusals: dict[int, int] = {}
        self._problem = ""

    # --- one look ---

    def look(self) -> bool:
        """Takes in what is new; whether there was any. Raises Away, StoreError."""
        folder = imap_folder.select(self._client, self._account.server.folder)
        floor = self._ledger.begin(folder.uidvalidity, folder.uidnext)
        self._problem = ""
        self._file()
        uids = imap_folder.above(self._client, folder, floor)
        left = self._take_in(self._ledger.new(uids))
        self._ledger.caught_up(floor_of(folder, uids, left, floor), self._problem)
        return bool(uids) and not left

    def _take_in(self, uids: Sequence[int]) -> list[int]:
        """Whatever could not be taken in now."""
        left: list[int] = []
        dealt = 0
        for waiting in imap_folder.weighed(self._client, uids):
            for group in groups(waiting):
                if self._stopping() or self._no_room():
                    return left + list(uids[dealt:])
                left += self._take(group)
                dealt = uids.index(group[-1].uid, dealt) + 1
            self._file()
        return left

    def _no_room(self) -> bool:
        if not self._ledger.short_of_room():
            return False
        self._problem = "there is no room on the disk for another mail"
        log.error("out of disk", mailbox=str(self._account))
        return True

    def _take(self, group: Sequence[Waiting]) -> list[int]:
        """Some mails in one commit; gives back those that the server did not give."""
        self._ledger.hold()
        large = [mail for mail in group if mail.size > self._max_size]
        for mail in large:
            self._leave(mail, TOO_LARGE)
        group = [mail for mail in group if mail not in large]
        if not group:
            return []
        try:
            begun = imap_folder.beginnings(self._client, [mail.uid for mail in group])
        except Refused as refused:
            if len(group) > 1:
                return [uid for mail in group for uid in self._take([mail])]
            return self._refused(group[0], refused)
        whole = {uid for uid, body in begun.items() if len(body) < PIECE}
        taken = [Taken(m.uid, begun[m.uid], m.arrived_at) for m in group if m.uid in whole]
        if taken:
            self._ledger.keep(taken)
        longer = [mail for mail in group if mail.uid in begun.keys() - whole]
        return [uid for mail in longer for uid in self._take_large(mail, begun.pop(mail.uid))]

    def _take_large(self, mail: Waiting, beginning: bytes) -> list[int]:
        """In pieces, to disk; in memory only once all of it is here and its turn has come."""
        with tempfile.TemporaryFile() as spool:
            size = spool.write(beginning)
            try:
                for piece in imap_folder.pieces(self._client, mail.uid, size):
                    size += spool.write(piece)
                    self._ledger.hold()
                    if size > self._max_size:
                        self._leave(mail, TOO_LARGE)
                        return []
            except Refused as refused:
                return self._refused(mail, refused)
            spool.seek(0)
            with _large:
                self._ledger.keep([Taken(mail.uid, spool.read(), mail.arrived_at)])
        return []

    def _refused(self, mail: Waiting, refused: Refused) -> list[int]:
        """A mail that the server cannot give holds up no other; in the end people look at it."""
        times = self._refusals[mail.uid] = self._refusals.get(mail.uid, 0) + 1
        log.warning("not given", mailbox=str(self._account), uid=mail.uid, error=str(refused))
        if times < TRIES:
            self._problem = f"the server does not give the mail of UID {mail.uid}: {refused}"
            return [mail.uid]
        self._leave(mail, UNFETCHABLE)
        return []

    def _leave(self, mail: Waiting, reason: str) -> None:
        beginning = imap_folder.header(self._client, mail.uid)
        self._ledger.leave(mail.uid, mail.size, reason, beginning)

    def _file(self) -> None:
        """Tells the server of all that is on record. What it refuses is tried at the next look."""
        waiting = self._ledger.unfiled()
        for done in (True, False):
            uids = [mail.uid for mail in waiting if mail.done is done]
            for start in range(0, len(uids), FILED):
                some = uids[start : start + FILED]
                self._ledger.hold()
                try:
                    imap_folder.file(self._client, some, self._folders[done], done=done)
                except Refused as refused:
                    self._problem = f"mails cannot be flagged or moved: {refused}"
                    log.warning("not filed", mailbox=str(self._account), error=str(refused))
                    return
                self._ledger.filed(some)

    # --- between looks ---

    def wait(self) -> None:
        """Until there is something new, or it is time to look anyhow. Raises Away, StoreError."""
        if self._problem or not self._client.has_capability("IDLE"):
            self._sleep(self._pace.poll)
        else:
            self._idle()

    def _sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self._stopping():
            time.sleep(min(left, self._pace.slice))
            self._ledger.hold()

    def _idle(self) -> None:
        end = time.monotonic() + self._pace.look
        self._client.idle()
        while (left := end - time.monotonic()) > 0 and not self._stopping():
            wait = min(left, self._pace.slice)
            before = time.monotonic()
            announced = self._client.idle_check(timeout=wait)
            if any(answer[0] == b"BYE" for answer in announced):
                raise Away(f"{self._account.server.host} hung up: {announced[-1][1]!r}")
            if any(b"EXISTS" in answer[:2] for answer in announced):
                break
            if not announced and time.monotonic() - before < wait / 2:
                break  # imapclient does not say that the server is gone; DONE will show
            self._ledger.hold()
        self._client.idle_done()


def groups(waiting: Sequence[Waiting]) -> Iterator[list[Waiting]]:
    """In order, few and light enough to be in memory together; a large one is alone."""
    group: list[Waiting] = []
    size = 0
    for mail in waiting:
        weight = min(mail.size, TOGETHER_SIZE)
        if group and (len(group) == TOGETHER or size + weight > TOGETHER_SIZE):
            yield group
            group, size = [], 0
        group.append(mail)
        size += weight
    if group:
        yield group


def floor_of(folder: Selected, uids: Sequence[int], left: Sequence[int], floor: int) -> int:
    """The UID up to which all is dealt with."""
    if left:
        return min(left) - 1
    return folder.uidnext - 1 if folder.uidnext else max(uids, default=floor)
