"""How a ticket lies in its tables: one row, and one for each member of its lists.

Columns are named after the fields of `rules.model`; `messages` are rows of their own module.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Table

from rules.model import Billing, Link, Priority, Quote, Survey, Task, Ticket, TimeEntry, Timer
from store import schema
from store.database import Found

SCALARS = (
    "desk",
    "process",
    "process_version",
    "subject",
    "status",
    "requester",
    "requester_name",
    "language",
    "type",
    "priority",
    "level",
    "organisation",
    "assignee",
    "contract",
    "resolution",
    "opened_at",
    "closed_at",
    "status_since",
)
_BILLING = tuple(field.name for field in fields(Billing))
_SURVEY = tuple(field.name for field in fields(Survey))


def fold(text: str) -> str:
    """How text is compared when it is searched: no case, no diacritics, one space between words."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"\s+", " ", "".join(c for c in plain if not unicodedata.combining(c)))


def ticket_row(ticket: Ticket) -> dict[str, Any]:
    """The columns of `tickets`, number and version apart."""
    survey = ticket.survey
    return {
        **{name: getattr(ticket, name) for name in SCALARS},
        "folded_subject": fold(ticket.subject),
        "fields": dict(ticket.fields),
        **{f"billing_{name}": getattr(ticket.billing, name) for name in _BILLING},
        **{f"survey_{name}": getattr(survey, name) if survey else None for name in _SURVEY},
    }


def ticket_of(row: Found, lists: Mapping[str, tuple[Any, ...]]) -> Ticket:
    """The snapshot from its row and the members of its lists, by the names of the fields."""
    columns = row._mapping
    values: dict[str, Any] = {name: columns[name] for name in SCALARS}
    values |= lists
    values["priority"] = Priority(columns["priority"])
    survey = None
    if columns["survey_sent_at"] is not None:
        survey = Survey(*(columns[f"survey_{name}"] for name in _SURVEY))
    return Ticket(
        number=columns["number"],
        version=columns["version"],
        fields=columns["fields"],
        billing=Billing(*(columns[f"billing_{name}"] for name in _BILLING)),
        survey=survey,
        **values,
    )


@dataclass(frozen=True, slots=True)
class TicketList:
    """One list of a ticket and its table. `also`: columns that follow from the member's own."""

    attribute: str
    table: Table
    kind: Callable[..., Any]
    columns: tuple[str, ...]
    also: Callable[[Any], Mapping[str, Any]] = lambda _member: {}

    def row(self, ticket: int, position: int, member: Any) -> dict[str, Any]:
        own = {name: getattr(member, name) for name in self.columns}
        return {"ticket": ticket, "position": position, **own, **self.also(member)}

    def member(self, row: Found) -> Any:
        return self.kind(*(row._mapping[name] for name in self.columns))


@dataclass(frozen=True, slots=True)
class _Participants(TicketList):
    """Bare addresses."""

    def row(self, ticket: int, position: int, member: Any) -> dict[str, Any]:
        return {"ticket": ticket, "position": position, "address": member}


def _of(attribute: str, table: Table, kind: type[Any], **more: Any) -> TicketList:
    return TicketList(attribute, table, kind, tuple(field.name for field in fields(kind)), **more)


LISTS: tuple[TicketList, ...] = (
    _Participants("participants", schema.participants, str, ("address",)),
    _of("tasks", schema.tasks, Task),
    _of("time", schema.time_entries, TimeEntry),
    _of("quotes", schema.quotes, Quote),
    _of("links", schema.links, Link),
    _of("timers", schema.timers, Timer, also=lambda timer: {"try_at": timer.due_at}),
)
