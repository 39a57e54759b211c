"""Which reports of a mail's delivery are asked for (RFC 3461), where the relay knows of them.

Failures and delays, with the header alone: a failure is told to staff, a delay is noted. Success
is never asked for. What a mail that arrived starts (a time to approve by silence) counts from when
the relay took it, and a later failure stops it; and most servers report success only as far as the
next one, which says no more than the relay did.
"""

from __future__ import annotations

import re
import smtplib
from typing import Final

from gateway.delivery.values import Parcel

_LONGEST_ID: Final = 100
"""RFC 3461, 4.4."""
_ODD: Final = re.compile(r"[^\x21-\x2a\x2c-\x3c\x3e-\x7e]")


def returned(connection: smtplib.SMTP, parcel: Parcel) -> list[str]:
    """Of MAIL: what a report returns, and the name of the envelope that it tells."""
    if not _asks(connection, parcel):
        return []
    name = _xtext(parcel.message_id.strip("<>"))
    fits = name and parcel.message_id.isascii() and len(name) <= _LONGEST_ID
    return ["RET=HDRS", f"ENVID={name}"] if fits else ["RET=HDRS"]


def notify(connection: smtplib.SMTP, parcel: Parcel) -> list[str]:
    """Of RCPT: what is reported, and of which address, however it is forwarded."""
    if not _asks(connection, parcel):
        return []
    options = ["NOTIFY=FAILURE,DELAY"]
    if parcel.recipient.isascii():
        options.append(f"ORCPT=rfc822;{_xtext(parcel.recipient)}")
    return options


def _asks(connection: smtplib.SMTP, parcel: Parcel) -> bool:
    """A report of a mail with the null sender would go nowhere."""
    return bool(parcel.sender) and connection.has_extn("dsn")


def _xtext(text: str) -> str:
    """RFC 3461, 4."""
    return _ODD.sub(lambda found: f"+{ord(found[0]):02X}", text)
