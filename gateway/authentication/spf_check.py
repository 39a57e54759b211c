"""SPF of the peer that delivered (RFC 7208), by pyspf with our own look-ups."""

from __future__ import annotations

from collections.abc import Sequence

import spf

from gateway.authentication.resolver import DnsTrouble, Lookups
from gateway.values import Envelope


def spf_passes(envelope: Envelope, lookups: Lookups) -> str:
    """The result for the MAIL FROM: pass, fail, softfail, neutral, none or permerror.

    Raises DnsTrouble.
    """
    try:
        query = spf.query(i=envelope.peer, s=envelope.mail_from, h=envelope.helo or "unknown")
        query.dns = _Answers(query, lookups)
        result = str(query.check()[0])
    except DnsTrouble:
        raise
    except Exception as error:  # noqa: BLE001 - pyspf raises what it likes about strangers' records
        return f"permerror ({type(error).__name__})"
    if result == "temperror":
        raise DnsTrouble(f"SPF of {envelope.mail_from}: no answer now")
    return result


class _Answers:
    """In place of pyspf's own look-up, which asks the system and nobody else; values as it has
    them."""

    def __init__(self, query: spf.query, lookups: Lookups) -> None:
        self._query = query
        self._lookups = lookups

    def __call__(self, name: object, kind: str, ignore_void: bool = False) -> Sequence[object]:
        found = [_value(record, kind) for record in self._lookups(str(name).lower(), kind)]
        if not found and not ignore_void:
            self._query.void_lookups += 1
            if self._query.void_lookups > spf.MAX_VOID_LOOKUPS:  # RFC 7208, 4.6.4
                raise spf.PermError("too many look-ups without an answer")
        return found


def _value(record: bytes, kind: str) -> object:
    if kind == "TXT":
        return [record]
    text = record.decode("ascii")
    if kind == "MX":
        preference, _, host = text.partition(" ")
        return int(preference), host
    return text
