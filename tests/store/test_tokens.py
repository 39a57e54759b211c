"""Keys sign until they are retired, and a token that decides is used once."""

from __future__ import annotations

from typing import Any

from store import tokens
from store.database import Database, Transaction
from store.tokens import SigningKey, Token
from tests.store.examples import JAN, MARIE, NOW, after, saved, together

KEY = SigningKey("k1", bytes(range(32)), NOW)


def _issued(tx: Transaction, ticket: int, **other: Any) -> int:
    plain: dict[str, Any] = {
        "hint": "abcdefgh",
        "key_id": "k1",
        "ticket": ticket,
        "address": JAN,
        "purpose": "quote",
        "version": 1,
        "issued_at": NOW,
    }
    return tokens.issue(tx, Token(**(plain | other)))


def test_keys_come_newest_first(database: Database) -> None:
    """With their secrets; a retired one stays, to prove what it signed."""
    newer = SigningKey("k2", b"\x00" * 32, after(60))
    with database.transaction() as tx:
        assert tokens.keys(tx) == []
        assert tokens.add_key(tx, KEY)
        assert tokens.add_key(tx, newer)
        tokens.retire_key(tx, "k1", after(61))
        assert tokens.keys(tx) == [newer, SigningKey("k1", KEY.secret, NOW, after(61))]


def test_a_key_is_made_once(database: Database) -> None:
    """Of several processes that make the first key under one name, one does."""
    made = together(database, *[lambda tx: tokens.add_key(tx, KEY)] * 4)
    assert sorted(made) == [False, False, False, True]


def test_a_token_is_found_by_its_hint(database: Database) -> None:
    """All that have it, as they were issued; the hint alone proves nothing."""
    with database.transaction() as tx:
        tokens.add_key(tx, KEY)
        number = saved(tx).number
        first = _issued(tx, number, expires_at=after(60))
        second = _issued(tx, number, address=MARIE)
        third = _issued(tx, number, hint="other")
        found = tokens.find(tx, "abcdefgh")
        assert [t.id for t in found] == [first, second]
        assert found[0] == Token(
            "abcdefgh", "k1", number, JAN, "quote", 1, NOW, after(60), None, first
        )
        assert tokens.find(tx, "never") == []
        assert [t.id for t in tokens.of_ticket(tx, number, JAN)] == [first, third]


def test_a_decision_is_taken_once(database: Database) -> None:
    """Of eight who use a token at the same time one succeeds."""
    with database.transaction() as tx:
        tokens.add_key(tx, KEY)
        token = _issued(tx, saved(tx).number)
    used = together(database, *[lambda tx: tokens.use(tx, token, after(1))] * 8)
    assert sorted(used) == [False] * 7 + [True]
    with database.read() as tx:
        assert tokens.find(tx, "abcdefgh")[0].used_at == after(1)


def test_one_decision_uses_up_what_others_were_given(database: Database) -> None:
    """For that version and purpose alone."""
    with database.transaction() as tx:
        tokens.add_key(tx, KEY)
        number = saved(tx).number
        for other in ({}, {"address": MARIE}, {"version": 2}, {"purpose": "reply"}):
            _issued(tx, number, **other)
        assert tokens.use_all(tx, number, "quote", 1, NOW) == 2
        assert tokens.use_all(tx, number, "quote", 1, NOW) == 0
        assert [t.used_at for t in tokens.find(tx, "abcdefgh")] == [NOW, NOW, None, None]
