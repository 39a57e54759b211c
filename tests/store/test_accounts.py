"""What was worked is summed for the month and the organisation that it belongs to."""

from __future__ import annotations

from datetime import date

from rules.model import TimeEntry
from store import accounts
from store.database import Database
from tests.store.examples import MARIE, saved


def _worked(minutes: int, on: date) -> TimeEntry:
    return TimeEntry(minutes, MARIE, on, True, "Toner")


def test_minutes_are_summed_by_contract_and_month(database: Database) -> None:
    """From the first to the last day, over all tickets, leaving out other organisations."""
    feb, last, march = date(2028, 2, 1), date(2028, 2, 29), date(2028, 3, 1)
    with database.transaction() as tx:
        saved(
            tx,
            organisation="Acme",
            contract="Magic",
            time=(_worked(30, feb), _worked(60, last), _worked(5, march)),
        )
        saved(tx, organisation="Acme", contract="Magic", time=(_worked(7, feb),))
        saved(tx, organisation="Acme", contract="Wise", time=(_worked(15, feb),))
        saved(tx, organisation="Acme", time=(_worked(99, feb),))
        saved(tx, organisation="Other", contract="Magic", time=(_worked(99, feb),))
        assert accounts.minutes_of_month(tx, "Acme", last) == {"Magic": 97, "Wise": 15}
        assert accounts.minutes_of_month(tx, "Acme", march) == {"Magic": 5}
        assert accounts.minutes_of_month(tx, "Nobody", march) == {}
