"""What is left of a contract in a month: agreed, worked, reserved. Pure sums.

Nothing of it is kept: worked is the billable time of the month on the contract's tickets, reserved
what was approved on its open tickets and is not worked yet. So a ticket that is cancelled, closed
or given another contract releases what it held, and two approvals at once are both counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from rules.model import Contract, Desk, Organisation, People

HOUR = "hour"
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Worked:
    """Billable minutes of one person at one rate, on tickets of one type and contract."""

    contract: str
    type: str | None
    by: str
    rate: str | None
    minutes: int


@dataclass(frozen=True, slots=True)
class Approved:
    """What the customer agreed to on an open ticket, and what was worked on it so far."""

    ticket: int
    contract: str
    type: str | None
    amount: Decimal
    minutes: int | None
    worked: Sequence[Worked] = ()


@dataclass(frozen=True, slots=True)
class Accounts:
    """What the store knows of an organisation's month."""

    worked: Sequence[Worked] = ()
    approved: Sequence[Approved] = ()


@dataclass(frozen=True, slots=True)
class Use:
    """One contract in one month. `unit`: hour, or a currency; `total` is None without a limit."""

    contract: str
    unit: str
    total: Decimal | None
    spent: Decimal = Decimal(0)
    reserved: Decimal = Decimal(0)

    @property
    def left(self) -> Decimal | None:
        return None if self.total is None else self.total - self.spent - self.reserved

    def row(self) -> dict[str, object]:
        """As templates show it: decimal texts, None without a limit."""
        return {
            "contract": self.contract,
            "unit": self.unit,
            "total": _text(self.total),
            "spent": _text(self.spent),
            "reserved": _text(self.reserved),
            "left": _text(self.left),
        }


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount.quantize(_CENT, ROUND_HALF_UP))


def per_hour(desk: Desk, contract: Contract | None, names: Iterable[str | None]) -> Decimal:
    """The first of the names that has a rate: the contract's rates win over the desk's."""
    wanted = [name for name in (*names, "default") if name]
    for rates in (contract.rates if contract else {}, desk.rates):
        for name in wanted:
            if name in rates:
                return rates[name]
    return Decimal(0)


def rate_names(people: People, rate: str | None, type_: str | None, by: str) -> tuple[str, ...]:
    """The names under which a rate is looked up: the entry's own, the type's, the roles'."""
    return tuple(n for n in (rate, type_, *sorted(people.person(by).roles)) if n)


def uses(organisation: Organisation, desk: Desk, people: People, accounts: Accounts) -> list[Use]:
    """Each contract of the organisation, in the order of people.yaml."""
    return [_use(contract, desk, people, accounts) for contract in organisation.contracts]


def _use(contract: Contract, desk: Desk, people: People, accounts: Accounts) -> Use:
    by_money = contract.amount_per_month is not None
    unit = (contract.currency or desk.currency) if by_money else HOUR

    def measured(worked: Worked) -> Decimal:
        hours = Decimal(worked.minutes) / 60
        if not by_money:
            return hours
        names = rate_names(people, worked.rate, worked.type, worked.by)
        return hours * per_hour(desk, contract, names)

    name = contract.name.casefold()
    reserved = Decimal(0)
    for approved in (a for a in accounts.approved if a.contract.casefold() == name):
        rate = per_hour(desk, contract, (approved.type,))
        done = sum(map(measured, approved.worked), Decimal(0))
        rest = asked(approved.amount, approved.minutes, unit, rate) - done
        reserved += max(rest, Decimal(0))
    return Use(
        contract.name,
        unit,
        contract.amount_per_month if by_money else contract.hours_per_month,
        sum((measured(w) for w in accounts.worked if w.contract.casefold() == name), Decimal(0)),
        reserved,
    )


def asked(amount: Decimal, minutes: int | None, unit: str, rate: Decimal) -> Decimal:
    """What was asked for, in the contract's unit: time costs the rate, money buys hours at it."""
    if unit == HOUR:
        if minutes is not None:
            return Decimal(minutes) / 60
        return amount / rate if rate else Decimal(0)
    return amount if amount or minutes is None else Decimal(minutes) / 60 * rate
