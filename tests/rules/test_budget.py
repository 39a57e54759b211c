"""What is left of a contract: agreed, worked and reserved, in hours or in money."""

from __future__ import annotations

from decimal import Decimal

from rules.budget import Accounts, Approved, Use, Worked, uses
from rules.model import Contract, Desk, Organisation, People, Person

DESK = Desk("d@d.example", "Desk", "agency", currency="GBP", rates={"default": Decimal(60)})
PEOPLE = People(
    {"dev@d.example": Person("dev@d.example", roles=frozenset({"developer"}), staff=True)}
)


def _use(contract: Contract, accounts: Accounts) -> Use:
    return uses(Organisation("Acme", contracts=(contract,)), DESK, PEOPLE, accounts)[0]


def _worked(minutes: int, *, rate: str | None = None) -> Worked:
    return Worked("Care", None, "dev@d.example", rate, minutes)


HOURS = Contract("Care", hours_per_month=Decimal(10))
MONEY = Contract("Care", amount_per_month=Decimal(500))


def test_nothing_is_used_of_a_new_month() -> None:
    """All of it is left, in the unit that was agreed."""
    assert _use(HOURS, Accounts()).row() == {
        "contract": "Care",
        "unit": "hour",
        "total": "10.00",
        "spent": "0.00",
        "reserved": "0.00",
        "left": "10.00",
    }
    assert (_use(MONEY, Accounts()).unit, _use(MONEY, Accounts()).left) == ("GBP", Decimal(500))


def test_work_and_what_is_approved_count_once() -> None:
    """What was approved is reserved until it is worked; work beyond it reserves nothing."""
    approved = Approved(1, "care", None, Decimal(0), 240, (_worked(90),))
    use = _use(HOURS, Accounts((_worked(90),), (approved,)))
    assert (use.spent, use.reserved, use.left) == (Decimal("1.5"), Decimal("2.5"), Decimal(6))
    more = Approved(1, "Care", None, Decimal(0), 60, (_worked(90),))
    assert _use(HOURS, Accounts((_worked(90),), (more,))).reserved == 0


def test_money_is_hours_at_the_rate_and_the_other_way_round() -> None:
    """An estimate in money holds hours of a contract of hours, and hours hold money."""
    assert _use(HOURS, Accounts((), (Approved(1, "Care", None, Decimal(120), None),))).reserved == 2
    assert _use(MONEY, Accounts((), (Approved(1, "Care", None, Decimal(0), 90),))).reserved == 90
    assert _use(MONEY, Accounts((_worked(30),))).spent == 30


def test_the_contracts_own_rate_wins() -> None:
    """By the role of who worked, where there is one of it."""
    own = Contract("Care", amount_per_month=Decimal(500), rates={"developer": Decimal(100)})
    assert _use(own, Accounts((_worked(60),))).spent == 100


def test_several_tickets_hold_together_more_than_there_is() -> None:
    """Nothing is refused: what is left goes below nothing, for people to see."""
    approved = tuple(Approved(n, "Care", None, Decimal(0), 360) for n in (1, 2))
    assert _use(HOURS, Accounts((), approved)).left == -2


def test_a_contract_without_a_limit_has_nothing_left() -> None:
    """Its work is summed all the same."""
    use = _use(Contract("Care"), Accounts((_worked(60),)))
    assert use.total is None and use.left is None
    assert use.spent == 1


def test_other_contracts_are_left_alone() -> None:
    """What belongs to another contract counts there."""
    other = Worked("Wise", None, "dev@d.example", None, 60)
    assert _use(HOURS, Accounts((other,))).spent == 0
