"""The DNS: real answers of a name server on loopback, and patience with one that is silent."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import dns.exception
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from gateway.authentication import resolver as module
from gateway.authentication.resolver import DnsTrouble, Lookups, SystemResolver

ZONE = {
    ("acme.example.", "TXT"): ['"v=spf1 " "-all"', '"other"'],
    ("acme.example.", "MX"): ["10 mx.acme.example."],
    ("mx.acme.example.", "A"): ["192.0.2.1"],
    ("mx.acme.example.", "AAAA"): ["2001:db8::1"],
    ("9.2.0.192.in-addr.arpa.", "PTR"): ["mx.acme.example."],
}


class NameServer:
    """Answers from ZONE; nothing below `silent.example`; SERVFAIL below `broken.example`."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        while True:
            octets, client = self._socket.recvfrom(4096)
            if not octets:
                return
            question = dns.message.from_wire(octets)
            name = question.question[0].name.to_text()
            self.asked.append(name)
            if "silent" not in name:
                self._socket.sendto(self._answer(question, name), client)

    @staticmethod
    def _answer(question: dns.message.Message, name: str) -> bytes:
        answer = dns.message.make_response(question)
        kind = question.question[0].rdtype.name
        if "broken" in name:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif found := ZONE.get((name, kind)):
            answer.answer.append(dns.rrset.from_text(name, 300, "IN", kind, *found))
        elif name.startswith("gone"):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer.to_wire()


@contextmanager
def name_server() -> Iterator[NameServer]:
    server = NameServer()
    yield server
    server.close()


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    """The system's resolver asks a name server on loopback."""
    with name_server() as server:

        def configured() -> dns.resolver.Resolver:
            resolver = dns.resolver.Resolver(configure=False)
            resolver.nameservers, resolver.port = ["127.0.0.1"], server.port
            resolver.cache = dns.resolver.LRUCache(100)
            return resolver

        monkeypatch.setattr(module, "_configured", configured)
        yield server


ANSWERS = {
    ("acme.example", "TXT"): [b"v=spf1 -all", b"other"],
    ("acme.example", "MX"): [b"10 mx.acme.example."],
    ("mx.acme.example", "A"): [b"192.0.2.1"],
    ("mx.acme.example", "AAAA"): [b"2001:db8::1"],
    ("9.2.0.192.in-addr.arpa", "PTR"): [b"mx.acme.example."],
    ("acme.example", "A"): [],
    ("gone.example", "TXT"): [],
    ("a..b", "TXT"): [],
    ("x" * 64 + ".example", "TXT"): [],
    (".".join(["abc"] * 80), "TXT"): [],
}


@pytest.mark.parametrize("question, records", ANSWERS.items())
def test_answers(served: NameServer, question: tuple[str, str], records: Sequence[bytes]) -> None:
    """Records as bytes; none where there are none, or where no such name can be."""
    assert sorted(SystemResolver().look_up(*question, 2.0)) == sorted(records)


def test_answers_are_remembered(served: NameServer) -> None:
    resolver = SystemResolver()
    for _ in range(3):
        resolver.look_up("acme.example", "TXT", 2.0)
    assert len(served.asked) == 1


def test_a_server_that_fails_is_trouble(served: NameServer) -> None:
    with pytest.raises(DnsTrouble):
        SystemResolver().look_up("broken.example", "TXT", 0.3)


class Ticks:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_silent_domain_is_not_asked_again_for_a_minute(served: NameServer) -> None:
    """Nor is its neighbour below the same organisation; other domains are."""
    ticks = Ticks()
    resolver = SystemResolver(ticks)
    with pytest.raises(DnsTrouble, match="no answer in time"):
        resolver.look_up("a.silent.example", "TXT", 0.05)
    asked = len(served.asked)
    with pytest.raises(DnsTrouble, match="a moment ago"):
        resolver.look_up("b.silent.example", "TXT", 0.05)
    assert len(served.asked) == asked
    assert resolver.look_up("acme.example", "TXT", 2.0)
    ticks.now = 61
    with pytest.raises(DnsTrouble, match="no answer in time"):
        resolver.look_up("a.silent.example", "TXT", 0.05)


class Patient(SystemResolver):
    """Notes how long it would have waited."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    def _ask(self, name: str, kind: str, seconds: float) -> Sequence[bytes]:
        self.waited.append(seconds)
        if name.endswith("silent"):
            raise dns.exception.Timeout
        return ()


def test_each_silence_halves_the_patience_until_there_is_an_answer() -> None:
    """A machine without network is slow for the first mails only."""
    resolver = Patient()
    for number in range(6):
        with pytest.raises(DnsTrouble):
            resolver.look_up(f"{number}.silent", "TXT", 2.0)
    resolver.look_up("acme.example", "TXT", 2.0)
    resolver.look_up("acme.example", "TXT", 2.0)
    assert resolver.waited == [2.0, 1.0, 0.5, 0.25, 0.25, 0.25, 0.25, 2.0]


def test_it_remembers_not_without_bound() -> None:
    resolver = Patient()
    resolver.most_remembered = 3
    for number in range(9):
        with pytest.raises(DnsTrouble):
            resolver.look_up(f"{number}.silent", "TXT", 2.0)
    assert len(resolver._silent) == 3


class Slow:
    """Takes half a second by the clock for each answer."""

    def __init__(self, ticks: Ticks) -> None:
        self.ticks = ticks
        self.asked = 0

    def look_up(self, name: str, kind: str, seconds: float) -> Sequence[bytes]:
        self.asked += 1
        self.ticks.now += 0.5
        return (b"x" * 9_000, b"y")


def test_the_time_of_one_mail_is_bounded() -> None:
    """Two seconds for all look-ups together; records too long to be read are left out."""
    ticks = Ticks()
    slow = Slow(ticks)
    lookups = Lookups(slow, monotonic=ticks)
    for _ in range(4):
        assert lookups("acme.example.", "TXT") == [b"y"]
    with pytest.raises(DnsTrouble):
        lookups("acme.example", "TXT")
    assert slow.asked == 4


def test_the_look_ups_of_one_mail_are_counted() -> None:
    ticks = Ticks()
    lookups = Lookups(Slow(ticks), seconds=1_000, monotonic=ticks)
    for _ in range(40):
        lookups("acme.example", "TXT")
    with pytest.raises(DnsTrouble):
        lookups("acme.example", "TXT")
