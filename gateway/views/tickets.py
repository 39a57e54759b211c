"""A ticket as `show --json` and `list --json` say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.views.scalars import Json, Object, amount, day, moment, people
from rules.effects import Effect, MoveTo, OpenTicket
from rules.model import Quote, Survey, Task, Ticket, TimeEntry, Timer
from store.journal import Event
from store.messages import Attachment, Message

Labels = Mapping[str, str]
"""What the team calls each status of a process; a status that is not there shows its name."""

LISTS = ("participants", "tasks", "time", "quotes", "links", "timers", "messages", "events")
"""The keys that `list --json` leaves out."""


def shown(
    ticket: Ticket, labels: Labels, mails: Sequence[Message], journal: Sequence[Event]
) -> Object:
    """`show N --json`."""
    return {
        "number": ticket.number,
        "desk": ticket.desk,
        "process": ticket.process,
        "process_version": ticket.process_version,
        "subject": ticket.subject,
        "type": ticket.type,
        "status": ticket.status,
        "status_label": labels.get(ticket.status, ticket.status),
        "priority": ticket.priority.value,
        "level": ticket.level,
        "requester": ticket.requester.lower(),
        "organisation": ticket.organisation,
        "assignee": ticket.assignee,
        "participants": people(ticket.participants),
        "contract": ticket.contract,
        "resolution": ticket.resolution,
        "opened_at": moment(ticket.opened_at),
        "closed_at": moment(ticket.closed_at),
        "tasks": [_task(task) for task in ticket.tasks],
        "time": [_time(entry) for entry in ticket.time],
        "quotes": [_quote(quote) for quote in ticket.quotes],
        "billing": {
            "basis": ticket.billing.basis,
            "amount": amount(ticket.billing.amount),
            "currency": ticket.billing.currency,
            "status": ticket.billing.status,
            "invoice": ticket.billing.invoice,
        },
        "survey": _survey(ticket.survey),
        "links": [{"kind": link.kind, "to": link.to} for link in ticket.links],
        "timers": [_timer(timer) for timer in ticket.timers],
        "messages": [_message(mail) for mail in mails],
        "events": [_event(event) for event in journal],
    }


def listed(ticket: Ticket, labels: Labels) -> Object:
    """One line of `list --json`: the same without its lists."""
    whole = shown(ticket, labels, (), ())
    return {name: value for name, value in whole.items() if name not in LISTS}


def _task(task: Task) -> Json:
    return {
        "number": task.number,
        "title": task.title,
        "role": task.role,
        "assignee": task.assignee,
        "status": "done" if task.done else "open",
        "due": day(task.due),
    }


def _timer(timer: Timer) -> Json:
    """`seconds_left` where its clock stands still, of the time that it counts."""
    return {
        "name": timer.name,
        "due_at": moment(timer.due_at),
        "paused": timer.due_at is None,
        "seconds_left": timer.seconds_left,
    }


def _time(entry: TimeEntry) -> Json:
    return {
        "minutes": entry.minutes,
        "by": entry.by,
        "on": day(entry.on),
        "billable": entry.billable,
        "text": entry.text,
    }


def _quote(quote: Quote) -> Json:
    return {
        "number": quote.number,
        "amount": amount(quote.amount),
        "currency": quote.currency,
        "status": quote.status,
    }


def _survey(survey: Survey | None) -> Json:
    if survey is None:
        return None
    return {
        "sent_at": moment(survey.sent_at),
        "score": survey.score,
        "comment": survey.comment,
    }


def _message(mail: Message) -> Json:
    return {
        "id": mail.id,
        "direction": mail.direction,
        "kind": mail.kind,
        "visibility": mail.visibility.value,
        "from": mail.sender.lower(),
        "to": people(mail.to),
        "cc": people(mail.cc),
        "subject": mail.subject,
        "message_id": mail.message_id,
        "at": moment(mail.at),
        "template": mail.template,
        "sha256": mail.raw,
        "size": mail.size,
        "sender_verified": mail.sender_verified.value,
        "delivery": mail.delivery,
        "attachments": [attachment(part) for part in mail.attachments],
    }


def attachment(part: Attachment) -> Json:
    return {"name": part.name, "type": part.type, "size": part.size, "sha256": part.sha256}


def _event(event: Event) -> Json:
    entry = event.entry
    return {
        "at": moment(entry.at),
        "actor": entry.actor,
        "what": entry.what,
        "from": entry.from_status,
        "to": entry.to_status,
        "message": entry.message,
        "version": _version(entry.effect),
    }


def _version(effect: Effect) -> str | None:
    """Of the process file that the ticket moved under."""
    match effect:
        case MoveTo():
            return effect.version
        case OpenTicket():
            return effect.ticket.process_version
    return None
