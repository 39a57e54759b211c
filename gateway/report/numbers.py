"""The numbers of a report, out of the rows of the store (docs/json.md has their names)."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from gateway.report.elapsed import Elapsed
from gateway.report.period import Period
from rules.budget import per_hour
from rules.decide.billing import cost
from rules.model import Desk, People
from rules.process import Process
from store import reporting
from store.database import Transaction
from store.reporting import DueRow, Span, TicketRow, TimeRow

COMMENTS = 50
"""Words of customers that a report shows; the newest tickets first."""
NAMED = 50
"""Tickets that a report names for their breaches."""


@dataclass(frozen=True, slots=True)
class House:
    """What a report needs to know of an installation."""

    desks: Mapping[str, Desk]
    processes: Mapping[str, Process]
    people: People


@dataclass(slots=True)
class Load:
    opened: int = 0
    closed: int = 0
    open_at_end: int = 0


@dataclass(slots=True)
class Lengths:
    """Minutes of business time; eight octets for each."""

    minutes: array[float] = field(default_factory=lambda: array("d"))

    @property
    def count(self) -> int:
        return len(self.minutes)

    def percentile(self, percent: int) -> int | None:
        """By nearest rank, in whole minutes; None where there is nothing."""
        if not self.minutes:
            return None
        rank = -(-percent * len(self.minutes) // 100)
        return round(sorted(self.minutes)[max(rank, 1) - 1])


@dataclass(frozen=True, slots=True)
class Comment:
    ticket: int
    score: int | None
    text: str


@dataclass(slots=True)
class Worked:
    billable: int = 0
    internal: int = 0


@dataclass(slots=True)
class Report:
    period: Period
    desks: tuple[Desk, ...]
    total: Load = field(default_factory=Load)
    by_desk: dict[str, Load] = field(default_factory=lambda: defaultdict(Load))
    by_type: dict[str, Load] = field(default_factory=lambda: defaultdict(Load))
    by_organisation: dict[str, Load] = field(default_factory=lambda: defaultdict(Load))
    by_day: dict[date, Load] = field(default_factory=dict)
    first_response: Lengths = field(default_factory=Lengths)
    resolution: Lengths = field(default_factory=Lengths)
    asked: int = 0
    scores: Counter[int] = field(default_factory=Counter)
    comments: list[Comment] = field(default_factory=list)
    worked: Worked = field(default_factory=Worked)
    by_person: dict[str, Worked] = field(default_factory=lambda: defaultdict(Worked))
    by_customer: dict[str, Worked] = field(default_factory=lambda: defaultdict(Worked))
    """Time by organisation; "" for tickets of nobody's."""
    amounts: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    """Of billable time, by currency."""
    breaches: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By desk and timer."""
    breached: list[int] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        nothing = not (self.total.opened or self.total.closed or self.total.open_at_end)
        return nothing and not (self.by_person or self.breaches or self.asked)

    @property
    def answered(self) -> int:
        return sum(self.scores.values())

    @property
    def average(self) -> Decimal | None:
        """Of the scores, to two decimals."""
        if not self.answered:
            return None
        total = Decimal(sum(score * count for score, count in self.scores.items()))
        return (total / self.answered).quantize(Decimal("0.01"))


def report_of(
    tx: Transaction, house: House, period: Period, desks: Collection[str] | None
) -> Report:
    """The numbers of these desks, or of all; three queries.

    Tickets of a desk that is no longer configured count, but for their times: nobody knows its
    hours.
    """
    named = [d for d in house.desks.values() if desks is None or d.address in desks]
    report = Report(period, tuple(named), by_day={day: Load() for day in period.buckets()})
    span = Span(period.start, period.end, desks)
    clocks: dict[tuple[str, str], Elapsed | None] = {}
    for row in reporting.tickets(tx, span):
        _count(report, row)
        _ask(report, row, span)
        _measure(report, row, _clock(house, row, clocks), span)
    _work(report, house, reporting.time_worked(tx, period.first, period.last, desks))
    _breach(report, house, reporting.timers_due(tx, span))
    report.comments = sorted(report.comments, key=lambda c: -c.ticket)[:COMMENTS]
    return report


def _count(report: Report, row: TicketRow) -> None:
    period = report.period
    groups = (
        report.total,
        report.by_desk[row.desk],
        report.by_type[row.type or ""],
        report.by_organisation[row.organisation or ""],
    )
    opened = period.start <= row.opened_at
    closed = row.closed_at is not None and period.start <= row.closed_at < period.end
    stays = row.closed_at is None or row.closed_at >= period.end
    for load in groups:
        load.opened += opened
        load.closed += closed
        load.open_at_end += stays
    if opened:
        report.by_day[period.bucket(period.day_of(row.opened_at))].opened += 1
    if closed and row.closed_at is not None:
        report.by_day[period.bucket(period.day_of(row.closed_at))].closed += 1


def _ask(report: Report, row: TicketRow, span: Span) -> None:
    """Surveys count to the period in which they were sent, whenever they are answered."""
    if row.survey_sent_at is None or not span.start <= row.survey_sent_at < span.end:
        return
    report.asked += 1
    if row.survey_score is not None:
        report.scores[row.survey_score] += 1
    if row.survey_comment:
        report.comments.append(Comment(row.number, row.survey_score, row.survey_comment))
    if len(report.comments) > 2 * COMMENTS:
        report.comments = report.comments[-COMMENTS:]


def _clock(
    house: House, row: TicketRow, clocks: dict[tuple[str, str], Elapsed | None]
) -> Elapsed | None:
    key = (row.desk, row.process)
    if key not in clocks:
        desk, process = house.desks.get(row.desk), house.processes.get(row.process)
        clocks[key] = Elapsed(desk, process) if desk and process else None
    return clocks[key]


def _measure(report: Report, row: TicketRow, clock: Elapsed | None, span: Span) -> None:
    if clock is None:
        return
    if row.responded_at is not None:
        minutes = clock.minutes(row.opened_at, row.responded_at)
        report.first_response.minutes.append(minutes)
    if row.closed_at is not None and span.start <= row.closed_at < span.end:
        report.resolution.minutes.append(clock.minutes(row.opened_at, row.closed_at))


def _work(report: Report, house: House, rows: Iterable[TimeRow]) -> None:
    for row in rows:
        minutes = row.minutes * row.count
        for worked in (
            report.worked,
            report.by_person[row.by],
            report.by_customer[row.organisation or ""],
        ):
            if row.billable:
                worked.billable += minutes
            else:
                worked.internal += minutes
        desk = house.desks.get(row.desk)
        if row.billable and desk is not None:
            report.amounts[desk.currency] += row.count * cost(row.minutes, _rate(house, desk, row))


def _rate(house: House, desk: Desk, row: TimeRow) -> Decimal:
    organisation = house.people.organisations.get(row.organisation or "")
    contract = organisation.contract(row.contract) if organisation else None
    roles = house.people.person(row.by).roles
    return per_hour(desk, contract, (row.rate, row.type, *sorted(roles)))


def _breach(report: Report, house: House, rows: Iterable[DueRow]) -> None:
    """Timers that the process calls a breach."""
    for row in rows:
        process = house.processes.get(row.process)
        timer = process.timers.get(row.timer) if process else None
        if timer is not None and timer.breach:
            report.breaches[row.desk, row.timer] += 1
            if row.ticket not in report.breached and len(report.breached) < NAMED:
                report.breached.append(row.ticket)
