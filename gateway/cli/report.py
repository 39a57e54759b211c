"""`report`: numbers and pictures of a period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.frame import Session, Wrong, as_json, pass_session

if TYPE_CHECKING:
    from rich.console import Console

    from gateway.report.numbers import House, Lengths, Load, Report, Worked
    from gateway.report.period import Period
    from rules.model import Desk

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_WIDTH = 30
"""Characters of the longest bar."""


@click.command("report")
@click.option("--from", "first", type=_DAY, help="The first day; else that of last month.")
@click.option("--to", "last", type=_DAY, help="The last day; else that of last month, or today.")
@click.option("--desk", multiple=True, help="Only this desk's; may be said again.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="As a page: FILE.html."
)
@as_json
@pass_session
def command(
    session: Session,
    first: datetime | None,
    last: datetime | None,
    desk: tuple[str, ...],
    out: Path | None,
    as_json: bool,
) -> None:
    """Report on a period: load, first response, resolution, satisfaction, time, breaches."""
    from gateway.cli.screen import print_json
    from gateway.report.numbers import report_of
    from gateway.report.page import page
    from gateway.report.shape import shape

    desks = _desks(session, desk)
    leading = desks[0]
    period = _period(session, leading, first, last)
    house = _house(session)
    with session.reading() as tx:
        report = report_of(tx, house, period, [d.address for d in desks] if desk else None)
    if out is not None:
        out.write_text(page(report, house.processes, leading.language), encoding="utf-8")
    if as_json:
        print_json(shape(report))
    elif out is not None:
        click.echo(f"written to {out}")
    else:
        _print(report)


def _desks(session: Session, wanted: Sequence[str]) -> list[Desk]:
    from rules.faults import did_you_mean

    known = session.configuration.desks
    found = []
    for address in (a.strip().lower() for a in wanted):
        if address not in known:
            raise Wrong(f"there is no desk {address}: {did_you_mean(address, known)}")
        found.append(known[address])
    return found or list(known.values())


def _house(session: Session) -> House:
    from gateway.configuration.loading import load_people, process_folders
    from gateway.report.numbers import House
    from rules.faults import Unsound
    from rules.loading import load_processes

    processes, _ = load_processes(process_folders(session.home))
    people = load_people(session.home, session.configuration, processes)
    if isinstance(people, tuple):
        raise Unsound(people)
    return House(session.configuration.desks, processes, people)


def _period(session: Session, desk: Desk, first: datetime | None, last: datetime | None) -> Period:
    from gateway.report.period import Period, last_month

    now = session.clock()
    before = last_month(now, desk.time_zone)
    if first is None and last is None:
        return before
    today = Period(before.first, before.last, desk.time_zone).day_of(now)
    end = last.date() if last else max(today, first.date() if first else today)
    begin = first.date() if first else end.replace(day=1)
    if begin > end:
        raise click.UsageError(f"--from {begin} is after --to {end}")
    return Period(begin, end, desk.time_zone)


# --- on the terminal -----------------------------------------------------------------------------


def _print(report: Report) -> None:
    from rich.text import Text

    from gateway.cli.screen import console, visible

    out = console()
    desks = ", ".join(desk.address for desk in report.desks)
    out.print(Text(visible(f"{report.period.first} to {report.period.last}, {desks}")))
    if report.empty:
        out.print("nothing happened in this period: no ticket was open, no time was written down")
        return
    _print_load(out, report)
    _print_times(out, report)
    _print_satisfaction(out, report)
    _print_worked(out, report)
    _print_breaches(out, report)


def _title(out: Console, text: str) -> None:
    from rich.rule import Rule
    from rich.text import Text

    out.print()
    out.print(Rule(Text(text), align="left", style="dim"))


def _print_load(out: Console, report: Report) -> None:
    total = report.total
    _title(
        out,
        f"load: {total.opened} opened, {total.closed} closed, {total.open_at_end} open at the end",
    )
    for name, loads in (
        ("desk", report.by_desk),
        ("type", report.by_type),
        ("organisation", report.by_organisation),
    ):
        _print_loads(out, name, loads)
    days = [(day, load) for day, load in report.by_day.items() if load.opened or load.closed]
    _bars(out, ("day", "#opened", "#closed"), ((d, x.opened, x.closed) for d, x in days))


def _print_loads(out: Console, name: str, loads: Mapping[str, Load]) -> None:
    ordered = sorted(loads.items(), key=lambda item: (-item[1].opened, item[0]))
    rows = ((key or "-", x.opened, x.closed, x.open_at_end) for key, x in ordered)
    _bars(out, (name, "#opened", "#closed", "#open at end"), rows)


def _print_times(out: Console, report: Report) -> None:
    from gateway.cli.screen import table

    _title(out, "how long it took, in business time")
    rows = [
        _lengths("first response", report.first_response),
        _lengths("resolution", report.resolution),
    ]
    out.print(table(("", "#tickets", "#median", "#90th percentile"), rows))


def _lengths(name: str, lengths: Lengths) -> tuple[object, ...]:
    median, high = (lengths.percentile(percent) for percent in (50, 90))
    return (name, lengths.count, _span(median), _span(high))


def _span(minutes: int | None) -> str:
    return "-" if minutes is None else f"{minutes // 60}:{minutes % 60:02}"


def _print_satisfaction(out: Console, report: Report) -> None:
    from rich.text import Text

    from gateway.cli.screen import visible

    rate = f", {round(100 * report.answered / report.asked)} %" if report.asked else ""
    average = "" if report.average is None else f", {report.average} on average"
    _title(out, f"satisfaction: {report.asked} asked, {report.answered} answered{rate}{average}")
    if report.answered:
        rows = ((score, report.scores[score]) for score in range(5, 0, -1))
        _bars(out, ("score", "#answers"), rows)
    for comment in report.comments:
        out.print(Text(visible(f"#{comment.ticket} ({comment.score or '-'}): {comment.text}")))


def _print_worked(out: Console, report: Report) -> None:
    worked = report.worked
    amounts = "".join(f", {total} {c}" for c, total in sorted(report.amounts.items()))
    spans = f"{_span(worked.billable)} billable, {_span(worked.internal)} internal"
    _title(out, f"time worked: {spans}{amounts}")
    for name, group in (("person", report.by_person), ("organisation", report.by_customer)):
        _print_hours(out, name, group)


def _print_hours(out: Console, name: str, group: Mapping[str, Worked]) -> None:
    ordered = sorted(group.items(), key=lambda item: -item[1].billable - item[1].internal)
    rows = ((key or "-", w.billable, w.internal) for key, w in ordered)
    _bars(out, (name, "#billable min", "#internal min"), rows)


def _print_breaches(out: Console, report: Report) -> None:
    from gateway.cli.screen import table

    _title(out, f"deadlines: {sum(report.breaches.values())} not kept")
    if report.breaches:
        rows = [(desk, timer, count) for (desk, timer), count in report.breaches.most_common()]
        out.print(table(("desk", "deadline", "#times"), rows))
        out.print(f"tickets {', '.join(map(str, report.breached))}")


def _bars(
    out: Console,
    columns: Sequence[str],
    rows: Iterable[tuple[date | str | int, int, *tuple[int, ...]]],
) -> None:
    """A table with a bar for the first number of each row."""
    from gateway.cli.screen import table

    every = list(rows)
    most = max((row[1] for row in every), default=0) or 1
    barred = [(*row, "█" * round(_WIDTH * row[1] / most)) for row in every]
    if barred:
        out.print(table((*columns, ""), barred))
