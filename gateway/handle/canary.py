"""A mail that a desk sends to itself through the outside world, to see that mail finds its way."""

from __future__ import annotations

import re
from base64 import b32encode
from datetime import UTC, datetime, timedelta

from gateway.handle.letters import post
from gateway.handle.operators import on_no_ticket, tell_operators
from gateway.house import House
from gateway.reading import Unreadable
from gateway.values import ParsedMail
from rules.effects import QueueMail
from rules.model import Desk
from store import brakes, canaries
from store.database import Transaction

# Relays rewrite Message-IDs and envelopes, forwarders add words in front; the subject's code stays.
_CODE = re.compile(r"\bDeskpost canary ([a-z2-7]{26})\b", re.ASCII)


def send_canary(tx: Transaction, house: House, desk: Desk) -> bool:
    """Queues the canary of this slot of time; False where another process has done so."""
    watch, now = house.configuration.watch, house.clock()
    assert watch.canary is not None
    code = b32encode(house.random(16)).decode().lower()[:26]
    if not canaries.send(tx, desk.address, slot_of(now, watch.canary), code, now):
        return False
    to = watch.canary_to or desk.address
    post(on_no_ticket(tx, house, desk), QueueMail("canary", (to,), {"code": code}, internal=True))
    return True


def slot_of(now: datetime, seconds: int) -> datetime:
    """When the stretch of so many seconds began that `now` lies in; the same for every process."""
    at = int(now.timestamp())
    return datetime.fromtimestamp(at - at % seconds, UTC)


def is_canary(tx: Transaction, house: House, parsed: ParsedMail | Unreadable) -> bool:
    """Whether this mail is one that a desk has sent to itself; notes that it came back.

    Its code cannot be guessed, so that nobody else can make one.
    """
    if isinstance(parsed, Unreadable) or (found := _CODE.search(parsed.subject)) is None:
        return False
    address = canaries.returned(tx, found[1], house.clock())
    desk = house.desks.get(address or "")
    if desk is not None and brakes.untell(tx, _told(desk)):
        tell_operators(tx, house, desk, "canary returned", {"desk": desk.address})
    return address is not None


def tell_missing(tx: Transaction, house: House, since: datetime) -> None:
    """Tells the operators of desks whose canaries do not come back: once, until one does.

    `since` is when this process began: what came back while nobody listened is on its way still.
    """
    now = house.clock()
    patience = timedelta(seconds=house.configuration.watch.canary_patience)
    if now - since < patience:
        return
    for address, sent_at in canaries.miss(tx, now - patience, now).items():
        desk = house.desks.get(address)
        if desk is not None and brakes.tell_once(tx, _told(desk), now):
            details = {"desk": address, "sent": sent_at.isoformat(timespec="seconds")}
            tell_operators(tx, house, desk, "canary missing", details)


def _told(desk: Desk) -> str:
    return f"canary {desk.address}"
