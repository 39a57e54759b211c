"""The subject of a ticket's mails: `[#88] Printer broken`, once, whatever came before."""

from __future__ import annotations

import re

from gateway.render.cleaning import clean, one_line

LONGEST = 200
"""Characters; longer subjects are cut, mail clients show fewer."""

_PREFIX = re.compile(
    r"(?:re|aw|antw|antwort|sv|vs|odp|odpověď|rép|fwd?|wg|tr|doorst|přep|přeposláno)"
    r"(?:\s?\[\d{1,3}\]|\s?\(\d{1,3}\))?\s?[:：]\s*",
    re.IGNORECASE,
)
"""Answer and forward marks of mail clients: Re, AW, Antw, SV, TR, WG …"""


def bare_subject(subject: str, number: int = 0) -> str:
    """`subject` on one line without answer marks and without the mark of ticket `number`.

    The marks of other tickets stay: they are words of the sender's. Linear in its length.
    """
    rest = one_line(clean(subject))
    own = f"[#{number}]"
    at = 0
    while True:
        mark = _PREFIX.match(rest, at)
        if mark:
            at = mark.end()
        elif number and rest.startswith(own, at):
            at += len(own)
        elif rest.startswith(" ", at):
            at += 1
        else:
            break
    return one_line(rest[at:].replace(own, "") if number else rest[at:])


def ticket_subject(number: int, subject: str) -> str:
    """The subject of every mail of the ticket, the same each time so that clients thread them."""
    return f"[#{number}] {shortened(bare_subject(subject, number))}".rstrip()


def shortened(subject: str) -> str:
    """`subject` cut to a length that clients show, with an ellipsis where it was longer."""
    return subject if len(subject) <= LONGEST else subject[: LONGEST - 1].rstrip() + "…"
