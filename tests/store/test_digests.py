"""A digest is sent once each time, whoever sends it, and what was sent outlives a restart."""

from __future__ import annotations

from dataclasses import replace

from store import digests
from store.database import Database
from tests.store.examples import after

DESK = "helpdesk@accel.example"


def noted(database: Database) -> None:
    with database.transaction() as tx:
        digests.add(tx, DESK, "waiting", after(20))
        digests.add(tx, DESK, "due", after(60))


def test_a_digest_is_noted_once(database: Database) -> None:
    """Whoever notes it second changes nothing; a file that has it earlier wins."""
    noted(database)
    with database.transaction() as tx:
        digests.add(tx, DESK, "waiting", after(5))
        assert digests.next_due(tx) == after(20)
        digests.hurry(tx, DESK, "due", after(90))
        digests.hurry(tx, DESK, "waiting", after(10))
        assert {row.name: row.due_at for row in digests.every(tx)} == {
            "waiting": after(10),
            "due": after(60),
        }


def test_a_digest_that_was_sent_is_due_at_its_next_time(database: Database) -> None:
    """Not before it is due, and once; what was sent is kept."""
    noted(database)
    with database.transaction() as tx:
        assert digests.claim(tx, DESK, "waiting", after(19)) is None
        assert digests.claim(tx, DESK, "gone", after(99)) is None
        row = digests.claim(tx, DESK, "waiting", after(20))
        assert row is not None and row.sent == {}
        digests.save(tx, replace(row, due_at=after(40), sent={"a@b.example": "f00"}))
    with database.transaction() as tx:
        assert digests.claim(tx, DESK, "waiting", after(39)) is None
        again = digests.claim(tx, DESK, "waiting", after(40))
        assert again is not None and again.sent == {"a@b.example": "f00"}


def test_on_a_server_one_that_another_process_has_is_left_alone(server_url: str) -> None:
    """Nobody waits, and once it is sent it is due to nobody else."""
    database = Database(server_url)
    noted(database)
    with database.transaction() as busy:
        row = digests.claim(busy, DESK, "waiting", after(30))
        assert row is not None
        with database.transaction() as tx:
            assert digests.claim(tx, DESK, "waiting", after(30)) is None
        digests.save(busy, replace(row, due_at=after(50)))
    with database.transaction() as tx:
        assert digests.claim(tx, DESK, "waiting", after(30)) is None
    database.dispose()


def test_no_digest_is_never_due(database: Database) -> None:
    """An empty store has nothing to wait for."""
    with database.read() as tx:
        assert digests.next_due(tx) is None
        assert digests.every(tx) == []
