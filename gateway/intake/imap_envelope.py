"""The envelope of a mail out of a mailbox, which has none: no peer, recipients by its header."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from gateway.intake.addresses import addresses_in
from gateway.intake.headers import envelope_sender, field_values
from gateway.intake.imap_reading import Taken
from gateway.values import Channel, Envelope, RawMail

_DELIVERED = ("delivered-to", "x-original-to")


def raw_mail(mail: Taken, desk: str, ours: Callable[[str], bool], now: datetime) -> RawMail:
    """A mail of a mailbox that is read for a desk; `ours` tells the desk's addresses.

    It arrived when it reached the mailbox: an answer's delay, and the key of a mail that names
    neither date nor itself, count from there.
    """
    arrived = mail.arrived_at if mail.arrived_at and mail.arrived_at.tzinfo else now
    envelope = Envelope(
        channel=Channel.IMAP,
        mail_from=envelope_sender(mail.body),
        rcpt_to=recipients(mail.body, desk, ours),
        received_at=min(arrived, now),
    )
    return RawMail(envelope, mail.body)


def recipients(body: bytes, desk: str, ours: Callable[[str], bool]) -> tuple[str, ...]:
    """The desk's addresses with a token by Delivered-To, else by To, else the desk's own.

    Hosted mailboxes often deliver to the account's name, and what was written to is in To alone.
    """
    for names in (_DELIVERED, ("to",)):
        values = (value for name in names for value in field_values(body, name))
        found = (address for value in values for address in addresses_in(value))
        signed = [a for a in found if "+" in a.partition("@")[0] and ours(a)]
        if signed:
            return tuple(dict.fromkeys(signed))
    return (desk,)
