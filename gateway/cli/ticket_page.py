"""A ticket on the terminal, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import indent
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from gateway.cli.event_words import about, billed
from gateway.cli.screen import console, facts, table, visible, when
from gateway.views.scalars import amount
from gateway.views.tickets import Labels
from rules.model import Ticket, Timer
from store.journal import Event
from store.messages import Message


def print_ticket(
    ticket: Ticket,
    labels: Labels,
    mails: Sequence[Message],
    events: Sequence[Event],
    time_zone: str,
) -> None:
    """All of it, moments in the time zone of its desk."""
    out, zone = console(), ZoneInfo(time_zone)
    out.print(Text(f"#{ticket.number}  {visible(ticket.subject)}", style="bold"))
    out.print(facts(_facts(ticket, labels, zone)))
    for title, columns, rows in _tables(ticket, zone):
        if rows:
            _heading(out, title)
            out.print(table(columns, rows))
    _heading(out, "mails")
    _print_mails(out, mails, zone)
    _heading(out, "events")
    columns = ("when", "who", "what", "which", "from", "to", "#mail")
    out.print(table(columns, _events(events, ticket, zone)))


def _print_mails(out: Console, mails: Sequence[Message], zone: ZoneInfo) -> None:
    """A line for each, and its text where no mail before had the same: copies repeat it."""
    said: set[str] = set()
    for mail in mails:
        out.print(Text(_mail_line(mail, zone), style="cyan" if mail.direction == "in" else "green"))
        text = visible(mail.new_text.strip(), one_line=False)
        if text and text not in said:
            out.print(Text(f"{indent(text, '    ')}\n"))
        said.add(text)


def _heading(out: Console, title: str) -> None:
    out.print()
    out.print(Rule(Text(title), align="left", style="dim"))


def _facts(ticket: Ticket, labels: Labels, zone: ZoneInfo) -> dict[str, object]:
    billing = ticket.billing
    survey = ticket.survey
    return {
        "status": labels.get(ticket.status, ticket.status),
        "priority": ticket.priority.value,
        "type": ticket.type,
        "level": ticket.level,
        "desk": f"{ticket.desk} ({ticket.process} {ticket.process_version})",
        "requester": _named(ticket.requester, ticket.requester_name),
        "organisation": ticket.organisation,
        "participants": ", ".join(ticket.participants),
        "assignee": ticket.assignee,
        "contract": ticket.contract,
        "opened": when(ticket.opened_at, zone),
        "closed": when(ticket.closed_at, zone),
        "resolution": ticket.resolution,
        "billing": "" if billing.basis == "none" else billed(billing),
        "survey": "" if survey is None else f"{survey.score or 'sent'} {survey.comment or ''}",
    }


def _named(address: str, name: str) -> str:
    return f"{name} <{address}>" if name else address


Rows = list[tuple[object, ...]]


def _tables(ticket: Ticket, zone: ZoneInfo) -> Iterator[tuple[str, tuple[str, ...], Rows]]:
    tasks: Rows = [
        (t.number, "done" if t.done else "open", t.title, t.assignee or t.role, t.due)
        for t in ticket.tasks
    ]
    yield "tasks", ("#", "", "title", "whose", "due"), tasks
    time: Rows = [
        (e.on, e.minutes, e.by, "billable" if e.billable else "", e.text) for e in ticket.time
    ]
    yield "time", ("on", "#minutes", "by", "", "text"), time
    quotes: Rows = [
        (q.number, f"{amount(q.amount)} {q.currency}", q.status, q.text) for q in ticket.quotes
    ]
    yield "quotes", ("#", "#amount", "status", "text"), quotes
    yield "links", ("kind", "to"), [(link.kind, link.to) for link in ticket.links]
    yield "timers", ("name", "due"), [(t.name, _due(t, zone)) for t in ticket.timers]


def _due(timer: Timer, zone: ZoneInfo) -> str:
    """When; or, for a clock that stands still, how much of it is left."""
    if timer.due_at is not None:
        return when(timer.due_at, zone)
    hours, minutes = divmod(-(-(timer.seconds_left or 0) // 60), 60)
    return f"paused, {hours}:{minutes:02} h left"


def _mail_line(mail: Message, zone: ZoneInfo) -> str:
    arrow = "->" if mail.direction == "out" else "<-"
    what = mail.template or mail.kind
    notes = [
        what,
        "internal" if mail.visibility.value == "internal" else "",
        f"verified: {mail.sender_verified.value}" if mail.direction == "in" else "",
        mail.delivery or "",
        f"{len(mail.attachments)} attached" if mail.attachments else "",
    ]
    who = f"{mail.sender} to {', '.join(mail.to)}"
    line = f"{when(mail.at, zone)} {arrow} {who}: {mail.subject} [{', '.join(filter(None, notes))}]"
    return f"{mail.id:>5}  {visible(line)}"


def _events(
    events: Sequence[Event], ticket: Ticket, zone: ZoneInfo
) -> Iterator[tuple[object, ...]]:
    for event in events:
        e = event.entry
        which = about(e.effect, ticket.tasks, zone)
        yield when(e.at, zone), e.actor, e.what, which, e.from_status, e.to_status, e.message
