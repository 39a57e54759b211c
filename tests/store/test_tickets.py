"""Tickets are counted without gaps, come back as they were saved, and do not overwrite changes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select

from rules.effects import AddParticipant, Effect, OpenTicket, StartTimer, TicketEffect
from rules.evolve import evolve_all
from rules.model import MessageFact, Task, Ticket, Timer, Visibility
from store import journal, schema, tickets
from store.database import Database
from store.errors import Conflict, StoreRefused
from store.journal import Entry
from tests.store.effect_values import possible_effects
from tests.store.examples import (
    DESK,
    JAN,
    MARIE,
    NOW,
    after,
    full_ticket,
    incoming,
    outgoing,
    saved,
    ticket,
    together,
)


@contextmanager
def _statements(database: Database) -> Iterator[list[str]]:
    """What is sent to the database meanwhile."""
    said: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield said
    event.remove(database.engine, "before_cursor_execute", note)


# --- numbers -----------------------------------------------------------------------------------


def test_tickets_count_from_one(database: Database) -> None:
    """1, 2, 3, and the next is known beforehand."""
    with database.transaction() as tx:
        assert tickets.next_number(tx) == 1
        assert [tickets.new_number(tx) for _ in range(3)] == [1, 2, 3]
        assert tickets.next_number(tx) == 4


def test_a_rollback_gives_the_number_back(database: Database) -> None:
    """No number is left out."""
    with pytest.raises(OSError), database.transaction() as tx:
        tickets.new_number(tx)
        raise OSError
    with database.transaction() as tx:
        assert tickets.new_number(tx) == 1


def test_numbers_at_the_same_time_differ(database: Database) -> None:
    """Eight transactions on an empty store take 1 to 8, in whatever order."""
    assert sorted(together(database, *[tickets.new_number] * 8)) == list(range(1, 9))


# --- there and back ----------------------------------------------------------------------------


@pytest.mark.parametrize("made", [ticket(), full_ticket()], ids=["plain", "full"])
def test_a_ticket_comes_back_as_it_was_saved(database: Database, made: Ticket) -> None:
    """Every field of it, with the version that saving gave it."""
    with database.transaction() as tx:
        stored = tickets.save(tx, None, made)
        assert stored == replace(made, version=1)
        assert tickets.load(tx, 1) == stored
        assert tickets.load(tx, 1, lock=True) == stored
        assert tickets.load(tx, 2) is None


def test_any_change_comes_back(database: Database) -> None:
    """From plain to full and back again: everything arrives, everything leaves."""
    with database.transaction() as tx:
        plain = tickets.save(tx, None, ticket())
        full = tickets.save(tx, plain, full_ticket())
        assert tickets.load(tx, 1) == full
        tickets.save(tx, full, ticket())
        assert tickets.load(tx, 1) == replace(ticket(), version=3)


def test_members_may_change_places(database: Database) -> None:
    """A timer that is set anew comes last; a participant in the middle may leave."""
    with database.transaction() as tx:
        before = tickets.save(tx, None, full_ticket())
        changed = evolve_all(before, [StartTimer("close", after(5)), AddParticipant("x@x.example")])
        changed = replace(changed, participants=changed.participants[1:])
        stored = tickets.save(tx, before, changed)
        assert tickets.load(tx, 1) == stored
        assert [t.name for t in stored.timers] == ["remind", "close"]


def test_several_tickets_are_loaded_as_one(database: Database) -> None:
    """In the order asked for, those that there are, with no more statements than for one."""
    with database.transaction() as tx:
        made = [tickets.save(tx, None, full_ticket(n)) for n in (1, 2, 3)]
        incoming(tx, 2)
    with database.read() as tx:
        with _statements(database) as one:
            tickets.load(tx, 1)
        with _statements(database) as all_of_them:
            found = tickets.load_all(tx, [3, 9, 1, 2])
        assert [t.number for t in found] == [3, 1, 2]
        assert found[:2] == [made[2], made[0]]
        assert len(found[2].messages) == 1
        assert len(one) == len(all_of_them) == 8
        assert tickets.load_all(tx, []) == []


def test_a_ticket_knows_its_mails(database: Database) -> None:
    """What rules may ask of them, oldest first."""
    with database.transaction() as tx:
        saved(tx)
        first = incoming(tx, 1, "in", by_staff=True, visibility=Visibility.INTERNAL)
        second = outgoing(tx, 1, kind="auto", template="acknowledgement", subject="Re", at=after(1))
        found = tickets.load(tx, 1)
    assert found is not None
    assert found.messages == (
        MessageFact(
            direction="in",
            kind="human",
            visibility=Visibility.INTERNAL,
            sender=JAN,
            by_staff=True,
            at=NOW,
            id=first.id,
            subject="Printer",
        ),
        MessageFact(
            direction="out",
            kind="auto",
            visibility=Visibility.PUBLIC,
            sender=DESK,
            by_staff=False,
            at=after(1),
            template="acknowledgement",
            id=second.id,
            subject="Re",
        ),
    )


def test_tickets_are_listed_page_by_page(database: Database) -> None:
    """The numbers that there are, in order."""
    with database.transaction() as tx:
        for _ in range(3):
            saved(tx)
        assert tickets.numbers(tx, 2) == [1, 2]
        assert tickets.numbers(tx, 2, after=2) == [3]


# --- differences -------------------------------------------------------------------------------


def test_only_what_changed_is_written(database: Database) -> None:
    """A status is one statement, a new task two, nothing none."""
    with database.transaction() as tx:
        before = tickets.save(tx, None, full_ticket())
        with _statements(database) as said:
            same = tickets.save(tx, before, replace(before, messages=()))
        assert (same, said) == (before, [])
        with _statements(database) as said:
            moved = tickets.save(tx, before, replace(before, status="open"))
        assert len(said) == 1
        assert "subject" not in said[0]
        with _statements(database) as said:
            tickets.save(tx, moved, replace(moved, tasks=(*moved.tasks, Task(3, "More"))))
        assert len(said) == 2


def test_a_ticket_that_changed_meanwhile_is_a_conflict(database: Database) -> None:
    """Who saves what was read before another's change is refused, and leaves nothing."""
    with database.transaction() as tx:
        before = tickets.save(tx, None, ticket())
    with database.transaction() as tx:
        changed = tickets.save(tx, before, replace(before, status="open"))
    with pytest.raises(Conflict), database.transaction() as tx:
        tickets.save(tx, before, replace(before, assignee=MARIE, participants=("a@x.example",)))
    with database.read() as tx:
        assert tickets.load(tx, 1) == changed


