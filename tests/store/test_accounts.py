"""What was worked and approved is found by month, contract and organisation."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal

from rules.budget import Accounts, Worked
from rules.model import Quote, TimeEntry
from store import accounts
from store.database import Database
from tests.store.examples import MARIE, NOW, saved


def _worked(minutes: int, on: date, *, billable: bool = True) -> TimeEntry:
    return TimeEntry(minutes, MARIE, on, billable, "Toner")


def _sums(found: Accounts) -> dict[str, int]:
    sums: dict[str, int] = {}
    for worked in found.worked:
        sums[worked.contract] = sums.get(worked.contract, 0) + worked.minutes
    return sums


def test_minutes_are_summed_by_contract_and_month(database: Database) -> None:
    """From the first to the last day, over all tickets, leaving out other organisations and what
    nobody pays for; what was taken back counts against it."""
    feb, last, march = date(2028, 2, 1), date(2028, 2, 29), date(2028, 3, 1)
    with database.transaction() as tx:
        acme = {"organisation": "Acme", "contract": "Magic"}
        free = _worked(45, feb, billable=False)
        time = (_worked(30, feb), _worked(70, last), _worked(-10, last), _worked(5, march), free)
        saved(tx, **acme, time=time)
        saved(tx, **acme, time=(_worked(7, feb),))
        saved(tx, organisation="Acme", contract="Wise", time=(_worked(15, feb),))
        saved(tx, organisation="Acme", time=(_worked(99, feb),))
        saved(tx, organisation="Other", contract="Magic", time=(_worked(99, feb),))
        assert _sums(accounts.of_month(tx, "Acme", last)) == {"Magic": 97, "Wise": 15}
        assert _sums(accounts.of_month(tx, "Acme", march)) == {"Magic": 5}
        assert accounts.of_month(tx, "Nobody", march) == Accounts([], [])


def _quote(number: int, status: str, *, reserves: bool = True) -> Quote:
    return Quote(number, Decimal("120.00"), "EUR", status, minutes=60, reserves=reserves)


def test_what_is_approved_on_open_tickets_is_reserved(database: Database) -> None:
    """Not what was declined, a plain quote, or a ticket that is closed; with the work so far."""
    acme = {"organisation": "Acme", "contract": "Magic"}
    january = date(2028, 1, 5)
    with database.transaction() as tx:
        held = saved(tx, **acme, quotes=(_quote(1, "approved"),), time=(_worked(15, january),))
        saved(tx, **acme, quotes=(_quote(1, "declined"),))
        saved(tx, **acme, quotes=(_quote(1, "approved", reserves=False),))
        saved(tx, **acme, quotes=(_quote(1, "approved"),), closed_at=NOW)
        (approved,) = accounts.of_month(tx, "Acme", date(2028, 2, 1)).approved
    assert (approved.ticket, approved.minutes) == (held.number, 60)
    assert approved.amount == 120
    assert approved.worked == (Worked("Magic", held.type, MARIE, None, 15),)


def test_two_who_reserve_at_once_see_each_other(database: Database) -> None:
    """Who comes second waits until the first is done, and then finds what that one reserved."""
    acme = {"organisation": "Acme", "contract": "Magic"}
    seen: list[int] = []
    ready = threading.Event()

    def reserve() -> None:
        ready.wait(10)
        with database.transaction() as tx:
            accounts.hold(tx, "Acme")
            seen.append(len(accounts.of_month(tx, "Acme", date(2028, 2, 1)).approved))
            saved(tx, **acme, quotes=(_quote(1, "approved"),))

    threads = [threading.Thread(target=reserve) for _ in range(3)]
    for thread in threads:
        thread.start()
    ready.set()
    for thread in threads:
        thread.join(30)
    assert sorted(seen) == [0, 1, 2]
