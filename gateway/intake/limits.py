"""How much one client, and all of them together, may take. Pure: the clock is passed in."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

Monotonic = Callable[[], float]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Limits:
    """Defaults after Postfix. Times are seconds, sizes octets; a border peer is exempt per peer."""

    connections: int = 200
    connections_per_peer: int = 20
    connects_per_minute: int = 120
    """By one peer; a minute's worth may come at once."""
    mails_per_minute: int = 300
    """By one peer; a minute's worth may come at once."""
    errors: int = 20
    """Refused commands that end a session."""
    junk_commands: int = 100
    """Commands that bring no mail nearer (NOOP, RSET …) between two mails."""
    recipients: int = 100
    command_line: int = 2048
    data_line: int = 65_536
    idle: float = 60
    idle_when_crowded: float = 10
    """Silence that a stranger is allowed once three quarters of all places are taken."""
    whole_command: float = 300
    slowest: int = 500
    """Octets a second within DATA; each such portion extends the time for the whole command."""
    commit: float = 300
    """What the client waits for our commit before it is told to come again."""
    linger: float = 5
    """For the last reply to reach the client before the connection is cut."""
    free_disk: float = 1.5
    """Below so many mails of the largest size there is no room for new ones: 452 (Postfix:
    queue_minfree)."""
    memory: int = 100_000_000
    """Of all mails that are being stored at the same time; the rest wait on disk."""


def disk_is_short(free: int, max_size: int, limits: Limits) -> bool:
    """Whether there is too little room to begin another mail of at most `max_size` octets."""
    return free < limits.free_disk * max_size


class Pace:
    """How long a client may take for what it is doing.

    Silence ends it after `idle`, a command after `whole`. Within a mail every `slowest` octets buy
    a second more, never beyond `whole` (Postfix: smtpd_per_request_deadline, smtpd_min_data_rate).
    """

    def __init__(self, limits: Limits, monotonic: Monotonic) -> None:
        self._limits = limits
        self._now = monotonic
        self._idle = limits.idle
        self._deadline = 0.0
        self._in_mail = False

    def begin(self, idle: float, *, mail: bool = False) -> float:
        """A command or a mail begins now; answers the seconds to wait for its next octets."""
        self._idle = idle
        self._in_mail = mail
        self._deadline = self._now() + self._limits.whole_command
        return self._left(self._now())

    def heard(self, octets: int) -> float:
        """So many octets came now; answers the seconds to wait for more, 0 when time is up."""
        now = self._now()
        if self._in_mail:
            earned = self._deadline + octets / self._limits.slowest
            self._deadline = min(earned, now + self._limits.whole_command)
        return self._left(now)

    def _left(self, now: float) -> float:
        return max(0.0, min(self._idle, self._deadline - now))


class TokenBuckets:
    """A bucket per key of at most `per_minute` tokens, refilled evenly. Memory is bounded."""

    most_keys = 4096

    def __init__(self, per_minute: int, monotonic: Monotonic) -> None:
        self._size = float(per_minute)
        self._now = monotonic
        self._buckets: dict[str, tuple[float, float]] = {}
        """Tokens left, and when that was."""

    def take(self, key: str) -> bool:
        """Takes one token; False where none is left."""
        level = self._level(key)
        if level < 1:
            return False
        self._buckets.pop(key, None)
        self._make_room()
        self._buckets[key] = (level - 1, self._now())
        return True

    def _level(self, key: str) -> float:
        left, since = self._buckets.get(key, (self._size, self._now()))
        return min(self._size, left + (self._now() - since) * self._size / 60)

    def _make_room(self) -> None:
        """Forgets full buckets, which say nothing, then the longest unused."""
        if len(self._buckets) < self.most_keys:
            return
        full = [key for key in self._buckets if self._level(key) >= self._size]
        for key in full or [next(iter(self._buckets))]:
            del self._buckets[key]


class Border:
    """The peers that are our border MTA: exempt from limits per peer, as is a local socket."""

    def __init__(self, networks: Iterable[str]) -> None:
        """Networks or single addresses; ValueError names the one that is neither."""
        self._networks: tuple[Network, ...] = tuple(ipaddress.ip_network(n) for n in networks)

    def __contains__(self, peer: str | None) -> bool:
        if peer is None:
            return True
        address = _address(peer)
        return address is not None and any(address in network for network in self._networks)


class Turned(StrEnum):
    """Why a connection is not taken."""

    FULL = "all connections are in use"
    PEER_FULL = "too many connections from your address"
    PEER_FAST = "connections from your address come too fast"


class Gate:
    """Counts the connections and mails of every peer."""

    def __init__(self, limits: Limits, border: Border, monotonic: Monotonic) -> None:
        self._limits = limits
        self._border = border
        self._inside: dict[str, int] = {}
        self._connects = TokenBuckets(limits.connects_per_minute, monotonic)
        self._mails = TokenBuckets(limits.mails_per_minute, monotonic)
        self.connections = 0

    def enter(self, peer: str | None) -> Turned | None:
        """Takes a place, to be given back by `leave`; or says why there is none."""
        key = peer_key(peer)
        turned = self._turned(peer, key)
        if turned is None:
            self.connections += 1
            self._inside[key] = self._inside.get(key, 0) + 1
        return turned

    def _turned(self, peer: str | None, key: str) -> Turned | None:
        if self.connections >= self._limits.connections:
            return Turned.FULL
        if peer in self._border:
            return None
        if self._inside.get(key, 0) >= self._limits.connections_per_peer:
            return Turned.PEER_FULL
        return None if self._connects.take(key) else Turned.PEER_FAST

    def leave(self, peer: str | None) -> None:
        """Gives a place back."""
        key = peer_key(peer)
        self.connections -= 1
        self._inside[key] -= 1
        if not self._inside[key]:
            del self._inside[key]

    def may_send(self, peer: str | None) -> bool:
        """Whether this peer may begin another mail now; counts it."""
        return peer in self._border or self._mails.take(peer_key(peer))

    def idle(self, peer: str | None) -> float:
        """Seconds of silence that this peer is allowed at present."""
        crowded = self.connections * 4 >= self._limits.connections * 3
        if crowded and peer not in self._border:
            return min(self._limits.idle, self._limits.idle_when_crowded)
        return self._limits.idle


def peer_key(peer: str | None) -> str:
    """Whom a limit counts: an IPv4 address, an IPv6 /64 (one customer has at least that much)."""
    address = _address(peer or "")
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return str(address or "local")


def plain_peer(host: str) -> str:
    """A socket's peer as people write it: no zone, IPv4 in IPv6 as IPv4."""
    return str(_address(host) or host)


def _address(host: str) -> Address | None:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
