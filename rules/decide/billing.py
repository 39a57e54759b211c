"""What is billed and at which rate; quotes. Amounts are Decimal with a currency."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from rules.calendar import BusinessCalendar
from rules.decide.audience import holders, name_of, responsible, union
from rules.decide.cause import Cause, Refused
from rules.decide.scene import Scene
from rules.effects import QueueMail, SetBilling
from rules.model import Billing, Contract, Desk, Quote, TimeEntry
from rules.process import Status
from rules.said import Headline, What, Why

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


def covered(scene: Scene) -> bool:
    """Whether a contract of the organisation makes work in this status free."""
    status = _work_status(scene)
    return status is not None and covers(scene, status.covered_by)


def is_paid(scene: Scene) -> bool:
    """Whether time worked now is to be paid: neither covered, nor part of a quoted price."""
    spec = scene.process.types.get(scene.open_ticket.type or "")
    by_time = spec is None or spec.bill in (None, "time")
    return by_time and not covered(scene)


def covers(scene: Scene, names: tuple[str, ...]) -> bool:
    """Whether the ticket's contract, or without one any of the organisation's, is among these."""
    ticket = scene.open_ticket
    organisation = scene.facts.people.organisations.get(ticket.organisation or "")
    held = [c.name for c in organisation.contracts] if organisation else []
    if ticket.contract:
        held = [ticket.contract]
    wanted = {n.casefold() for n in names}
    return any(name.casefold() in wanted for name in held)


def rate_name(scene: Scene) -> str | None:
    """The rate that time worked now is billed at; None for the default."""
    status = _work_status(scene)
    return status.rate if status else None


def rate(scene: Scene, entry: TimeEntry) -> Decimal:
    """What an hour of this entry costs."""
    roles = scene.facts.people.person(entry.by).roles
    return per_hour(
        scene.facts.desk, _contract(scene), (entry.rate, scene.open_ticket.type, *sorted(roles))
    )


def per_hour(desk: Desk, contract: Contract | None, names: Iterable[str | None]) -> Decimal:
    """The first of the names that has a rate: the contract's rates win over the desk's."""
    wanted = [*names, "default"]
    for rates in (contract.rates if contract else {}, desk.rates):
        for name in wanted:
            if name and name in rates:
                return rates[name]
    return Decimal(0)


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


def request(scene: Scene, basis: str) -> None:
    """Asks finance for the invoice, with its lines."""
    if scene.open_ticket.billing.status != "none":
        return
    rows, currency = _rows(scene, basis)
    if not rows:
        return
    amounts = [Decimal(str(row["amount"])) for row in rows if row["amount"] is not None]
    total = sum(amounts, Decimal(0))
    scene.do(SetBilling(Billing(basis, total, currency, "requested", None)))
    scene.say(What.INVOICE_REQUESTED)
    finance = scene.facts.desk.finance or _bookkeepers(scene)
    data = {"rows": rows, "totals": [str(total)], "currency": currency, "basis": basis}
    if finance:
        mail = QueueMail("invoice_notice", finance, data=data, offers=("raised",), internal=True)
        scene.mails.append(mail)
    else:
        scene.tell(responsible(scene.facts, scene.open_ticket), Headline.NOBODY)


def _bookkeepers(scene: Scene) -> tuple[str, ...]:
    """Whoever may say that the invoice exists."""
    commands = scene.process.commands.values()
    roles = (r for c in commands if any(s.bill == "raised" for s in c.steps) for r in c.who)
    return union(holders(scene.facts, role, scene.ticket) for role in roles)


def _rows(scene: Scene, basis: str) -> tuple[list[dict[str, object]], str]:
    if basis == "quote":
        approved = [q for q in scene.open_ticket.quotes if q.status == "approved"]
        rows = [_quote_row(scene, q) for q in approved]
        return rows, approved[-1].currency if approved else scene.facts.desk.currency
    entries = [e for e in scene.open_ticket.time if e.billable]
    rows = [_time_row(scene, e) for e in entries]
    return rows + _visit_rows(scene, entries), scene.facts.desk.currency


def _time_row(scene: Scene, entry: TimeEntry) -> dict[str, object]:
    hours = Decimal(entry.minutes) / 60
    hourly = rate(scene, entry)
    return {
        "text": entry.text,
        "on": entry.on.isoformat(),
        "by": name_of(scene.facts.people, entry.by),
        "quantity": str(hours.quantize(_CENT, ROUND_HALF_UP)),
        "unit": "hour",
        "rate": str(hourly),
        "amount": str(cost(entry.minutes, hourly)),
    }


def _visit_rows(scene: Scene, entries: list[TimeEntry]) -> list[dict[str, object]]:
    """A visit that no contract covers and for which nobody wrote down time is on the notice all
    the same, for finance to ask about."""
    rows: list[dict[str, object]] = []
    for status in scene.process.statuses.values():
        at = scene.open_ticket.fields.get(status.planned_in or "")
        if not at or not status.covered_by or covers(scene, status.covered_by):
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


# --- quotes ------------------------------------------------------------------------------------


def valid_until(scene: Scene, span: str | None) -> date | None:
    if span is None:
        return None
    facts = scene.facts
    zone = ZoneInfo(facts.desk.time_zone)
    calendar = BusinessCalendar(scene.process.hours, zone, facts.desk.country)
    return calendar.add(facts.now, span).astimezone(zone).date()


def mail_quote(scene: Scene, template: str, offers: tuple[str, ...]) -> None:
    """The current quote to the customer, with what they may answer."""
    quote = scene.open_ticket.current_quote
    if quote is None:
        return
    data: dict[str, object] = {
        "number": quote.number,
        "amount": str(quote.amount) if quote.amount else "",
        "currency": quote.currency,
        "contract": scene.open_ticket.contract or "",
        "organisation": scene.open_ticket.organisation or "",
        "text": quote.text,
        "valid_until": quote.valid_until.isoformat() if quote.valid_until else None,
    }
    scene.mails.append(
        QueueMail(
            template,
            scene.open_ticket.customers,
            data=data,
            offers=offers,
            carries_text=bool(scene.text.strip()),
            purpose="quote",
            version=quote.number,
        )
    )
    scene.text_used = True
    scene.say(
        What.QUOTE_SENT, number=quote.number, amount=str(quote.amount), currency=quote.currency
    )


def refuse_old_version(scene: Scene, quote: Quote) -> None:
    """A decision names exactly one version: that of the signed address it came by, or that which
    its sender was shown before they said yes."""
    mail, actor = scene.mail, scene.facts.actor
    token = mail.token if mail else None
    if token is not None and token.purpose == "quote" and token.version != quote.number:
        raise Refused(Why.OLD_QUOTE, number=token.version)
    shown = actor.shown.get("quote", 0)
    if actor.confirmed and shown != quote.number:
        raise Refused(Why.OLD_QUOTE, number=shown)
