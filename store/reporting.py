"""What a report counts: few queries, whose rows are read one by one and never all at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select, text

from store import schema
from store.coding import decode
from store.database import Transaction

_tickets = schema.tickets.c
_messages = schema.messages.c
_time = schema.time_entries.c
_journal = schema.journal.c
_DUE = text("journal.what = 'timer_due'")  # as the partial index says it
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to before `end`; of these desks alone, or of all."""

    start: datetime
    end: datetime
    desks: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket that was open, opened, closed or asked about in the span. `responded_at` is that of
    the first public words of staff, of tickets opened in the span alone."""

    number: int
    desk: str
    process: str
    type: str | None
    organisation: str | None
    opened_at: datetime
    closed_at: datetime | None
    responded_at: datetime | None
    survey_sent_at: datetime | None
    survey_score: int | None
    survey_comment: str | None


@dataclass(frozen=True, slots=True)
class TimeRow:
    """`count` entries of so many minutes that are alike."""

    by: str
    desk: str
    organisation: str | None
    type: str | None
    contract: str | None
    rate: str | None
    billable: bool
    minutes: int
    count: int


@dataclass(frozen=True, slots=True)
class DueRow:
    """A timer that fell due, and of which ticket."""

    ticket: int
    desk: str
    process: str
    timer: str


def tickets(tx: Transaction, span: Span) -> Iterator[TicketRow]:
    """By number."""
    opened = _within(_tickets.opened_at, span)
    responded = (
        select(func.min(_messages.at))
        .where(
            _messages.ticket == _tickets.number,
            _messages.by_staff,
            _messages.visibility == "public",
            _messages.at > _tickets.opened_at,
        )
        .correlate(schema.tickets)
        .scalar_subquery()
    )
    query = select(
        _tickets.number,
        _tickets.desk,
        _tickets.process,
        _tickets.type,
        _tickets.organisation,
        _tickets.opened_at,
        _tickets.closed_at,
        case((opened, responded)),
        _tickets.survey_sent_at,
        _tickets.survey_score,
        _tickets.survey_comment,
    ).where(
        _tickets.opened_at < span.end,
        or_(
            _tickets.closed_at.is_(None),
            _tickets.closed_at >= span.start,
            _within(_tickets.survey_sent_at, span),
        ),
        *_of_desks(span),
    )
    for row in tx.stream(query.order_by(_tickets.number), _AT_ONCE):
        yield TicketRow(*row)


def time_worked(
    tx: Transaction, first: date, last: date, desks: Collection[str] | None
) -> Iterator[TimeRow]:
    """Worked from the first day to the last, entries that are billed alike as one row."""
    alike = (
        _time.by,
        _tickets.desk,
        _tickets.organisation,
        _tickets.type,
        _tickets.contract,
        _time.rate,
        _time.billable,
        _time.minutes,
    )
    query = (
        select(*alike, func.count())
        .join_from(schema.time_entries, schema.tickets, _tickets.number == _time.ticket)
        .where(_time.on.between(first, last))
        .group_by(*alike)
    )
    if desks is not None:
        query = query.where(_tickets.desk.in_(list(desks)))
    for row in tx.stream(query, _AT_ONCE):
        yield TimeRow(*row)


def timers_due(tx: Transaction, span: Span) -> Iterator[DueRow]:
    """Every timer that fired, breaches and others."""
    query = (
        select(_journal.ticket, _tickets.desk, _tickets.process, _journal.data)
        .join_from(schema.journal, schema.tickets, _tickets.number == _journal.ticket)
        .where(_DUE, _within(_journal.at, span), *_of_desks(span))
    )
    for ticket, desk, process, data in tx.stream(query, _AT_ONCE):
        yield DueRow(ticket, desk, process, str(getattr(decode(data), "text", "")))


def _within(column: ColumnElement[datetime], span: Span) -> ColumnElement[bool]:
    return and_(column >= span.start, column < span.end)


def _of_desks(span: Span) -> list[ColumnElement[bool]]:
    return [] if span.desks is None else [_tickets.desk.in_(list(span.desks))]
