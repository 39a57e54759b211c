"""A report as one HTML page: everything in it, no script, nothing fetched."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from gateway.render import formats
from gateway.render.cleaning import clean
from gateway.report.numbers import Load, Report, Worked
from gateway.report.picture import Picture, columns, lines
from gateway.report.words import words_of
from rules.process import Process

_LINES = 30
"""Rows that a picture or a table of names holds."""


def page(report: Report, processes: Mapping[str, Process], language: str) -> str:
    """The whole file, in this language; without controls and marks of direction, since names and
    comments are what strangers wrote."""
    return clean(_rendered(report, processes, language))


def _rendered(report: Report, processes: Mapping[str, Process], language: str) -> str:
    w = words_of(language)
    first, last = (formats.day(d, language) for d in (report.period.first, report.period.last))
    persons = _busiest(report.by_person)
    total = report.total
    return _template().render(
        w=w,
        language=language,
        span=f"{first} – {last}",
        desks=[desk.name for desk in report.desks],
        empty=report.empty,
        load=[
            (w["opened"], total.opened),
            (w["closed"], total.closed),
            (w["open_at_end"], total.open_at_end),
        ],
        over_time=_over_time(report, language),
        loads=_loads(report, processes, language),
        times=_times(report, language),
        satisfaction=_satisfaction(report, language),
        scores=_scores(report, language),
        comments=report.comments,
        time=[
            (w["billable"], formats.duration(report.worked.billable, language)),
            (w["internal"], formats.duration(report.worked.internal, language)),
            *(
                (w["amount"], formats.money(amount, currency, language))
                for currency, amount in sorted(report.amounts.items())
            ),
        ],
        people=lines(
            w["time"],
            (w["billable"], w["internal"]),
            [(name, hours.billable, hours.internal) for name, hours in persons.items()],
        ),
        persons=_worked(persons, language),
        customers=_worked(_busiest(report.by_customer), language),
        breaches=[
            (f"{timer} ({desk})", count) for (desk, timer), count in report.breaches.most_common()
        ],
        breached=report.breached,
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")


def _over_time(report: Report, language: str) -> Picture:
    w = words_of(language)
    rows = [(day.isoformat(), load.opened, load.closed) for day, load in report.by_day.items()]
    return columns(w["by_day"], (w["opened"], w["closed"]), rows)


def _loads(
    report: Report, processes: Mapping[str, Process], language: str
) -> list[tuple[str, list[tuple[object, ...]]]]:
    w = words_of(language)
    names = {desk.address: desk.name for desk in report.desks}
    labels = {
        name: process.say(spec.label, language)
        for process in processes.values()
        for name, spec in process.types.items()
    }
    groups: tuple[tuple[str, Mapping[str, Load], Mapping[str, str]], ...] = (
        (w["by_desk"], report.by_desk, names),
        (w["by_type"], report.by_type, labels),
        (w["by_organisation"], report.by_organisation, {}),
    )
    return [(caption, _rows(loads, known, w["none"])) for caption, loads, known in groups]


def _rows(
    loads: Mapping[str, Load], names: Mapping[str, str], none: str
) -> list[tuple[object, ...]]:
    ordered = sorted(loads.items(), key=lambda item: (-item[1].opened, item[0]))[:_LINES]
    return [
        (names.get(name, name) or none, load.opened, load.closed, load.open_at_end)
        for name, load in ordered
    ]


def _times(report: Report, language: str) -> list[tuple[object, ...]]:
    w = words_of(language)
    return [
        (
            w[name],
            lengths.count,
            *(_minutes(lengths.percentile(percent), language) for percent in (50, 90)),
        )
        for name, lengths in (
            ("first_response", report.first_response),
            ("resolution", report.resolution),
        )
    ]


def _minutes(minutes: int | None, language: str) -> str:
    return "–" if minutes is None else formats.duration(minutes, language)


def _satisfaction(report: Report, language: str) -> list[tuple[str, object]]:
    w = words_of(language)
    rate = f"{round(100 * report.answered / report.asked)} %" if report.asked else "–"
    average = "–" if report.average is None else formats.number(report.average, language)
    return [
        (w["asked"], report.asked),
        (w["answered"], report.answered),
        (w["response"], rate),
        (w["average"], average),
    ]


def _scores(report: Report, language: str) -> Picture | None:
    if not report.answered:
        return None
    rows = [(str(score), report.scores[score], 0) for score in range(5, 0, -1)]
    return lines(words_of(language)["score"], (words_of(language)["answered"], ""), rows)


def _busiest(worked: Mapping[str, Worked]) -> dict[str, Worked]:
    ordered = sorted(worked.items(), key=lambda item: -item[1].billable - item[1].internal)
    return dict(ordered[:_LINES])


def _worked(worked: Mapping[str, Worked], language: str) -> list[tuple[object, ...]]:
    none = words_of(language)["none"]
    return [
        (
            name or none,
            formats.duration(hours.billable, language),
            formats.duration(hours.internal, language),
        )
        for name, hours in worked.items()
    ]
