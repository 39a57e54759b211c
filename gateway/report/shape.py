"""A report as `report --json` says it."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.report.numbers import Lengths, Load, Report, Worked
from gateway.views.scalars import Json, Object, amount, day


def shape(report: Report) -> Object:
    """One object; every key is always there."""
    return {
        "from": day(report.period.first),
        "to": day(report.period.last),
        "desks": [desk.address for desk in report.desks],
        "load": {
            **_load(report.total),
            "by_desk": _loads(report.by_desk),
            "by_type": _loads(report.by_type),
            "by_organisation": _loads(report.by_organisation),
            "by_day": [
                {"day": day(on), "opened": load.opened, "closed": load.closed}
                for on, load in report.by_day.items()
            ],
        },
        "first_response": _lengths(report.first_response),
        "resolution": _lengths(report.resolution),
        "satisfaction": _satisfaction(report),
        "time": _time(report),
        "breaches": {
            "count": sum(report.breaches.values()),
            "by_timer": [
                {"desk": desk, "timer": timer, "count": count}
                for (desk, timer), count in report.breaches.most_common()
            ],
            "tickets": [*report.breached],
        },
    }


def _load(load: Load) -> Object:
    return {"opened": load.opened, "closed": load.closed, "open_at_end": load.open_at_end}


def _loads(loads: Mapping[str, Load]) -> list[Json]:
    """Most opened first; what has no name is null."""
    ordered = sorted(loads.items(), key=lambda item: (-item[1].opened, item[0]))
    return [{"name": name or None, **_load(load)} for name, load in ordered]


def _lengths(lengths: Lengths) -> Object:
    return {
        "count": lengths.count,
        "median_minutes": lengths.percentile(50),
        "p90_minutes": lengths.percentile(90),
    }


def _satisfaction(report: Report) -> Object:
    return {
        "asked": report.asked,
        "answered": report.answered,
        "response_percent": round(100 * report.answered / report.asked) if report.asked else None,
        "average": str(report.average) if report.average is not None else None,
        "scores": [{"score": n, "count": report.scores[n]} for n in range(1, 6)],
        "comments": [
            {"ticket": c.ticket, "score": c.score, "text": c.text} for c in report.comments
        ],
    }


def _time(report: Report) -> Object:
    return {
        "billable_minutes": report.worked.billable,
        "internal_minutes": report.worked.internal,
        "by_person": _worked(report.by_person),
        "by_organisation": _worked(report.by_customer),
        "amounts": [
            {"currency": currency, "amount": amount(total)}
            for currency, total in sorted(report.amounts.items())
        ],
    }


def _worked(worked: Mapping[str, Worked]) -> list[Json]:
    ordered = sorted(
        worked.items(), key=lambda item: (-item[1].billable - item[1].internal, item[0])
    )
    return [
        {"name": name or None, "billable_minutes": w.billable, "internal_minutes": w.internal}
        for name, w in ordered
    ]
