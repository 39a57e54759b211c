"""What is billed and at which rate. Amounts are Decimal with a currency."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from rules.budget import per_hour, rate_names
from rules.decide.audience import holders, name_of, responsible, union
from rules.decide.cause import Cause, Refused
from rules.decide.scene import Scene
from rules.effects import QueueMail, SetBilling, SetValue
from rules.model import Billing, Contract, Quote, TimeEntry
from rules.process import Status
from rules.said import Headline, What, Why

Rows = list[dict[str, object]]
"""Lines of an invoice notice: text, on, by, quantity, unit, rate and amount as decimal texts."""

_CENT = Decimal("0.01")


def money(value: object, currency: str) -> tuple[Decimal, str]:
    """An amount as a command brings it: with its own currency, or the desk's; none is nothing."""
    if value is None:
        return Decimal(0), currency
    if isinstance(value, tuple):
        amount, named = value
        return Decimal(amount), str(named or currency)
    return Decimal(str(value)), currency


# --- time --------------------------------------------------------------------------------------


def _contract(scene: Scene) -> Contract | None:
    organisation = scene.facts.people.organisations.get(scene.open_ticket.organisation or "")
    return organisation.contract(scene.open_ticket.contract) if organisation else None


def _work_status(scene: Scene) -> Status | None:
    """The status in which the work was done: that of before this mail."""
    before = scene.facts.ticket
    return scene.process.statuses.get((before or scene.open_ticket).status)


def covered(scene: Scene) -> str | None:
    """The contract of the organisation that makes work in this status free."""
    status = _work_status(scene)
    return covering(scene, status.covered_by) if status else None


def is_paid(scene: Scene) -> bool:
    """Whether time worked now is to be paid: neither covered, nor part of a quoted price."""
    spec = scene.process.types.get(scene.open_ticket.type or "")
    by_time = spec is None or spec.bill in (None, "time")
    return by_time and not covered(scene)


def note_covering(scene: Scene, status: Status) -> None:
    """The ticket names the contract that pays for what is planned, where it has none yet."""
    name = None if scene.open_ticket.contract else covering(scene, status.covered_by)
    if name:
        scene.do(SetValue("contract", name))
        scene.say(What.CONTRACT, name=name)


def covering(scene: Scene, names: tuple[str, ...]) -> str | None:
    """The ticket's contract, or without one the first of the organisation's, among these."""
    ticket = scene.open_ticket
    organisation = scene.facts.people.organisations.get(ticket.organisation or "")
    held = [c.name for c in organisation.contracts] if organisation else []
    if ticket.contract:
        held = [ticket.contract]
    wanted = {n.casefold() for n in names}
    return next((name for name in held if name.casefold() in wanted), None)


def rate_name(scene: Scene) -> str | None:
    """The rate that time worked now is billed at; None for the default."""
    status = _work_status(scene)
    return status.rate if status else None


def rate(scene: Scene, entry: TimeEntry) -> Decimal:
    """What an hour of this entry costs."""
    facts = scene.facts
    names = rate_names(facts.people, entry.rate, scene.open_ticket.type, entry.by)
    return per_hour(facts.desk, _contract(scene), names)


def cost(minutes: int, hourly: Decimal) -> Decimal:
    """Of one entry, rounded to the cent as the invoice notice has it."""
    return (Decimal(minutes) / 60 * hourly).quantize(_CENT, ROUND_HALF_UP)


# --- the invoice notice ------------------------------------------------------------------------


def on_entering(scene: Scene, status: Status, by_command: str | None) -> None:
    """Bills what command, type or status say, in this order; nothing is billed twice."""
    spec = scene.process.types.get(scene.open_ticket.type or "")
    basis = by_command or (spec.bill if spec else None) or status.bill
    if status.bill in (None, "nothing") or basis in (None, "nothing"):
        return
    request(scene, basis)


def bill(scene: Scene, cause: Cause, what: str) -> None:
    """`#raised NUMBER`, `#paid`, or a step that asks for the invoice."""
    billing = scene.open_ticket.billing
    if what == "request":
        request(scene, "quote" if scene.open_ticket.quotes else "time")
    elif billing.status == "none":
        raise Refused(Why.NOTHING_BILLED)
    elif what == "raised":
        number = cause.text("number")
        _settle(scene, "raised", invoice=number)
        scene.say(What.INVOICE_RAISED, invoice=number)
    elif billing.status == "paid":
        raise Refused(Why.ALREADY)
    else:
        _settle(scene, "paid", invoice=billing.invoice)
        scene.say(What.INVOICE_PAID, invoice=billing.invoice or "")


