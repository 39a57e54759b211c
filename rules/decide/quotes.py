"""Quotes and requests for the use of a budget: sent, decided on, expired, sent once more.

A decision names exactly one version; one that names another, or comes too late, is refused.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rules.calendar import BusinessCalendar
from rules.decide import budgets
from rules.decide.audience import responsible
from rules.decide.billing import money
from rules.decide.cause import Cause, Refused
from rules.decide.facts import Facts
from rules.decide.scene import Scene
from rules.effects import CancelTimer, Note, QueueMail, SendQuote, SettleQuote, StartTimer
from rules.model import EXPIRY, Quote
from rules.process import Process, QuoteStep
from rules.said import Headline, What, Why

BINDS = "quote"
"""What the answers to such a mail decide on."""


def send(scene: Scene, cause: Cause, spec: QuoteStep) -> None:
    """A new version, which supersedes the one before; the customer is asked."""
    facts = scene.facts
    amount, currency = money(cause.arguments.get(spec.amount), facts.desk.currency)
    minutes = cause.arguments.get(spec.time) if spec.time else None
    until = _valid_until(scene, spec.valid_for)
    scene.do(
        SendQuote(
            amount,
            currency,
            cause.text(spec.text),
            facts.actor.address,
            facts.now,
            until,
            minutes if isinstance(minutes, int) else None,
            spec.template,
            spec.reserves,
        )
    )
    if spec.reserves:
        budgets.choose_contract(scene)
    _start_expiry(scene, until)
    _mail(scene, spec, spec.template)


def _valid_until(scene: Scene, span: str | None) -> date | None:
    if span is None:
        return None
    facts, zone = scene.facts, _zone(scene.facts)
    calendar = BusinessCalendar(scene.process.hours, zone, facts.desk.country)
    return calendar.add(facts.now, span).astimezone(zone).date()


def _start_expiry(scene: Scene, until: date | None) -> None:
    if until is not None:
        midnight = datetime.combine(until + timedelta(days=1), time(), _zone(scene.facts))
        scene.do(StartTimer(EXPIRY, midnight))
    else:
        _stop_expiry(scene)


def _stop_expiry(scene: Scene) -> None:
    if any(timer.name == EXPIRY for timer in scene.open_ticket.timers):
        scene.do(CancelTimer(EXPIRY))


def _zone(facts: Facts) -> ZoneInfo:
    return ZoneInfo(facts.desk.time_zone)


# --- decided -----------------------------------------------------------------------------------


def settle(scene: Scene, cause: Cause, status: str) -> None:
    """The customer approves or declines the current one.

    Raises:
        Refused: there is none, it was replaced, or it may not be approved any more.
    """
    quote = scene.open_ticket.current_quote
    if quote is None or quote.status not in ("sent", "expired"):
        raise Refused(Why.NO_QUOTE)
    refuse_old_version(scene, quote)
    if status == "approved" and has_expired(scene.facts, quote):
        day = quote.valid_until.isoformat() if quote.valid_until else None
        raise Refused(Why.EXPIRED_QUOTE, number=quote.number, on=day)
    scene.do(SettleQuote(quote.number, status))
    _stop_expiry(scene)
    what = What.QUOTE_APPROVED if status == "approved" else What.QUOTE_DECLINED
    scene.say(what, **_named(quote), reason=cause.text("reason"))
    scene.tell(responsible(scene.facts, scene.open_ticket), Headline.CUSTOMER_DECIDED)
    if status == "approved" and quote.reserves:
        budgets.tell_overrun(scene, quote)


def _named(quote: Quote) -> dict[str, object]:
    named = {"number": quote.number, "amount": str(quote.amount), "currency": quote.currency}
    return {**named, "minutes": quote.minutes or 0, "reserves": quote.reserves}


def has_expired(facts: Facts, quote: Quote) -> bool:
    """Its last day is over where the desk is."""
    today = facts.now.astimezone(_zone(facts)).date()
    late = quote.valid_until is not None and today > quote.valid_until
    return quote.status == "expired" or (quote.status == "sent" and late)


def refuse_old_version(scene: Scene, quote: Quote) -> None:
    """A decision names exactly one version: that of the signed address it came by, or that which
    its sender was shown before they said yes.

    Raises:
        Refused: it is an older one.
    """
    mail, actor = scene.mail, scene.facts.actor
    token = mail.token if mail else None
    if token is not None and token.purpose == BINDS and token.version != quote.number:
        raise Refused(Why.OLD_QUOTE, number=token.version)
    shown = actor.shown.get("quote", 0)
    if actor.confirmed and shown != quote.number:
        raise Refused(Why.OLD_QUOTE, number=shown)


# --- too late ------------------------------------------------------------------------------------


def expire(scene: Scene) -> None:
    """The current quote has had its time: those who look after the ticket hear of it."""
    quote = scene.open_ticket.current_quote
    if quote is None or quote.status != "sent":
        return
    scene.do(SettleQuote(quote.number, "expired"), Note("quote_expired", str(quote.number)))
    _stop_expiry(scene)
    scene.say(What.QUOTE_EXPIRED, **_named(quote))
    scene.tell(responsible(scene.facts, scene.open_ticket), Headline.BREACHED)


def after_refusal(scene: Scene) -> None:
    """Who decided on an old version gets the current one; who came too late is told so, and staff
    are, who may make a new one."""
    whys = {refusal.why for refusal in scene.refusals}
    if Why.OLD_QUOTE in whys and send_again(scene):
        scene.lines.clear()
    if Why.EXPIRED_QUOTE in whys:
        expire(scene)
        scene.say(What.QUOTE_TOO_LATE, address=scene.facts.actor.address)
        told = responsible(scene.facts, scene.open_ticket)
        scene.tell(told, Headline.CUSTOMER_DECIDED)


def send_again(scene: Scene) -> bool:
    """The current quote once more, with what may be answered; False where it cannot be approved."""
    quote = scene.open_ticket.current_quote
    if quote is None or quote.status != "sent" or has_expired(scene.facts, quote):
        return False
    spec = step_of(scene.process, quote)
    _mail(scene, spec, spec.again)
    return True


def step_of(process: Process, quote: Quote) -> QuoteStep:
    """The step that sends such quotes in this process."""
    statuses = (step for status in process.statuses.values() for step in status.enter)
    commands = (step for command in process.commands.values() for step in command.steps)
    specs = [step.quote for step in (*commands, *statuses) if step.quote is not None]
    same = (spec for spec in specs if spec.template == quote.template)
    return next(same, QuoteStep(template=quote.template))


def _mail(scene: Scene, spec: QuoteStep, template: str) -> None:
    ticket, quote = scene.open_ticket, scene.open_ticket.current_quote
    if quote is None:
        return
    data: dict[str, object] = {
        **_named(quote),
        "amount": str(quote.amount) if quote.amount else "",
        "contract": ticket.contract or "",
        "organisation": ticket.organisation or "",
        "text": quote.text,
        "valid_until": quote.valid_until.isoformat() if quote.valid_until else None,
    }
    if spec.reserves:
        data |= budgets.told(scene, quote)
    scene.mails.append(
        QueueMail(
            template,
            ticket.customers,
            data=data,
            offers=tuple(offer.does for offer in spec.offers),
            carries_text=template == spec.template and bool(scene.text.strip()),
            purpose=BINDS,
            version=quote.number,
            attach=spec.attach,
        )
    )
    scene.text_used = True
    scene.say(What.QUOTE_SENT, **_named(quote))
