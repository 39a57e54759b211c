"""The journal keeps what happened in order, and is only added to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules.effects import Assign, MoveTo, Note, OpenTicket
from store import journal
from store.database import Database
from store.errors import StoreError
from store.journal import Entry, Event
from tests.store.examples import JAN, MARIE, NOW, after, incoming, saved, ticket


def test_entries_come_back_in_order(database: Database) -> None:
    """Counted from 1 for each ticket, with all that was said of them."""
    with database.transaction() as tx:
        one, other = saved(tx).number, saved(tx).number
        mail = incoming(tx, one).id
        opened = Entry(NOW, JAN, "opened", OpenTicket(ticket(0)), None, "new", mail)
        moved = Entry(after(1), MARIE, "moved", MoveTo("open", False, NOW, "1"), "new", "open")
        taken = Entry(after(2), MARIE, "assigned", Assign(MARIE))
        journal.append(tx, one, [opened, moved])
        journal.append(tx, other, [opened])
        journal.append(tx, one, [])
        journal.append(tx, one, [taken])
        assert journal.of_ticket(tx, one) == [
            Event(one, 1, opened),
            Event(one, 2, moved),
            Event(one, 3, taken),
        ]
        assert journal.of_ticket(tx, other) == [Event(other, 1, opened)]
        assert journal.of_ticket(tx, 99) == []


def test_replaying_gives_the_ticket_its_number(database: Database) -> None:
    """An opening is written before the number is known."""
    with database.transaction() as tx:
        number = saved(tx).number
        journal.append(tx, number, [Entry(NOW, JAN, "opened", OpenTicket(ticket(0)))])
        journal.append(tx, number, [Entry(NOW, MARIE, "assigned", Assign(MARIE))])
        assert journal.replay(tx, number) == replace(ticket(number), assignee=MARIE)


def test_a_journal_without_opening_tells_no_ticket(database: Database) -> None:
    """Neither an empty one nor one whose beginning is missing."""
    with database.transaction() as tx:
        number = saved(tx).number
        assert journal.replay(tx, number) is None
        journal.append(tx, number, [Entry(NOW, MARIE, "assigned", Assign(MARIE))])
        assert journal.replay(tx, number) is None


def test_a_ticket_that_is_not_there_has_no_journal(database: Database) -> None:
    """Nothing is noted of a ticket that was not saved."""
    with pytest.raises(StoreError), database.transaction() as tx:
        journal.append(tx, 99, [Entry(NOW, JAN, "noted", Note("noted"))])
