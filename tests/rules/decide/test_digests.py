"""Lists to staff: whose entries, in which order, and when one is the same as before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rules.decide import digests
from rules.decide.clocks import calendar_of
from rules.model import Priority, Task, Ticket
from tests.rules.decide.promises import at, facts, promises, ticket

MARIE, TOM = "marie@accel.example", "tom@accel.example"
NOW = "2026-11-24 12:00"


def listed(name: str, *tickets: Ticket) -> dict[str, list[tuple[int, int]]]:
    """Each reader's entries: ticket and task."""
    spec = promises().digests[name]
    lists = digests.lists(spec, [facts(t, NOW) for t in tickets])
    return {
        address: [(e.ticket.number, e.task.number if e.task else 0) for e in entries]
        for address, entries in lists.items()
    }


def test_a_list_of_tickets() -> None:
    """Those in the statuses for which the condition holds, the most urgent and oldest first."""
    old, new = ticket(1), ticket(2, opened_at=at("2026-11-24 09:00"))
    urgent = ticket(3, opened_at=at("2026-11-24 11:00"), priority=Priority.URGENT)
    taken, held = ticket(4, assignee=TOM), ticket(5, status="held")
    rows = [(3, 0), (1, 0), (2, 0)]
    assert listed("waiting", new, old, urgent, taken, held) == {MARIE: rows, TOM: rows}
    assert listed("waiting", taken, held) == {}


def test_each_gets_what_is_theirs() -> None:
    """The assignee, and whoever holds the role; each entry once. Closed tickets are no entries."""
    assert listed(
        "mine", ticket(1, assignee=MARIE), ticket(2, assignee=TOM), ticket(3, status="done")
    ) == {MARIE: [(1, 0)], TOM: [(1, 0), (2, 0)]}


def test_tasks_that_are_due() -> None:
    """Open, and due today or before: to who has the task, else its role, else who looks after the
    ticket; on closed tickets too."""
    day, before, later = date(2026, 11, 24), date(2026, 11, 20), date(2026, 11, 25)
    one = ticket(
        1,
        status="done",
        tasks=(
            Task(1, "a", assignee=TOM, due=day),
            Task(2, "b", role="lead", due=before),
            Task(3, "c", assignee=TOM, due=later),
            Task(4, "d", assignee=TOM, done=True, due=day),
            Task(5, "e", assignee=TOM),
        ),
    )
    two = ticket(2, assignee=MARIE, tasks=(Task(1, "f", due=day),))
    assert listed("due", one, two) == {TOM: [(1, 2), (1, 1)], MARIE: [(2, 1)]}


def test_the_same_list() -> None:
    """Time alone changes nothing; an entry more or less does, and what is said of one."""
    spec, first = promises().digests["waiting"], ticket(1)

    def print_of(*tickets: Ticket, now: str = NOW) -> str:
        return digests.fingerprint(digests.lists(spec, [facts(t, now) for t in tickets])[TOM])

    same = print_of(first)
    assert print_of(first, now="2026-11-25 12:00") == same
    urgent = replace(first, priority=Priority.URGENT)
    others = {print_of(first, ticket(2)), print_of(ticket(2)), print_of(urgent)}
    assert len(others | {same}) == 4


def test_a_task_that_is_overdue_now_is_news() -> None:
    """So whoever did not do it hears of it on the day after, and then no more."""
    spec = promises().digests["due"]
    late = ticket(1, tasks=(Task(1, "a", assignee=TOM, due=date(2026, 11, 24)),))
    prints = [
        digests.fingerprint(digests.lists(spec, [facts(late, f"2026-11-{day} 08:00")])[TOM])
        for day in (24, 25, 26)
    ]
    assert prints[0] != prints[1] == prints[2]


@pytest.mark.parametrize(
    ("name", "now", "due"),
    [
        ("waiting", "2026-11-24 12:00", "2026-11-24 12:20"),
        ("mine", "2027-03-27 12:00", "2027-03-28 12:00"),
        ("due", "2026-11-27 07:00", "2026-11-27 08:00"),
        ("due", "2026-11-27 08:00", "2026-11-30 08:00"),
    ],
)
def test_when_it_comes_next(name: str, now: str, due: str) -> None:
    """So much later, or at its time of the next business day."""
    calendar = calendar_of(facts(ticket(), now))
    assert digests.next_run(promises().digests[name], calendar, at(now)) == at(due)
