"""Questions to the DNS, and how long all questions of one mail may take."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final, Protocol

import dns.exception
import dns.name
import dns.resolver
from dns.rdata import Rdata

from gateway.authentication.domains import organisational

MAIL_SECONDS: Final = 2.0
"""What all look-ups of one mail may take together."""
MAIL_LOOKUPS: Final = 40
LONGEST: Final = 8_192
"""Octets of a record that is looked at."""


class DnsTrouble(Exception):
    """No answer now; another time there may be one."""


class Resolver(Protocol):
    """The DNS, or a double of it."""

    def look_up(self, name: str, kind: str, seconds: float) -> Sequence[bytes]:
        """The records of `name`: the joined strings of a TXT, else as a zone file writes them.

        Args:
            kind: TXT, A, AAAA, MX or PTR.
            seconds: how long it may take.

        Empty where there are none. Raises DnsTrouble.
        """


class Lookups:
    """The questions of one mail: their number and their time are bounded."""

    def __init__(
        self,
        resolver: Resolver,
        seconds: float = MAIL_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._resolver = resolver
        self._monotonic = monotonic
        self._until = monotonic() + seconds
        self._left = MAIL_LOOKUPS

    def __call__(self, name: str, kind: str) -> Sequence[bytes]:
        """Raises DnsTrouble, also when time is up."""
        seconds = self._until - self._monotonic()
        self._left -= 1
        if seconds <= 0 or self._left < 0:
            raise DnsTrouble("the look-ups for this mail took too long")
        found = self._resolver.look_up(name.rstrip("."), kind, seconds)
        return [record for record in found if len(record) <= LONGEST]


class SystemResolver:
    """The resolver of this machine, with a cache.

    Whoever answers nothing costs little: a domain that timed out is not asked again for a minute,
    and each time-out in a row halves the patience with the next, so that neither a machine without
    network nor a stranger's slow name server holds up the mails of others.
    """

    shortest = 0.25
    remembered = 60.0
    most_remembered = 1_000

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._timeouts = 0
        self._silent: OrderedDict[str, float] = OrderedDict()
        self._resolver: dns.resolver.Resolver | None = None

    def look_up(self, name: str, kind: str, seconds: float) -> Sequence[bytes]:
        domain = organisational(name)
        if self._is_silent(domain):
            raise DnsTrouble(f"{domain} did not answer a moment ago")
        try:
            found = self._ask(name, kind, min(seconds, self._patience()))
        except dns.exception.Timeout as error:
            self._timed_out(domain)
            raise DnsTrouble(f"{name}: no answer in time") from error
        self._timeouts = 0
        return found

    def _ask(self, name: str, kind: str, seconds: float) -> Sequence[bytes]:
        try:
            with self._lock:
                self._resolver = self._resolver or _configured()
            answer = self._resolver.resolve(
                name, kind, lifetime=seconds, search=False, raise_on_no_answer=False
            )
        except (dns.resolver.NXDOMAIN, dns.name.LabelTooLong, dns.name.NameTooLong):
            return ()
        except dns.name.EmptyLabel:
            return ()
        except dns.exception.Timeout:
            raise
        except (dns.exception.DNSException, OSError) as error:
            raise DnsTrouble(f"{name}: {error}") from error
        return [_record(record, kind) for record in answer.rrset or ()]

    def _patience(self) -> float:
        return max(self.shortest, MAIL_SECONDS / (1 << min(self._timeouts, 10)))

    def _is_silent(self, domain: str) -> bool:
        until = self._silent.get(domain)
        return until is not None and self._monotonic() < until

    def _timed_out(self, domain: str) -> None:
        with self._lock:
            self._timeouts += 1
            self._silent[domain] = self._monotonic() + self.remembered
            self._silent.move_to_end(domain)
            while len(self._silent) > self.most_remembered:
                self._silent.popitem(last=False)


def _configured() -> dns.resolver.Resolver:
    resolver = dns.resolver.Resolver()
    resolver.cache = dns.resolver.LRUCache(10_000)
    return resolver


def _record(record: Rdata, kind: str) -> bytes:
    if kind == "TXT":
        return b"".join(record.strings)  # type: ignore[attr-defined]
    return record.to_text().encode("ascii")


@cache
def system_resolver() -> SystemResolver:
    """One for the process: its cache and what it learned are shared by all threads."""
    return SystemResolver()
