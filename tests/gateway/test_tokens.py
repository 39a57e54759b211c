"""Signed addresses: what they prove, and that nothing else does."""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import tokens
from gateway.handle.matching import genuine_token
from rules.model import Desk
from store.database import Database
from store.migrate import migrate
from store.tokens import SigningKey, Token, add_key, issue

NOW = datetime(2026, 11, 21, tzinfo=UTC)
KEY = SigningKey("k1", b"s" * 32, NOW)
OLD = SigningKey("k0", b"o" * 32, NOW, retired_at=NOW)
DESK = Desk("helpdesk@accel.example", "Desk", "helpdesk")
TOKEN = Token("", "k1", 88, "jan@acme.example", "quote", 2, NOW, NOW)


def signed(token: Token = TOKEN, key: SigningKey = KEY) -> tokens.Signed:
    signature = tokens.sign(key, tokens.parts_of(token))
    found = tokens.read(tokens.address(DESK, token.ticket, signature))
    assert found is not None
    return found


def genuine(found: tokens.Signed, token: Token) -> bool:
    return tokens.genuine(found, token, tokens.parts_of(token), (KEY, OLD))


def test_an_address_is_known_again_however_its_case_was_folded() -> None:
    """Mail servers may change the case of a local part (RFC 5321, 2.4)."""
    signature = tokens.sign(KEY, tokens.parts_of(TOKEN))
    address = tokens.address(DESK, 88, signature)
    assert address == f"helpdesk+88.{signature}@accel.example"
    assert len(address.partition("@")[0]) <= 64
    read = tokens.read(address.upper())
    assert read == tokens.Signed("helpdesk@accel.example", 88, signature)
    assert genuine(read, TOKEN)


@pytest.mark.parametrize(
    "change",
    [
        {"ticket": 89},
        {"address": "eve@acme.example"},
        {"purpose": "reply"},
        {"version": 3},
        {"expires_at": None},
        {"key_id": "k0"},
        {"key_id": "unknown"},
    ],
)
def test_it_stands_for_exactly_what_was_signed(change: dict[str, object]) -> None:
    """Another ticket, person, purpose, version, time or key, and it proves nothing."""
    assert genuine(signed(), TOKEN)
    assert not genuine(signed(), replace(TOKEN, **change))  # type: ignore[arg-type]


def test_it_is_not_carried_over_to_another_number() -> None:
    """The number in the address is that of the ticket."""
    assert not genuine(replace(signed(), ticket=89), TOKEN)


def test_it_is_compared_in_constant_time() -> None:
    """How long a wrong one takes does not tell how much of it is right."""
    with patch.object(hmac, "compare_digest", side_effect=hmac.compare_digest) as compare:
        assert genuine(signed(), TOKEN)
        wrong = replace(signed(), text=f"{signed().text[:-1]}?")
        assert not genuine(wrong, TOKEN)
    assert compare.call_count == 2


@pytest.mark.parametrize(("seconds", "found"), [(-1, True), (0, False), (1, False)])
def test_it_runs_out(tmp_path: Path, seconds: int, found: bool) -> None:
    """From its moment on it is as good as none; one without such a moment never does."""
    database = Database(f"sqlite:///{tmp_path / 'gateway.db'}")
    migrate(database)
    ending = replace(TOKEN, ticket=None)
    lasting = replace(ending, expires_at=None)
    with database.transaction() as tx:
        add_key(tx, KEY)
        for token in (ending, lasting):
            issue(tx, replace(token, hint=signed(token).text[: tokens.HINT]))
        now = NOW + timedelta(seconds=seconds)
        for token, wanted in ((ending, found), (lasting, True)):
            candidate = tokens.address(DESK, None, signed(token).text)
            assert (genuine_token(tx, [candidate], now) is not None) is wanted
    database.dispose()


def test_a_retired_key_proves_what_it_signed() -> None:
    """Keys rotate without breaking the mails that are out there."""
    old = replace(TOKEN, key_id="k0")
    assert genuine(signed(old, OLD), old)


@pytest.mark.parametrize(
    "address",
    [
        "helpdesk@accel.example",
        "helpdesk+88@accel.example",
        "helpdesk+88.short@accel.example",
        "helpdesk+x.aaaaaaaaaaaaaaaaaaaaaaaaaa@accel.example",
        "helpdesk+88.aaaaaaaaaaaaaaaaaaaaaaaaa1@accel.example",
        "a+b+88.aaaaaaaaaaaaaaaaaaaaaaaaaa@accel.example",
        "",
    ],
)
def test_other_addresses_are_no_signed_ones(address: str) -> None:
    """Only a ticket's number and 26 letters of base32 are."""
    assert tokens.read(address) is None


@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_different_parts_sign_differently(one: list[str], other: list[str]) -> None:
    """Parts are not run together: ("ab", "c") is not ("a", "bc")."""
    assert (tokens.sign(KEY, one) == tokens.sign(KEY, other)) == (one == other)
