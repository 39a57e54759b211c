"""What this process counts while it works; `gateway.watching` shows it to who asks.

One registry for each process: the numbers of several add up where they are collected.
"""

from __future__ import annotations

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram

REGISTRY = CollectorRegistry()

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86_400)

_handled = Histogram(
    "deskpost_handling_seconds",
    "From the arrival of a mail to its decision.",
    buckets=_SECONDS,
    registry=REGISTRY,
)
_answered = Histogram(
    "deskpost_answer_seconds",
    "From the arrival of a mail to each mail about it having been taken by the next server.",
    buckets=_SECONDS,
    registry=REGISTRY,
)
_deliveries = Counter(
    "deskpost_deliveries",
    "Tries to deliver a mail, by what came of them: sent, later (tried again) or failed.",
    ["result"],
    registry=REGISTRY,
)
_failures = Counter(
    "deskpost_loop_failures",
    "Times that the work of a loop failed and was tried again.",
    ["loop"],
    registry=REGISTRY,
)
for _result in ("sent", "later", "failed"):
    _deliveries.labels(_result)


def handled(arrived_at: datetime, now: datetime) -> None:
    """A mail was decided on."""
    _handled.observe(max((now - arrived_at).total_seconds(), 0.0))


def delivered(arrived_at: datetime | None, now: datetime) -> None:
    """A mail was taken by the next server; `arrived_at` of the mail that it answers, if any."""
    _deliveries.labels("sent").inc()
    if arrived_at is not None:
        _answered.observe(max((now - arrived_at).total_seconds(), 0.0))


def not_delivered(*, hopeless: bool) -> None:
    _deliveries.labels("failed" if hopeless else "later").inc()


def failed(loop: str) -> None:
    """The work of this loop raised."""
    _failures.labels(loop).inc()
