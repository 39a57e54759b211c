"""Limits, by a clock that is moved by hand."""

from __future__ import annotations

import pytest

from gateway.intake.limits import (
    Border,
    Gate,
    Limits,
    Pace,
    TokenBuckets,
    Turned,
    disk_is_short,
    peer_key,
    plain_peer,
)
from tests.gateway.intake.desk import Ticks

STRANGER, OTHER = "192.0.2.1", "192.0.2.2"


def test_pace_of_a_command() -> None:
    """Silence is limited, and so is a command that dribbles in."""
    ticks = Ticks()
    pace = Pace(Limits(idle=60, whole_command=300), ticks)
    assert pace.begin(60) == 60
    for _ in range(5):
        ticks.now += 50
        left = pace.heard(10_000)
    assert left == 50
    ticks.now += 51
    assert pace.heard(1) == 0


def test_pace_of_a_mail() -> None:
    """Within a mail, octets buy time, at the slowest rate and never beyond a whole command's."""
    ticks = Ticks()
    pace = Pace(Limits(idle=60, whole_command=300, slowest=500), ticks)
    pace.begin(60, mail=True)
    for _ in range(100):
        ticks.now += 50
        assert pace.heard(50 * 500) == 60
    for _ in range(11):
        ticks.now += 50
        left = pace.heard(25 * 500)
    assert left == 25
    assert pace.heard(10_000_000) == 60


def test_pace_of_the_crowded() -> None:
    """The silence allowed is what the gate says at the beginning."""
    pace = Pace(Limits(), Ticks())
    assert pace.begin(10) == 10
    assert pace.heard(1) == 10


def test_token_buckets_refill_evenly() -> None:
    """A minute's worth at once, then one at a time; keys do not share."""
    ticks = Ticks()
    buckets = TokenBuckets(3, ticks)
    assert [buckets.take("a") for _ in range(4)] == [True, True, True, False]
    assert buckets.take("b")
    ticks.now += 20
    assert [buckets.take("a") for _ in range(2)] == [True, False]
    ticks.now += 3600
    assert [buckets.take("a") for _ in range(4)] == [True, True, True, False]


def test_token_buckets_forget_the_full_then_the_oldest() -> None:
    """Many peers do not take more memory, and do not empty the bucket of a busy one."""
    ticks = Ticks()
    buckets = TokenBuckets(1, ticks)
    buckets.most_keys = 3
    assert [buckets.take(key) for key in "abc"] == [True, True, True]
    assert buckets.take("d")
    assert [buckets.take(key) for key in "bcd"] == [False, False, False]
    ticks.now += 61
    assert buckets.take("e")
    assert len(buckets._buckets) == 1


def test_gate_limits_each_peer_and_all() -> None:
    """A peer has so many places, all together so many; a place given back is free."""
    gate = Gate(Limits(connections=4, connections_per_peer=2), Border(()), Ticks())
    assert [gate.enter(STRANGER) for _ in range(3)] == [None, None, Turned.PEER_FULL]
    assert [gate.enter(OTHER) for _ in range(2)] == [None, None]
    assert gate.enter("192.0.2.3") is Turned.FULL
    gate.leave(STRANGER)
    assert gate.enter("192.0.2.3") is None
    assert gate.connections == 4


@pytest.mark.parametrize("peer", ["127.0.0.1", "10.1.2.3", "::1", None])
def test_gate_exempts_the_border(peer: str | None) -> None:
    """The border MTA, and whoever may write to the socket, have no limits per peer."""
    limits = Limits(connections_per_peer=1, connects_per_minute=1, mails_per_minute=1)
    gate = Gate(limits, Border(["127.0.0.1", "::1", "10.0.0.0/8"]), Ticks())
    assert [gate.enter(peer) for _ in range(9)] == [None] * 9
    assert all(gate.may_send(peer) for _ in range(9))


def test_gate_limits_rates_of_strangers() -> None:
    """Connections and mails of a stranger come no faster than allowed."""
    gate = Gate(Limits(connects_per_minute=2, mails_per_minute=1), Border(()), Ticks())
    assert [gate.enter(STRANGER) for _ in range(3)] == [None, None, Turned.PEER_FAST]
    assert [gate.may_send(STRANGER) for _ in range(2)] == [True, False]


def test_gate_is_impatient_when_crowded() -> None:
    """Silent strangers lose their places soon when three quarters are taken, the border not."""
    gate = Gate(Limits(connections=4), Border(["10.0.0.1"]), Ticks())
    gate.enter(STRANGER)
    gate.enter(STRANGER)
    assert gate.idle(STRANGER) == 60
    gate.enter("10.0.0.1")
    assert (gate.idle(STRANGER), gate.idle("10.0.0.1")) == (10, 60)


@pytest.mark.parametrize(
    ("peer", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        (None, "local"),
    ],
)
def test_peer_key(peer: str | None, key: str) -> None:
    """An IPv6 customer has at least a /64 and counts once."""
    assert peer_key(peer) == key


@pytest.mark.parametrize(
    ("host", "plain"),
    [("::ffff:127.0.0.1", "127.0.0.1"), ("fe80::1%eth0", "fe80::1"), ("::1", "::1")],
)
def test_plain_peer(host: str, plain: str) -> None:
    """Peers are written as people write them."""
    assert plain_peer(host) == plain


def test_border_names_what_is_no_network() -> None:
    """A border that cannot be read is the configuration's fault."""
    with pytest.raises(ValueError, match=r"mx\.example"):
        Border(["mx.example"])
    assert "::ffff:10.0.0.1" in Border(["10.0.0.1"])
    assert "nonsense" not in Border(["10.0.0.1"])


def test_disk_is_short_below_one_and_a_half_mails() -> None:
    """As Postfix's queue_minfree."""
    assert disk_is_short(149, 100, Limits())
    assert not disk_is_short(150, 100, Limits())