def test_a_list_alone_moves_the_version_too(database: Database) -> None:
    """Two who each add a task do not write over one another."""
    with database.transaction() as tx:
        before = tickets.save(tx, None, ticket())
        one = replace(before, tasks=(Task(1, "one"),))
        assert tickets.save(tx, before, one).version == 2
    with pytest.raises(Conflict), database.transaction() as tx:
        tickets.save(tx, before, replace(before, tasks=(Task(1, "two"),)))


def test_a_number_is_taken_once(database: Database) -> None:
    """A new ticket under a number that there is is a conflict."""
    with database.transaction() as tx:
        tickets.save(tx, None, ticket())
    with pytest.raises(Conflict), database.transaction() as tx:
        tickets.save(tx, None, ticket())


def test_who_locks_comes_after_the_other(database: Database) -> None:
    """Ten add a task each to one ticket, loading it locked: ten tasks, and no conflict."""
    with database.transaction() as tx:
        saved(tx)
    gate = threading.Barrier(5)

    def add_task() -> None:
        gate.wait(20)
        for _ in range(2):
            with database.transaction() as tx:
                before = tickets.load(tx, 1, lock=True)
                assert before is not None
                more = (*before.tasks, Task(len(before.tasks) + 1, "x"))
                tickets.save(tx, before, replace(before, tasks=more))

    threads = [threading.Thread(target=add_task) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as tx:
        found = tickets.load(tx, 1)
        assert found is not None
        assert [t.number for t in found.tasks] == list(range(1, 11))


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": 0},
        {"timers": (Timer("a", NOW), Timer("a", NOW))},
        {"participants": (JAN, JAN)},
    ],
)
def test_a_ticket_that_makes_no_sense_is_refused(database: Database, wrong: dict[str, Any]) -> None:
    """The tables hold to it whatever the code does."""
    with pytest.raises((StoreRefused, Conflict)), database.transaction() as tx:
        tickets.save(tx, None, ticket(**wrong))


# --- the journal is the ticket -----------------------------------------------------------------


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.lists(possible_effects, min_size=1, max_size=4), max_size=4))
def test_the_journal_tells_the_ticket(database: Database, steps: list[list[Effect]]) -> None:
    """Whatever happens to a ticket, playing its journal gives what is stored, and loading it gives
    what was saved, but for what no database takes."""
    with database.transaction() as tx:
        number = tickets.new_number(tx)
        opening = OpenTicket(replace(full_ticket(0), quotes=(), tasks=()))
        now = tickets.save(tx, None, replace(opening.ticket, number=number))
        journal.append(tx, number, [Entry(NOW, JAN, "opened", opening)])
    for effects in steps:
        with database.transaction() as tx:
            before = tickets.load(tx, number, lock=True)
            assert before is not None
            now = tickets.save(tx, before, evolve_all(before, effects))
            journal.append(tx, number, [Entry(NOW, JAN, "changed", e) for e in effects])
    with database.read() as tx:
        stored, told = tickets.load(tx, number), journal.replay(tx, number)
    assert stored is not None
    assert told == replace(stored, version=0, messages=())
    assert stored.version == now.version


def test_every_effect_on_a_ticket_is_tried() -> None:
    """The strategy above leaves out no effect that changes a ticket."""
    tried: set[str] = set()

    @settings(max_examples=300, derandomize=True, database=None)
    @given(possible_effects)
    def collect(effect: Effect) -> None:
        tried.add(type(effect).__name__)

    collect()
    assert {kind.__name__ for kind in get_args(TicketEffect)} - tried == {"OpenTicket"}


def test_rows_of_a_ticket_are_not_left_behind(database: Database) -> None:
    """What leaves a list leaves its table."""
    with database.transaction() as tx:
        full = tickets.save(tx, None, full_ticket())
        tickets.save(tx, full, ticket())
        for table in (schema.tasks, schema.quotes, schema.timers, schema.participants):
            assert tx.scalar(select(func.count()).select_from(table)) == 0
