"""A confirmation is settled once, in time, and shows what it is about."""

from __future__ import annotations

import pytest

from store import holds
from store.database import Database, Transaction
from store.errors import StoreRefused
from store.inbox import arrive
from tests.store.examples import JAN, MARIE, NOW, after, arrival, saved, together

SHOWS = {"amount": "450.00", "version": 2, "lines": ["a", "b"]}


def _held(tx: Transaction, ticket: int | None = None, address: str = JAN) -> int:
    [receipt] = arrive(tx, [arrival("held")])
    return holds.add(
        tx,
        ticket=ticket,
        inbox=receipt.id,
        address=address,
        commands="#approve",
        shows=SHOWS,
        created_at=NOW,
        expires_at=after(3600),
    )


def test_what_is_held_comes_back(database: Database) -> None:
    """Commands and what is shown, until it is settled."""
    with database.transaction() as tx:
        number = saved(tx).number
        hold = _held(tx, number)
        held = holds.get(tx, hold)
        assert held is not None
        assert (held.ticket, held.address, held.commands) == (number, JAN, "#approve")
        assert (held.shows, held.state, held.settled_at) == (SHOWS, "waiting", None)
        assert (held.created_at, held.expires_at) == (NOW, after(3600))
        assert holds.get(tx, hold + 1) is None


def test_it_is_settled_once(database: Database) -> None:
    """Of yes and no at the same time one counts."""
    with database.transaction() as tx:
        hold = _held(tx)
    settled = together(
        database,
        *[lambda tx: holds.settle(tx, hold, "confirmed", after(1))] * 3,
        *[lambda tx: holds.settle(tx, hold, "cancelled", after(1))] * 3,
    )
    assert sorted(settled) == [False] * 5 + [True]
    with database.read() as tx:
        held = holds.get(tx, hold)
        assert held is not None
        assert held.state in ("confirmed", "cancelled")
        assert held.settled_at == after(1)


def test_it_expires(database: Database) -> None:
    """Once its time has come it is confirmed no more, whether or not somebody has looked."""
    with database.transaction() as tx:
        hold, other = _held(tx), _held(tx)
        assert holds.settle(tx, other, "cancelled", after(1))
        assert not holds.settle(tx, hold, "confirmed", after(3600))
        assert holds.expire(tx, after(3599)) == []
        assert holds.expire(tx, after(3600)) == [hold]
        assert holds.expire(tx, after(9999)) == []
        expired = holds.get(tx, hold)
        assert expired is not None
        assert expired.state == "expired"


def test_what_waits_for_somebody_is_listed(database: Database) -> None:
    """Theirs alone, of one ticket if it is named."""
    with database.transaction() as tx:
        one, other = saved(tx).number, saved(tx).number
        first, second = _held(tx, one), _held(tx, other)
        _held(tx, one, MARIE)
        holds.settle(tx, _held(tx, one), "confirmed", NOW)
        assert [h.id for h in holds.waiting(tx, JAN)] == [first, second]
        assert [h.id for h in holds.waiting(tx, JAN, other)] == [second]


def test_who_confirmed_once_is_known(database: Database) -> None:
    """On that ticket alone, and only by a yes."""
    with database.transaction() as tx:
        one, other = saved(tx).number, saved(tx).number
        holds.settle(tx, _held(tx, one), "cancelled", NOW)
        assert not holds.was_confirmed(tx, JAN, one)
        holds.settle(tx, _held(tx, one), "confirmed", NOW)
        assert holds.was_confirmed(tx, JAN, one)
        assert not holds.was_confirmed(tx, JAN, other)
        assert not holds.was_confirmed(tx, MARIE, one)


def test_no_other_outcome_is_known(database: Database) -> None:
    """A word that is no state is refused by the table."""
    with database.transaction() as tx:
        hold = _held(tx)
    with pytest.raises(StoreRefused), database.transaction() as tx:
        holds.settle(tx, hold, "perhaps", NOW)
