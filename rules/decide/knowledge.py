"""What the expressions of a process file may ask: names and values, made from ticket and facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from rules.calendar import BusinessCalendar
from rules.decide.facts import Facts
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
            "contracts": [c.name for c in organisation.contracts] if organisation else [],
        },
        "conversation": conversation(facts, ticket),
        "quote": {
            "status": quote.status if quote else None,
            "amount": quote.amount if quote else None,
        },
        "billing": {"status": ticket.billing.status},
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
    """answered, attempts, silent_business_days and customer_attachments: what was said since."""
    public = [m for m in ticket.messages if m.visibility is Visibility.PUBLIC]
    ours = [m for m in public if m.by_staff]
    theirs = [m for m in public if not m.by_staff and m.kind == "human" and m.direction == "in"]
    last_ours = ours[-1].at if ours else None
    last_theirs = theirs[-1].at if theirs else None
    calendar = BusinessCalendar(
        facts.process.hours, ZoneInfo(facts.desk.time_zone), facts.desk.country
    )
    return {
        "answered": bool(last_theirs and (last_ours is None or last_theirs > last_ours)),
        "attempts": _attempts(calendar, ours, last_theirs),
        "silent_business_days": (
            calendar.business_days_between(last_ours, facts.now) if last_ours else 0
        ),
        "customer_attachments": sum(m.attachments for m in theirs),
    }


def _attempts(calendar: BusinessCalendar, ours: list[MessageFact], since: datetime | None) -> int:
    """Public mails of staff since the customer last wrote; two on one business day are one."""
    days = {calendar.local_day(m.at) for m in ours if since is None or m.at > since}
    return len(days)