def _settle(scene: Scene, status: str, *, invoice: str | None) -> None:
    now = scene.open_ticket.billing
    scene.do(SetBilling(Billing(now.basis, now.amount, now.currency, status, invoice)))
    scene.tell(responsible(scene.facts, scene.open_ticket), Headline.CHANGED)


def value(scene: Scene) -> dict[str, object]:
    """What the billable work on the ticket comes to: nothing is said where no rate is agreed."""
    rows, currency = _rows(scene, "time")
    total = _total(rows)
    return {"value": str(total), "currency": currency} if total else {}


def _total(rows: Rows) -> Decimal:
    amounts = (Decimal(str(row["amount"])) for row in rows if row["amount"] is not None)
    return sum(amounts, Decimal(0))


def request(scene: Scene, basis: str) -> None:
    """Asks finance for the invoice, with its lines."""
    if scene.open_ticket.billing.status != "none":
        return
    rows, currency = _rows(scene, basis)
    if not rows:
        return
    total = _total(rows)
    scene.do(SetBilling(Billing(basis, total, currency, "requested", None)))
    scene.say(What.INVOICE_REQUESTED)
    finance = scene.facts.desk.finance or _bookkeepers(scene)
    data = {"rows": rows, "totals": [str(total)], "currency": currency, "basis": basis}
    if finance:
        scene.mails.append(
            QueueMail(
                "invoice_notice",
                finance,
                data=data,
                offers=("raised",),
                internal=True,
                attach=scene.process.invoice.attach,
                evidence=True,
            )
        )
    else:
        scene.say(What.NOBODY, role="finance")
        scene.tell(responsible(scene.facts, scene.open_ticket), Headline.NOBODY)


def _bookkeepers(scene: Scene) -> tuple[str, ...]:
    """Whoever may say that the invoice exists."""
    commands = scene.process.commands.values()
    roles = (r for c in commands if any(s.bill == "raised" for s in c.steps) for r in c.who)
    return union(holders(scene.facts, role, scene.ticket) for role in roles)


def _rows(scene: Scene, basis: str) -> tuple[Rows, str]:
    if basis == "quote":
        approved = [q for q in scene.open_ticket.quotes if q.status == "approved"]
        rows = [_quote_row(scene, q) for q in approved]
        return rows, approved[-1].currency if approved else scene.facts.desk.currency
    entries = [e for e in scene.open_ticket.time if e.billable]
    if scene.process.invoice.lines == "person":
        entries = _by_person(entries)
    rows = [_time_row(scene, e) for e in entries]
    return rows + _visit_rows(scene, entries), scene.facts.desk.currency


def _by_person(entries: list[TimeEntry]) -> list[TimeEntry]:
    """One line for all that somebody worked at one rate, on the day of the last of it."""
    lines: dict[tuple[str, str | None], TimeEntry] = {}
    for entry in sorted(entries, key=lambda e: e.on):
        before = lines.get((entry.by, entry.rate))
        minutes = before.minutes if before else 0
        text = "" if before else entry.text
        line = replace(entry, minutes=minutes + entry.minutes, text=text)
        lines[entry.by, entry.rate] = line
    return list(lines.values())


def _time_row(scene: Scene, entry: TimeEntry) -> dict[str, object]:
    hours = Decimal(entry.minutes) / 60
    hourly = rate(scene, entry)
    return {
        "text": entry.text or scene.open_ticket.subject,
        "on": entry.on.isoformat(),
        "by": name_of(scene.facts.people, entry.by),
        "quantity": str(hours.quantize(_CENT, ROUND_HALF_UP)),
        "unit": "hour",
        "rate": str(hourly),
        "amount": str(cost(entry.minutes, hourly)),
    }


def _visit_rows(scene: Scene, entries: list[TimeEntry]) -> Rows:
    """A visit that no contract covers and for which nobody wrote down time is on the notice all
    the same, for finance to ask about."""
    rows: Rows = []
    for status in scene.process.statuses.values():
        at = scene.open_ticket.fields.get(status.planned_in or "")
        if not at or not status.covered_by or covering(scene, status.covered_by):
            continue
        if any(e.rate == status.rate for e in entries):
            continue
        row = {"text": scene.label(status.label), "on": str(at)[:10], "by": "", "quantity": None}
        rows.append({**row, "unit": "hour", "rate": None, "amount": None})
    return rows


def _quote_row(scene: Scene, quote: Quote) -> dict[str, object]:
    on = quote.sent_at.date().isoformat() if quote.sent_at else ""
    return {
        "text": quote.text or scene.open_ticket.subject,
        "on": on,
        "by": name_of(scene.facts.people, quote.by),
        "quantity": "1",
        "unit": "quote",
        "rate": str(quote.amount),
        "amount": str(quote.amount),
    }
