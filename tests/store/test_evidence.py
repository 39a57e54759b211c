"""Bytes are kept once under their hash, and altered ones are noticed."""

from __future__ import annotations

from hashlib import sha256

import pytest
from sqlalchemy import func, select, update

from store import evidence, schema
from store.database import Database
from store.errors import EvidenceAltered, EvidenceMissing, StoreRefused
from tests.store.examples import together

BODY = bytes(range(256)) * 10


def test_bytes_come_back_as_they_were(database: Database) -> None:
    """Every byte, under the name that their SHA-256 is."""
    with database.transaction() as tx:
        name = evidence.put(tx, BODY)
        assert name == sha256(BODY).hexdigest() == evidence.digest(BODY)
        assert evidence.get(tx, name) == BODY
        assert evidence.size(tx, name) == len(BODY)
        assert evidence.get(tx, evidence.put(tx, b"")) == b""


def test_the_same_bytes_are_kept_once(database: Database) -> None:
    """Within one call, in several, and by several at the same time."""
    with database.transaction() as tx:
        names = evidence.put_all(tx, [b"a", b"b", b"a"])
        assert names == [evidence.digest(body) for body in (b"a", b"b", b"a")]
        assert evidence.put_all(tx, []) == []
    together(database, *[lambda tx: evidence.put_all(tx, [b"c", b"a", b"b"])] * 4)
    with database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(schema.evidence)) == 3


def test_bytes_of_elsewhere_are_known_by_size_alone(database: Database) -> None:
    """What an object store keeps can be named by rows, but not be read where no place is named."""
    name = evidence.digest(BODY)
    with database.transaction() as tx:
        assert evidence.put_all(tx, [BODY, BODY], {name}) == [name, name]
        assert evidence.size(tx, name) == len(BODY)
        with pytest.raises(EvidenceMissing):
            evidence.get(tx, name)


def test_what_is_not_there_is_missing(database: Database) -> None:
    """An unknown name has neither bytes nor a size."""
    with database.read() as tx:
        assert evidence.size(tx, "0" * 64) is None
        with pytest.raises(EvidenceMissing):
            evidence.get(tx, "0" * 64)


def test_altered_bytes_are_noticed(database: Database) -> None:
    """Whoever changes them in the database cannot keep their name; another length not even be."""
    with database.transaction() as tx:
        name = evidence.put(tx, b"approve 450.00")
        tx.execute(update(schema.evidence).values(body=b"approve 950.00"))
        with pytest.raises(EvidenceAltered):
            evidence.get(tx, name)
    with pytest.raises(StoreRefused), database.transaction() as tx:
        tx.execute(update(schema.evidence).values(body=b"shorter"))


def test_everything_is_listed_page_by_page(database: Database) -> None:
    """Each name once, in order."""
    with database.transaction() as tx:
        known = sorted(evidence.put_all(tx, [b"a", b"b", b"c"]))
        assert evidence.names(tx, 2) == known[:2]
        assert evidence.names(tx, 2, after=known[1]) == known[2:]
