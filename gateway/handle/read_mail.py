"""An arrival as it was read: its bytes parsed, its sender's proof taken; of no ticket yet."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.authentication import Authentication, authenticate
from gateway.configuration.settings import Trust
from gateway.house import House
from gateway.reading import Unreadable, parse
from gateway.values import Channel, Envelope, ParsedMail
from rules.model import Desk
from store import claims, mailboxes
from store.inbox import InboxItem


@dataclass(frozen=True, slots=True)
class ReadMail:
    """An arrival that was read, outside of any transaction: reading takes time."""

    item: InboxItem
    desk: Desk
    envelope: Envelope
    size: int
    parsed: ParsedMail | Unreadable
    authentication: Authentication

    @property
    def put_off(self) -> str:
        """Why it should be read another time: the machine was at fault; "" for nearly all."""
        parsed = self.parsed
        return parsed.reason if isinstance(parsed, Unreadable) and parsed.temporary else ""


def read(house: House, item: InboxItem, body: bytes) -> ReadMail | None:
    """Reads a mail; None where its desk is no desk any more."""
    desk = house.desks.get(item.desk)
    if desk is None:
        return None
    envelope = Envelope(
        channel=Channel(item.channel),
        mail_from=item.mail_from,
        rcpt_to=item.recipients,
        received_at=item.received_at,
        peer=item.peer,
        helo=item.helo,
    )
    list_ids = frozenset(d.list_id for d in house.desks.values() if d.list_id)
    parsed = _parsed(house, item, body, list_ids)
    authentication = Authentication()
    if not isinstance(parsed, Unreadable):
        trust, hops = _trusted(house, item)
        most = house.bounds.header_block
        authentication = authenticate(body, envelope, parsed, trust, hops=hops, header_block=most)
    return ReadMail(item, desk, envelope, len(body), parsed, authentication)


def _trusted(house: House, item: InboxItem) -> tuple[Trust, int]:
    """Whose stamps are believed, below how many Received: in a mailbox those of its hosting."""
    trust = house.configuration.trust
    if item.channel != Channel.IMAP:
        return trust, 0
    with house.database.read() as tx:
        name = mailboxes.name_of(tx, item.id)
    found = (box for box in house.configuration.mailboxes if str(box.url) == name)
    box = next(found, None)
    authserv_id = box.authserv_id if box else ""
    return trust.model_copy(update={"authserv_id": authserv_id}), box.trusted_hops if box else 0


def _parsed(
    house: House, item: InboxItem, body: bytes, list_ids: frozenset[str]
) -> ParsedMail | Unreadable:
    """What was in hand alone when a process ended may have ended it: it is read in a child.
    A child that dies over a mail dies of something else once, of the mail twice."""
    parsed: ParsedMail | Unreadable = Unreadable("it was not read")
    for _ in range(house.configuration.limits.deaths):
        alone = item.interruptions >= claims.SUSPECT
        parsed = parse(
            body, mail_from=item.mail_from, list_ids=list_ids, alone=alone, bounds=house.bounds
        )
        if isinstance(parsed, ParsedMail) or parsed.temporary:
            break
    return parsed
