"""Sends each desk's canaries when they are due, and misses those that do not come back."""

from __future__ import annotations

from collections.abc import Callable

from gateway.handle.canary import send_canary, tell_missing
from gateway.house import House


class Canaries:
    """A loop's worth of work; any number of processes send one canary together."""

    def __init__(self, house: Callable[[], House], queued: Callable[[], None]) -> None:
        self._house = house
        self._queued = queued
        self._since = house().clock()

    def work(self) -> bool:
        house = self._house()
        if house.configuration.watch.canary is None:
            return False
        with house.database.transaction() as tx:
            sent = [desk for desk in house.desks.values() if send_canary(tx, house, desk)]
            tell_missing(tx, house, self._since)
        if sent:
            self._queued()
        return False
