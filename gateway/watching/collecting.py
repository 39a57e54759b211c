"""Metrics out of the store and the loops, asked for at each scrape."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from gateway.house import House
from gateway.watching.health import Working
from store import canaries
from store.canaries import Flights
from store.errors import StoreError
from store.lengths import Lengths, lengths
from store.status import status

log = structlog.get_logger(__name__)

FRESH = 5.0
"""Seconds for which the numbers of the store are shown again: several may scrape at once."""

DISPOSITIONS = ("on_tickets", "set_aside", "duplicates", "quarantined", "inbox")


@dataclass(frozen=True, slots=True)
class Reading:
    """The numbers of one moment."""

    at: datetime
    counts: dict[str, int]
    lengths: Lengths
    flights: dict[str, Flights]


class StoreCollector(Collector):
    """What the store says of all processes together; the same from each of them."""

    def __init__(
        self,
        house: Callable[[], House],
        loops: Sequence[Working],
        version: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._house = house
        self._loops = loops
        self._version = version
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._reading: Reading | None = None
        self._read_at = 0.0

    def describe(self) -> list[Metric]:
        """Nothing before the first scrape: registering must not ask the store."""
        return []

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily("deskpost", "This program.", {"version": self._version})
        yield _gauge(
            "deskpost_loop_busy_seconds",
            "Since the present work of a loop began.",
            "loop",
            {loop.name: loop.busy_for for loop in self._loops},
        )
        reading = self._fresh()
        yield GaugeMetricFamily(
            "deskpost_store_up", "Whether the store answers.", reading is not None
        )
        if reading is not None:
            yield from _of_mails(reading)
            yield from _of_queues(reading)
            yield from _of_canaries(reading)

    def _fresh(self) -> Reading | None:
        with self._lock:
            if self._reading is None or self._monotonic() - self._read_at > FRESH:
                self._reading = self._read()
                self._read_at = self._monotonic()
            return self._reading

    def _read(self) -> Reading | None:
        house = self._house()
        now = house.clock()
        try:
            with house.database.read() as tx:
                return Reading(now, status(tx, now), lengths(tx, now), canaries.flights(tx))
        except StoreError as error:
            log.warning("no numbers from the store", error=str(error))
            return None


def _of_mails(reading: Reading) -> Iterator[Metric]:
    received = CounterMetricFamily("deskpost_received_mails", "Mails that were acknowledged.")
    received.add_metric([], reading.counts["received"])
    yield received
    yield _gauge(
        "deskpost_mails",
        "Received mails by where they are.",
        "disposition",
        {name: reading.counts[name] for name in DISPOSITIONS},
    )
    yield GaugeMetricFamily("deskpost_tickets", "Tickets.", reading.counts["tickets"])


def _of_queues(reading: Reading) -> Iterator[Metric]:
    found, now = reading.lengths, reading.at
    yield _gauge(
        "deskpost_queue_mails",
        "Mails that wait.",
        "queue",
        {
            "inbox": reading.counts["inbox"],
            "outbox_due": reading.counts["outbox"],
            "outbox": found.undelivered,
            "failed": reading.counts["failed"],
        },
    )
    yield _gauge(
        "deskpost_queue_oldest_seconds",
        "Age of the oldest that waits.",
        "queue",
        {
            "inbox": _age(found.oldest_arrival, now),
            "outbox": _age(found.oldest_undelivered, now),
        },
    )
    yield GaugeMetricFamily("deskpost_timers_late", "Timers that are due and not done.", found.late)
    yield GaugeMetricFamily(
        "deskpost_timers_late_seconds",
        "By how much the latest one is late.",
        _age(found.latest, now),
    )


def _of_canaries(reading: Reading) -> Iterator[Metric]:
    flights = reading.flights
    yield _gauge(
        "deskpost_canaries_missing",
        "Not come back since the last that did.",
        "desk",
        {desk: flight.missing for desk, flight in flights.items()},
    )
    back = {desk: f.returned_at for desk, f in flights.items() if f.returned_at is not None}
    yield _gauge(
        "deskpost_canary_returned_seconds",
        "Since one came back.",
        "desk",
        {desk: _age(returned_at, reading.at) for desk, returned_at in back.items()},
    )


def _gauge(name: str, text: str, label: str, values: dict[str, float]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def _age(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0) if since is not None else 0.0
