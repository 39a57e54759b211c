"""Tickets are found by desk, person, organisation, state and words, and only those meant."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rules.model import Priority, Ticket, Visibility
from store import search, tickets
from store.database import Database, Transaction
from store.search import Filter
from store.ticket_rows import fold
from tests.store.examples import DESK, JAN, MARIE, NOW, after, incoming, outgoing, saved

OTHER = "other@accel.example"
PIET = "piet@acme.example"


@pytest.fixture
def filled(database: Database) -> Database:
    """1: Jan's, open. 2: Piet's of Acme, Jan takes part, closed. 3: of Acme at another desk,
    assigned. 4: a stranger's."""
    with database.transaction() as tx:
        saved(tx, subject="Tlačiarka nefunguje")
        saved(
            tx,
            requester=PIET,
            organisation="Acme",
            participants=(JAN,),
            closed_at=NOW,
            status="closed",
            subject="100% done_now",
        )
        saved(tx, requester=PIET, organisation="Acme", desk=OTHER, assignee=MARIE, status="open")
        saved(tx, requester="x@x.example", status="open")
        incoming(tx, 4, "a", new_text="The TONER is\nempty\tagain")
        incoming(tx, 4, "b", new_text="Secret margin", visibility=Visibility.INTERNAL)
        outgoing(tx, 1, "c", new_text="Přišel jsem, viděl jsem: ÉTÉ STRAßE")
    return database


@pytest.mark.parametrize(
    ("which", "numbers"),
    [
        (Filter(), [4, 3, 2, 1]),
        (Filter(desks=[OTHER]), [3]),
        (Filter(desks=[DESK, OTHER]), [4, 3, 2, 1]),
        (Filter(desks=[]), []),
        (Filter(person=JAN), [2, 1]),
        (Filter(person=PIET), [3, 2]),
        (Filter(organisation="Acme"), [3, 2]),
        (Filter(person=JAN, organisation="Acme"), [3, 2, 1]),
        (Filter(person=JAN, organisation="Acme", desks=[DESK]), [2, 1]),
        (Filter(assignee=MARIE), [3]),
        (Filter(open=True), [4, 3, 1]),
        (Filter(open=False), [2]),
        (Filter(statuses=["open", "closed"]), [4, 3, 2]),
        (Filter(words="  "), [4, 3, 2, 1]),
        (Filter(words="tlaciarka NEFUNGUJE"), [1]),
        (Filter(words="tlačiarka toner"), []),
        (Filter(words="again empty toner"), [4]),
        (Filter(words="ete strasse prisel"), [1]),
        (Filter(words="100% done_now"), [2]),
        (Filter(words="1%d"), []),
        (Filter(words="margin"), []),
        (Filter(words="margin", internal=True), [4]),
        (Filter(words="toner", person=JAN), []),
        (Filter(words="x' OR 1=1 --"), []),
    ],
)
def test_a_filter_finds_what_it_says(filled: Database, which: Filter, numbers: list[int]) -> None:
    """Newest first, and the count agrees."""
    with filled.read() as tx:
        assert [t.number for t in search.find(tx, which, 9)] == numbers
        assert search.count(tx, which) == len(numbers)


def test_what_is_found_is_whole(filled: Database) -> None:
    """Tickets as loading them gives them, a page at a time."""
    with filled.read() as tx:
        assert search.find(tx, Filter(), 2) == tickets.load_all(tx, [4, 3])
        assert search.find(tx, Filter(), 2, 2) == tickets.load_all(tx, [2, 1])


def test_the_queue_holds_what_nobody_has_taken(database: Database) -> None:
    """Open tickets of the desk in these statuses, the urgent and then the oldest first."""

    def numbers(found: Sequence[Ticket]) -> list[int]:
        return [ticket.number for ticket in found]

    with database.transaction() as tx:
        saved(tx, opened_at=after(5))
        saved(tx, opened_at=after(1), status="open")
        saved(tx, assignee=MARIE)
        saved(tx, closed_at=NOW)
        saved(tx, desk=OTHER)
        saved(tx, status="waiting")
        saved(tx, opened_at=after(9), priority=Priority.HIGH)
        saved(tx, opened_at=after(9), priority=Priority.LOW)
        assert numbers(search.waiting(tx, DESK, ["new", "open"])) == [7, 2, 1, 8]
        assert numbers(search.waiting(tx, DESK, ["new", "open"], limit=1)) == [7]
        assert numbers(search.waiting(tx, DESK, [])) == []


def test_history_is_what_somebody_has_to_do_with(filled: Database) -> None:
    """As requester or participant, of open and closed tickets; staff and strangers have none."""

    def known(tx: Transaction, address: str) -> bool:
        return search.has_history(tx, address)

    with filled.read() as tx:
        assert known(tx, JAN)
        assert known(tx, "x@x.example")
        assert not known(tx, MARIE)
        assert not known(tx, "")


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Ç'est\u00a0L'ÉTÉ", "c'est l'ete"), ("Straße", "strasse"), ("ＡＢＣ", "abc"), ("ﬁ", "fi")],
)
def test_folding_forgets_case_and_accents(text: str, folded: str) -> None:
    """And the many ways to write the same letter."""
    assert fold(text) == folded
