"""Signed addresses: what they prove, and that nothing else does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import tokens
from rules.model import Desk
from store.tokens import SigningKey, Token

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
