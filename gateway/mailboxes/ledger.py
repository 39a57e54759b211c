"""What is on record of one mailbox, and the one way of its mails into the store."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from gateway.accept import arrivals
from gateway.configuration.settings import MailboxEntry
from gateway.handle.operators import tell_operators
from gateway.house import House
from gateway.intake.headers import field_values
from gateway.intake.imap_envelope import raw_mail
from gateway.intake.imap_reading import Taken, Unfiled
from gateway.intake.limits import Limits, disk_is_short
from gateway.routing import desk_of
from rules.model import Desk
from store import inbox, mailboxes
from store.database import Transaction
from store.errors import StoreError
from store.mailboxes import Entry, Mailbox

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=20)
"""A process that died gives its mailboxes to others after so long."""
RENEW = 5.0
"""Seconds after which the lease is prolonged."""
LASTS = timedelta(minutes=15)
"""What is not over after so long needs a person."""
STORE_REFUSED = "refused_by_store"


class StoreLedger:
    """A mailbox in the store, as one reader of it sees it (`LeasedLedger`)."""

    def __init__(
        self,
        house: Callable[[], House],
        entry: MailboxEntry,
        owner: str,
        stored: Callable[[], None],
        free_disk: Callable[[], int],
    ) -> None:
        self._house = house
        self._entry = entry
        self._owner = owner
        self._stored = stored
        self._free_disk = free_disk
        self._box: Mailbox | None = None
        self._uidvalidity = 0
        self._floor = 0
        self._held_at = 0.0
        self._told_of: datetime | None = None
        """Since when it failed, in the failure that the operators were told of."""
        self._log = log.bind(mailbox=str(entry.url))

    # --- whose it is ---

    def take(self) -> bool:
        house, name = self._house(), str(self._entry.url)
        now = house.clock()
        with house.database.transaction() as tx:
            self._box = mailboxes.lease(tx, name, self._owner, now, now + LEASE)
        self._uidvalidity = 0  # others may have read it meanwhile: the row says how far
        self._held_at = time.monotonic()
        return self._box is not None

    def release(self) -> None:
        with self._house().database.transaction() as tx:
            mailboxes.release(tx, self._id, self._owner)

    def hold(self) -> None:
        if time.monotonic() - self._held_at < RENEW:
            return
        house = self._house()
        with house.database.transaction() as tx:
            mailboxes.hold(tx, self._id, self._owner, house.clock() + LEASE)
        self._held_at = time.monotonic()

    def failed(self, text: str) -> None:
        house = self._house()
        with house.database.transaction() as tx:
            self._fail(tx, house, text)

    def _fail(self, tx: Transaction, house: House, text: str) -> None:
        """On record; the operators are told once where it lasts."""
        now = house.clock()
        since = mailboxes.failed(tx, self._id, self._owner, text, now)
        if now - since >= LASTS and self._told_of != since:
            details = {"mailbox": self._entry.url, "since": since, "error": text}
            tell_operators(tx, house, self._desk(), "mailbox_fails", details)
            self._told_of = since

    # --- how far it was read ---

    def begin(self, uidvalidity: int, uidnext: int | None) -> int:
        box = self._box
        assert box is not None
        known = self._uidvalidity or box.uidvalidity
        floor = self._floor if self._uidvalidity else box.floor
        if known != uidvalidity or (uidnext is not None and uidnext <= floor):
            if known is not None:
                self._log.warning("its mails are counted anew", before=known, now=uidvalidity)
            with self._house().database.transaction() as tx:
                mailboxes.begin(tx, self._id, self._owner, uidvalidity)
            floor = 0
        self._uidvalidity, self._floor = uidvalidity, floor
        return floor

    def new(self, uids: Sequence[int]) -> list[int]:
        if not uids:
            return []
        with self._house().database.read() as tx:
            known = mailboxes.known(tx, self._id, self._uidvalidity, self._floor)
        return [uid for uid in uids if uid not in known]

    def caught_up(self, floor: int, problem: str) -> None:
        house = self._house()
        with house.database.transaction() as tx:
            if problem:
                mailboxes.raise_floor(tx, self._id, self._owner, floor)
                self._fail(tx, house, problem)
            else:
                mailboxes.caught_up(tx, self._id, self._owner, floor, house.clock())
        self._floor = floor

    # --- its mails ---

    def keep(self, mails: Sequence[Taken]) -> None:
        try:
            self._keep(mails)
        except StoreError as error:
            if error.temporary:
                raise
            for mail in mails:
                self._keep_alone(mail)
        self._stored()

    def _keep_alone(self, mail: Taken) -> None:
        """What the store refuses for good is one mail's fault: the others are kept."""
        try:
            self._keep([mail])
        except StoreError as error:
            if error.temporary:
                raise
            self._log.error("not stored", uid=mail.uid, error=str(error))
            self.leave(mail.uid, len(mail.body), STORE_REFUSED, mail.body)

    def _keep(self, mails: Sequence[Taken]) -> None:
        house, desk = self._house(), self._desk()
        desks, now = {desk.address: desk}, house.clock()
        found = [
            arrival
            for mail in mails
            for arrival in arrivals(
                raw_mail(mail, desk.address, lambda a: desk_of(a, desks) is not None, now), desks
            )
        ]
        with house.database.transaction() as tx:
            mailboxes.hold(tx, self._id, self._owner, now + LEASE)
            receipts = inbox.arrive(tx, found)
            entries = [
                Entry(self._uidvalidity, mail.uid, len(mail.body), receipt.id)
                for mail, receipt in zip(mails, receipts, strict=True)
            ]
            mailboxes.record(tx, self._id, entries, now)
        self._log.info("mails taken", mails=len(mails), last_uid=mails[-1].uid)

    def leave(self, uid: int, size: int, reason: str, beginning: bytes) -> None:
        house = self._house()
        now = house.clock()
        details = {
            "mailbox": self._entry.url,
            "reason": reason,
            "size": size,
            "from": next(iter(field_values(beginning, "from")), ""),
            "subject": next(iter(field_values(beginning, "subject")), ""),
        }
        with house.database.transaction() as tx:
            mailboxes.hold(tx, self._id, self._owner, now + LEASE)
            entry = Entry(self._uidvalidity, uid, size, None, reason)
            mailboxes.record(tx, self._id, [entry], now)
            tell_operators(tx, house, self._desk(), "left_in_mailbox", details)
        self._log.warning("left in its mailbox", uid=uid, size=size, reason=reason)
        self._stored()

    def unfiled(self) -> list[Unfiled]:
        with self._house().database.read() as tx:
            found = mailboxes.unfiled(tx, self._id, self._uidvalidity)
        return [Unfiled(entry.uid, entry.reason is None) for entry in found]

    def filed(self, uids: Sequence[int]) -> None:
        house = self._house()
        with house.database.transaction() as tx:
            mailboxes.filed(tx, self._id, self._uidvalidity, uids, house.clock())

    def short_of_room(self) -> bool:
        configuration = self._house().configuration
        limits = Limits(free_disk=float(configuration.limits.free_disk))
        return disk_is_short(self._free_disk(), configuration.smtp.max_size, limits)

    @property
    def _id(self) -> int:
        assert self._box is not None
        return self._box.id

    def _desk(self) -> Desk:
        return self._house().desks[self._entry.desk]
