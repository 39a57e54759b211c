"""What the expressions of a process file may ask: names and values, made from ticket and facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from rules.calendar import BusinessCalendar
from rules.decide.facts import Facts, MailArrived
from rules.model import MessageFact, Ticket, Visibility


def known(
    facts: Facts, ticket: Ticket | None, arguments: Mapping[str, object]
) -> dict[str, object]:
    """The facts by name. A command's arguments come last, and their names are checked at load to be
    nobody else's."""
    names: dict[str, object] = {}
    if ticket is not None:
        names |= _of_ticket(facts, ticket)
        names |= dict(ticket.fields)
    return names | dict(arguments)


def _of_ticket(facts: Facts, ticket: Ticket) -> dict[str, object]:
    organisation = facts.people.organisations.get(ticket.organisation or "")
    quote = ticket.current_quote
    return {
        "status": ticket.status,
        "type": ticket.type,
        "priority": ticket.priority.value,
        "level": ticket.level,
        "assignee": ticket.assignee,
        "requester": ticket.requester,
        "contract": ticket.contract,
        "resolution": ticket.resolution,
        "organisation": {
            "name": organisation.name if organisation else None,
            "segment": organisation.segment if organisation else None,
            "account_manager": organisation.account_manager if organisation else None,
            "contracts": [c.name for c in organisation.contracts] if organisation else [],
        },
        "conversation": conversation(facts, ticket),
        "quote": {
            "status": quote.status if quote else None,
            "amount": quote.amount if quote else None,
        },
        "billing": {"status": ticket.billing.status, "amount": ticket.billing.amount},
        "time": {"billable_minutes": sum(t.minutes for t in ticket.time if t.billable)},
        "links": _links(facts, ticket),
        "survey": {"sent": ticket.survey is not None},
    }


def _links(facts: Facts, ticket: Ticket) -> dict[str, object]:
    """What each kind of link leads to, and how the ticket of a bug stands."""
    links: dict[str, object] = {link.kind: link.to for link in ticket.links}
    named = str(links.get("bug", ""))
    bug = facts.linked.get(int(named)) if named.isdigit() else None
    if bug is not None:
        links |= {"bug_open": bug.closed_at is None, "bug_priority": bug.priority.value}
    return links


def conversation(facts: Facts, ticket: Ticket) -> dict[str, object]:
    """What was said: answered and responded (the customer to us, we to the customer), attempts,
    silent_business_days, attachments of anybody and customer_attachments."""
    public = [m for m in ticket.messages if m.visibility is Visibility.PUBLIC]
    ours = [m for m in public if _answers(m, ticket)]
    theirs = [m for m in public if _from_customer(m)]
    last_ours = ours[-1].at if ours else None
    calendar = BusinessCalendar(
        facts.process.hours, ZoneInfo(facts.desk.time_zone), facts.desk.country
    )
    at_hand = facts.event.mail.attachments if isinstance(facts.event, MailArrived) else 0
    return {
        "answered": bool(last_ours and theirs and theirs[-1].at > last_ours),
        "responded": bool(ours),
        "attempts": _attempts(facts, ticket, calendar, ours, theirs[-1].at if theirs else None),
        "silent_business_days": (
            calendar.business_days_between(last_ours, facts.now) if last_ours else 0
        ),
        "attachments": at_hand + sum(m.attachments for m in ticket.messages if m.direction == "in"),
        "customer_attachments": sum(m.attachments for m in theirs),
    }


def latest_answer(ticket: Ticket) -> MessageFact | None:
    """The customer's latest public mail."""
    public = (m for m in reversed(ticket.messages) if m.visibility is Visibility.PUBLIC)
    return next((m for m in public if _from_customer(m)), None)


def _from_customer(message: MessageFact) -> bool:
    return not message.by_staff and message.kind == "human" and message.direction == "in"


def _answers(message: MessageFact, ticket: Ticket) -> bool:
    """A mail of staff to the customer; the one that they forwarded, which opened it, is none."""
    opening = ticket.messages[0] if ticket.messages[0].at <= ticket.opened_at else None
    return message.by_staff and message is not opening


def _attempts(
    facts: Facts,
    ticket: Ticket,
    calendar: BusinessCalendar,
    ours: list[MessageFact],
    answered: datetime | None,
) -> int:
    """Public mails of staff since the customer last wrote that left the ticket waiting for the
    customer; two on one business day are one."""
    status = facts.process.statuses.get(ticket.status)
    if status is None or status.waits_for != "customer":
        return 0
    since = ticket.status_since
    left_waiting = [m for m in ours if since is None or m.at >= since]
    return len({calendar.local_day(m.at) for m in left_waiting if not answered or m.at > answered})
