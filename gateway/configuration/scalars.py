"""One value of a configuration file, from how people write it. Pure; each raises `Unfit`."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo, available_timezones

from rules.faults import did_you_mean

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LANGUAGES = ("en", "fr", "cs", "nl", "de")
"""The languages that every mail is translated into."""

TOKEN_LENGTH = len("+123456.") + 26
"""What a signed Reply-To adds to the local part of a desk's address."""
LONGEST_DESK = 64 - TOKEN_LENGTH
"""Octets of a desk's local part (RFC 5321, 4.5.3.1.1: 64 with the token)."""


class Unfit(ValueError):
    """A value that cannot be: what is wrong with it, and what to write instead."""

    def __init__(self, message: str, mend: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` in any `seconds`."""

    count: int
    seconds: int


@dataclass(frozen=True, slots=True)
class TcpAddress:
    """Where to listen; port 0 lets the system choose."""

    host: str
    port: int

    @property
    def loopback(self) -> bool:
        """Whether only programs of this machine reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


_SIZE_UNITS = {
    "": 1,
    "b": 1,
    "kb": 1_000,
    "mb": 1_000_000,
    "gb": 1_000_000_000,
    "kib": 1 << 10,
    "mib": 1 << 20,
    "gib": 1 << 30,
}
_TIME_UNITS = {"s": 1, "min": 60, "h": 3600, "hour": 3600, "day": 86_400, "days": 86_400}
_NUMBER_AND_UNIT = re.compile(r"(\d{1,12}) ?([A-Za-z]*)\Z", re.ASCII)
_RATE = re.compile(r"(\d{1,9}) ?/ ?(\d{0,9}) ?([A-Za-z]+)\Z", re.ASCII)
# RFC 5321, 4.1.2: dot-string, and a domain of letters, digits and hyphens.
_ADDRESS = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?P<domain>[^@]+)\Z", re.ASCII
)
_DOMAIN = re.compile(
    r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\Z", re.ASCII
)
_HOST = re.compile(r"[A-Za-z0-9._-]+\Z", re.ASCII)


def size(value: object) -> int:
    """Octets from "35MB" (10^6), "1MiB" (2^20) or a bare number of octets."""
    number, factor = _measured(value, _SIZE_UNITS, "a size", '"35MB"')
    return number * factor


def speed(value: object) -> int:
    """Octets a second from "500B/s"."""
    if isinstance(value, str) and value.endswith("/s"):
        return size(value[:-2])
    raise Unfit(f"{shown(value)} is no speed", 'write it as "500B/s"')


def span(value: object) -> int:
    """Seconds from "60s", "5min", "1h" or "1 day"."""
    if isinstance(value, int):
        raise Unfit(f"{shown(value)} has no unit", f'write it as "{value}s"')
    number, factor = _measured(value, _TIME_UNITS, "a length of time", '"60s", "5min" or "1h"')
    return number * factor


def _measured(value: object, units: dict[str, int], kind: str, examples: str) -> tuple[int, int]:
    found = _NUMBER_AND_UNIT.match(str(value).strip())
    if found is None or isinstance(value, (bool, float, Decimal)):
        raise Unfit(f"{shown(value)} is no {kind.split(' ', 1)[1]}", f"write it as {examples}")
    factor = units.get(found[2].lower())
    if factor is None:
        raise Unfit(
            f"{shown(value)} has an unknown unit", did_you_mean(found[2], filter(None, units))
        )
    return int(found[1]), factor


def rate(value: object) -> Rate:
    """`Rate` from "3/10min", "12/day" or "60/h"."""
    found = _RATE.match(value.strip()) if isinstance(value, str) else None
    seconds = _TIME_UNITS.get(found[3].lower()) if found else None
    if found is None or seconds is None:
        raise Unfit(f"{shown(value)} is no rate", 'write it as "3/10min" or "12/day"')
    times = int(found[2] or 1)
    if times == 0:
        raise Unfit(f"{shown(value)} has a period of nothing", 'write it as "3/10min"')
    return Rate(int(found[1]), times * seconds)


def amount(value: object) -> Decimal:
    """An exact amount of money from "90.00" or a number; never negative."""
    try:
        exact = Decimal(value.strip() if isinstance(value, str) else str(value))
    except InvalidOperation:
        exact = Decimal("NaN")
    if isinstance(value, bool) or not exact.is_finite():
        raise Unfit(f"{shown(value)} is no amount", 'write a number, such as "90.00"')
    if exact < 0:
        raise Unfit(f"{shown(value)} is below zero")
    return exact


def address(value: object) -> str:
    """A bare address in lower case (RFC 5321, 4.1.2), at most 254 octets, its local part 64."""
    given = value.strip().lower() if isinstance(value, str) else ""
    if "<" in given:
        raise Unfit(f"{shown(value)} is not an address alone", f'write "{_bare(given)}"')
    found = _ADDRESS.match(given)
    if found is None or not _DOMAIN.match(found["domain"]):
        raise Unfit(f"{shown(value)} is no e-mail address", "write it as name@domain.example")
    if len(given) > 254 or given.index("@") > 64:
        raise Unfit(f"{shown(value)} is too long for an e-mail address (RFC 5321, 4.5.3.1)")
    return given


def desk_address(value: object) -> str:
    """An address whose local part leaves room for the ticket and its token."""
    given = address(value)
    local = given.rpartition("@")[0]
    if "+" in local:
        raise Unfit(f"{shown(value)} has a plus sign", "tickets are told by what follows the plus")
    if len(local) > LONGEST_DESK:
        raise Unfit(
            f"the {len(local)} octets before the @ leave no room for a ticket's token",
            f"{LONGEST_DESK} at most",
        )
    return given


def _bare(given: str) -> str:
    return given.rpartition("<")[2].rstrip("> ")


def domain(value: object) -> str:
    """A mail domain in lower case, of at least two labels."""
    given = value.strip().lower().rstrip(".") if isinstance(value, str) else ""
    if "@" in given:
        raise Unfit(f"{shown(value)} is no domain", f'write "{given.rpartition("@")[2]}"')
    if not given.isascii():
        raise Unfit(f"{shown(value)} has letters that mail does not carry", "write its xn-- form")
    if "." not in given or not _DOMAIN.match(given) or len(given) > 253:
        raise Unfit(f"{shown(value)} is no domain", "write it as company.example")
    return given


def network(value: object) -> Network:
    """A peer or a network of peers: "127.0.0.1", "192.0.2.0/24", "::1"."""
    try:
        return ipaddress.ip_network(str(value).strip())
    except ValueError as error:
        hint = (
            "leave the bits after the mask 0"
            if "host bits" in str(error)
            else "write it as 192.0.2.7 or 192.0.2.0/24"
        )
        raise Unfit(f"{shown(value)} is no IP address or network", hint) from None


def listener(value: object) -> TcpAddress:
    """Where to listen, from "127.0.0.1:8025" or "[::1]:8025"."""
    host, colon, port = str(value).strip().rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not colon or not bare or not port.isdecimal() or not port.isascii() or int(port) > 65_535:
        raise Unfit(f"{shown(value)} is no place to listen", 'write it as "127.0.0.1:8025"')
    if bare == host and not _HOST.match(host):
        raise Unfit(f"{shown(value)} is no place to listen", 'write IPv6 as "[::1]:8025"')
    return TcpAddress(bare, int(port))


def listener_or_none(value: object) -> TcpAddress | None:
    """`listener`, or None from ""."""
    return None if value == "" else listener(value)


def time_zone(value: object) -> str:
    """A name of the IANA time zone database, such as Europe/Brussels."""
    try:
        return ZoneInfo(str(value)).key
    except (ValueError, OSError, KeyError):
        raise Unfit(f"{shown(value)} is no time zone", _near_zone(str(value))) from None


def _near_zone(given: str) -> str:
    zones = {zone.lower(): zone for zone in available_timezones()}
    city = {zone.rpartition("/")[2]: name for zone, name in zones.items()}
    known = zones.get(given.lower()) or city.get(given.lower())
    if known:
        return f"did you mean {known}?"
    near = did_you_mean(given, zones)
    if near.startswith("did"):
        return f"did you mean {zones[near[13:-1]]}?"
    return "write it as Europe/Brussels"


def currency(value: object) -> str:
    """An ISO 4217 code."""
    from babel.core import get_global

    code = str(value).strip().upper()
    if code not in get_global("all_currencies"):
        raise Unfit(f"{shown(value)} is no currency", "write its ISO 4217 code, such as EUR")
    return code


_NO_COUNTRIES = frozenset("AC BU CP CS DD DG EA EU IC SU TA TP YD YU ZR ZZ".split(" "))
"""Codes with a currency that are no country with public holidays, or none any more."""


def country(value: object) -> str:
    """An ISO 3166 code whose public holidays are known."""
    from babel.core import get_global

    code = str(value).strip().upper()
    known = len(code) == 2 and code in get_global("territory_currencies")
    if not known or code in _NO_COUNTRIES:
        raise Unfit(f"{shown(value)} is no country", "write its ISO 3166 code, such as BE")
    return code


def label(value: object) -> str:
    """A name for people on one line, as it may stand in a header."""
    text = value.strip() if isinstance(value, str) else None
    if not text or len(text) > 200 or not text.isprintable():
        raise Unfit(f"{shown(value)} is no name", "write it as text on one line")
    return text


def folder(value: object) -> str:
    """A folder on an IMAP server, its levels divided by /."""
    text = value.strip().strip("/") if isinstance(value, str) else None
    if not text or len(text) > 200 or not text.isprintable() or set(text) & set("*%"):
        raise Unfit(f"{shown(value)} is no folder", 'write it as "Deskpost/Done"')
    return text


def authserv_id(value: object) -> str:
    """The name under which a border stamps its results (RFC 8601, 2.5); "" for none."""
    text = value.strip() if isinstance(value, str) else "?"
    if text and not _HOST.match(text):
        raise Unfit(f"{shown(value)} is no authserv-id", 'write it as "mx.example.com"')
    return text.lower()


def list_id(value: object) -> str:
    """What stands between the angle brackets of List-Id (RFC 2919)."""
    text = value.strip().lower() if isinstance(value, str) else "?"
    if not _HOST.match(text):
        raise Unfit(f"{shown(value)} is no list id", 'write it as "list.domain.example"')
    return text


def language(value: object) -> str:
    """One of `LANGUAGES`."""
    code = str(value).strip().lower()
    if code not in LANGUAGES:
        raise Unfit(f"{shown(value)} is no language here", f"known are {', '.join(LANGUAGES)}")
    return code


def shown(value: object) -> str:
    """The value for a message of one line: short and printable, text in quotation marks."""
    if value is None:
        return "nothing"
    text = str(value)
    short = text if len(text) <= 60 else f"{text[:60]}…"
    printable = "".join(c if c.isprintable() else "?" for c in short)
    return f'"{printable}"' if isinstance(value, str) else printable
