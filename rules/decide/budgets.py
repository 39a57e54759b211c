"""The contract that pays for a ticket, and what its approval does to it."""

from __future__ import annotations

from decimal import Decimal

from rules.budget import Use, asked, per_hour
from rules.decide.scene import Scene
from rules.decide.values import set_attribute
from rules.model import Organisation, Quote
from rules.said import What


def choose_contract(scene: Scene) -> None:
    """The only contract that there is pays, where nobody has named one."""
    organisation = _organisation(scene)
    if scene.open_ticket.contract or organisation is None or len(organisation.contracts) != 1:
        return
    set_attribute(scene, "contract", organisation.contracts[0].name)


def told(scene: Scene, quote: Quote) -> dict[str, object]:
    """What a request for the use of a budget shows: what is left, and whether it is enough."""
    use = _use(scene)
    rows = [each.row() for each in ((use,) if use else scene.facts.budgets)]
    data: dict[str, object] = {"contracts": rows}
    over = _overrun(scene, quote, use)
    if use is not None and over is not None:
        data |= {"over": str(over), "over_unit": use.unit}
    return data


def tell_overrun(scene: Scene, quote: Quote) -> None:
    """What was approved is more than was left: it is done all the same, and said."""
    use = _use(scene)
    over = _overrun(scene, quote, use)
    if use is not None and over is not None:
        scene.say(What.BUDGET_OVER, contract=use.contract, over=str(over), unit=use.unit)


def _overrun(scene: Scene, quote: Quote, use: Use | None) -> Decimal | None:
    """How much more the quote asks for than was left before it."""
    if use is None or use.left is None:
        return None
    over = _asked(scene, quote, use) - use.left
    return over.quantize(Decimal("0.01")) if over > 0 else None


def _asked(scene: Scene, quote: Quote, use: Use) -> Decimal:
    organisation = _organisation(scene)
    contract = organisation.contract(use.contract) if organisation else None
    rate = per_hour(scene.facts.desk, contract, (scene.open_ticket.type,))
    return asked(quote.amount, quote.minutes, use.unit, rate)


def _use(scene: Scene) -> Use | None:
    name = (scene.open_ticket.contract or "").casefold()
    return next((u for u in scene.facts.budgets if name and u.contract.casefold() == name), None)


def _organisation(scene: Scene) -> Organisation | None:
    named = scene.open_ticket.organisation or ""
    return scene.facts.people.organisations.get(named)
