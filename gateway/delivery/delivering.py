"""Takes what is due from the outbox and sends it; what came of it is kept in one transaction."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta

import structlog

from gateway.configuration.secrets import password
from gateway.configuration.urls import Maildir
from gateway.delivery.maildir import MaildirSender
from gateway.delivery.retry import pause
from gateway.delivery.submission import Relay, SmtpSender
from gateway.delivery.values import Failed, Parcel, Sender, Sent
from gateway.handle.undelivered import tell_undelivered
from gateway.house import House
from store import evidence, outbox
from store.database import Transaction
from store.outbox import OutboxItem

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=15)
"""Longer than a slow server may take for one mail, so that no second process sends it meanwhile."""
TOGETHER = 1
"""A thread claims one at a time: another one may have the next."""


def sender_of(house: House) -> Sender:
    """The way out that the configuration names."""
    delivery = house.configuration.delivery
    url = delivery.url
    if isinstance(url, Maildir):
        return MaildirSender(url.path)
    desk = next(iter(house.desks.values()))
    return SmtpSender(
        Relay(
            host=url.host,
            port=url.port,
            hostname=desk.domain,
            tls=url.tls,
            user=url.user,
            password=lambda: password(delivery, os.environ),
        )
    )


class Delivering:
    """One thread's worth of delivery, by the way out that the configuration names unless given."""

    def __init__(
        self, house: Callable[[], House], owner: str, sender: Sender | None = None
    ) -> None:
        self._house = house
        self._owner = owner
        self._sender = sender or sender_of(house())

    def work(self) -> bool:
        """Sends what is due, one mail; whether there was one. Raises StoreError."""
        house = self._house()
        with house.database.read() as tx:
            if not outbox.due(tx, house.clock()):
                return False
        with house.database.transaction() as tx:
            items = outbox.claim(tx, self._owner, house.clock(), LEASE, TOGETHER)
        for item in items:
            self._one(house, item)
        return bool(items)

    def _one(self, house: House, item: OutboxItem) -> None:
        with house.database.read() as tx:
            body = evidence.get(tx, item.raw)
        result = self._sender.send(Parcel(item.envelope_from, item.recipient, body))
        log.info(
            "delivered" if isinstance(result, Sent) else "not delivered",
            outbox=item.id,
            ticket=item.ticket,
            to=item.recipient,
            status=result.status,
        )
        with house.database.transaction() as tx:
            now = house.clock()
            if isinstance(result, Sent):
                outbox.sent(tx, item.id, self._owner, now, result.status)
            elif result.permanent or now >= item.give_up_at:
                outbox.fail(tx, item.id, self._owner, now, result.status, result.text)
                tell_undelivered(tx, house, item, result.text)
            else:
                self._later(tx, house, item, result)

    def _later(self, tx: Transaction, house: House, item: OutboxItem, result: Failed) -> None:
        chance = int.from_bytes(house.random(2)) / 65_535
        until = house.clock() + pause(item.attempts, chance)
        outbox.postpone(tx, item.id, self._owner, until, result.status, result.text)
