"""One mail for one recipient: subject, plain text and HTML that say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gateway.render.blocks import SUBJECT_END, settled
from gateway.render.cleaning import (
    clean,
    cleaned,
    html_without_bare_commands,
    one_line,
)
from gateway.render.environment import Renderer
from gateway.render.page import Asked, Carried, Entry, Link, Page, Rendered
from gateway.render.subject import bare_subject, shortened, ticket_subject
from rules.model import Ticket
from rules.process import Status

_BREAKING = {0xA0: " ", 0x202F: " "}
"""A subject stands on one line: no-break spaces have nothing to hold together there."""


def render(renderer: Renderer, page: Page) -> Rendered:
    """The mail's content in the language of its recipient.

    Raises jinja2.TemplateError where the template is missing or broken, or names what it was not
    given: an installation's fault, which `check` finds before.
    """
    known = _known(page)
    text = renderer.write("text", page.template, known)
    html = renderer.write("html", page.template, known)
    subject, _, body = text.rpartition(SUBJECT_END)
    return Rendered(
        subject=shortened(one_line(clean(subject)).translate(_BREAKING)),
        text=settled(body),
        html=html_without_bare_commands(html),
    )


def _known(page: Page) -> Mapping[str, object]:
    """What templates see. Everything that came from outside is cleaned here, once."""
    ticket = _cleaned_ticket(page.ticket)
    status = page.process.statuses.get(ticket.status) if ticket else None
    return {
        "ticket": ticket,
        "desk": page.desk,
        "process": page.process,
        "recipient": replace(page.recipient, name=_line(page.recipient.name)),
        "language": page.recipient.language,
        "now": page.now,
        "data": cleaned(page.data),
        "links": _cleaned_links(page.links),
        "asks": [Asked(_line(a.text), _cleaned_links(a.links)) for a in page.asks],
        "carried": _cleaned_carried(page.carried),
        "others": [_line(name) for name in page.others],
        "organisation": page.organisation,
        "history": [_cleaned_entry(entry) for entry in page.history],
        "names": {address: _line(name) for address, name in page.names.items()},
        "may_repeat": page.may_repeat or page.recipient.staff,
        "bare_subject": bare_subject(ticket.subject, ticket.number) if ticket else "",
        "ticket_subject": ticket_subject(ticket.number, ticket.subject) if ticket else "",
        "closed": status.closed if status else bool(ticket and ticket.closed_at),
        "waits_for": _waits_for(status, ticket),
        "turn_says": page.process.say(status.turn, page.recipient.language) if status else "",
    }


def _waits_for(status: Status | None, ticket: Ticket | None) -> str:
    """Whose turn it is: by the status, or by a quote that is sent and not decided on."""
    quote = ticket.current_quote if ticket else None
    if quote is not None and quote.status == "sent" and not (status and status.closed):
        return "customer"
    return status.waits_for if status else "desk"


def _line(text: str) -> str:
    return one_line(clean(text))


def _cleaned_ticket(ticket: Ticket | None) -> Ticket | None:
    if ticket is None:
        return None
    return replace(
        ticket,
        subject=_line(ticket.subject),
        requester_name=_line(ticket.requester_name),
        tasks=tuple(replace(task, title=_line(task.title)) for task in ticket.tasks),
    )


def _cleaned_links(links: tuple[Link, ...]) -> tuple[Link, ...]:
    return tuple(Link(_line(link.label), link.href, _line(link.command)) for link in links)


def _cleaned_carried(carried: Carried | None) -> Carried | None:
    if carried is None:
        return None
    html = clean(carried.html) if carried.html is not None else None
    return replace(carried, author=_line(carried.author), text=clean(carried.text), html=html)


def _cleaned_entry(entry: Entry) -> Entry:
    names = tuple(_line(name) for name in entry.attachments)
    return replace(entry, author=_line(entry.author), text=clean(entry.text), attachments=names)
