"""Values come back as they went in, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import Column, MetaData, Table, insert, select

from store.database import Database
from store.errors import StoreRefused
from store.types import Amount, Id, Json, Key, Moment, Words, storable, storable_json

_samples = Table(
    "samples",
    MetaData(),
    Column("id", Id, primary_key=True),
    Column("words", Words),
    Column("key", Key),
    Column("moment", Moment),
    Column("amount", Amount),
    Column("json", Json),
)

HOSTILE = "nul \x00 lone \ud800 and \udfff, astral 😀, \\u0000, ' -- é"
CLEANED = "nul \ufffd lone \ufffd and \ufffd, astral 😀, \\u0000, ' -- é"


@pytest.fixture
def samples(database: Database) -> Iterator[Table]:
    with database.transaction() as tx:
        _samples.create(tx.connection)
    yield _samples
    with database.transaction() as tx:
        _samples.drop(tx.connection)


def _there_and_back(database: Database, column: str, value: object) -> object:
    with database.transaction() as tx:
        tx.execute(insert(_samples), {column: value})
        return tx.scalar(select(_samples.c[column]).order_by(_samples.c.id.desc()).limit(1))


def test_hostile_text_is_kept_but_for_what_no_database_takes(
    database: Database, samples: Table
) -> None:
    """NUL and lone surrogates become U+FFFD; everything else stays as it was."""
    assert storable(HOSTILE) == CLEANED
    assert _there_and_back(database, "words", HOSTILE) == CLEANED
    assert _there_and_back(database, "words", "x" * 2_000_000) == "x" * 2_000_000


def test_what_is_looked_up_by_may_be_long(database: Database, samples: Table) -> None:
    """A key of 100 kB is cut, in rows and in queries alike, so that it finds itself."""
    long = "<" + "é" * 100_000 + ">"
    with database.transaction() as tx:
        tx.execute(insert(_samples), {"key": long})
        found = tx.scalar(select(_samples.c.key).where(_samples.c.key == long))
    assert found == long[:600]


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 21, 9, 30, 15, 123456, tzinfo=UTC),
        datetime(2026, 10, 25, 2, 30, tzinfo=timezone(timedelta(hours=2))),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ],
)
def test_moments_come_back_aware_and_in_utc(
    database: Database, samples: Table, moment: datetime
) -> None:
    """The same moment to the microsecond, whatever the time zone was."""
    found = _there_and_back(database, "moment", moment)
    assert isinstance(found, datetime)
    assert (found, found.tzinfo) == (moment, UTC)


def test_a_moment_without_time_zone_is_refused(database: Database, samples: Table) -> None:
    """It would mean another moment on another machine."""
    with pytest.raises(StoreRefused, match="without time zone"):
        _there_and_back(database, "moment", datetime(2026, 11, 21))  # noqa: DTZ001


@pytest.mark.parametrize("text", ["450.00", "0.1", "-12.30", "1E+3", "123456789012345678901.23"])
def test_amounts_are_exact_to_the_digit(database: Database, samples: Table, text: str) -> None:
    """450.00 does not become 450.0, nor 0.1 a float."""
    found = _there_and_back(database, "amount", Decimal(text))
    assert isinstance(found, Decimal)
    assert str(found) == text


@pytest.mark.parametrize(
    ("value", "back"),
    [
        ({"a": [1, True, None, "é", {"b": 1.5}]}, {"a": [1, True, None, "é", {"b": 1.5}]}),
        (1, 1),
        ("1", "1"),
        (10**30, 10**30),
        (HOSTILE, CLEANED),
        ({"\x00": ["\ud800", "\\u0000"]}, {"\ufffd": ["\ufffd", "\\u0000"]}),
        (None, None),
    ],
)
def test_json_comes_back_as_it_was(
    database: Database, samples: Table, value: object, back: object
) -> None:
    """Types and texts survive, in names too."""
    assert _there_and_back(database, "json", value) == back
    assert storable_json(value) == back


def test_what_is_no_json_is_refused(database: Database, samples: Table) -> None:
    """No value is stored that another program could not read."""
    for value in (float("nan"), object()):
        with pytest.raises(StoreRefused):
            _there_and_back(database, "json", value)
