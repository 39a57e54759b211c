"""Operators hear in time that a secret ends, while there is still a way to write to them."""

from __future__ import annotations

from gateway.handle.operators import tell_operators
from gateway.house import House
from gateway.signin.endings import Ending, endings
from store import brakes
from store.database import Transaction


def foretell(tx: Transaction, house: House) -> None:
    """30, 14, 7, 3 and 1 days before, and when it has ended: once each, whatever runs meanwhile."""
    today = house.clock().date()
    for ending in endings(house.configuration):
        stage = ending.stage(today)
        if stage is None:
            continue
        if brakes.tell_once(tx, f"ends {ending.file} {ending.on} {stage}", house.clock()):
            _tell(tx, house, ending)


def _tell(tx: Transaction, house: House, ending: Ending) -> None:
    desk = next(iter(house.desks.values()))
    left = ending.left(house.clock().date())
    details = {"what": ending.what, "file": ending.file, "ends": ending.on, "days": max(left, 0)}
    tell_operators(tx, house, desk, "secret_ended" if left < 0 else "secret_ends", details)
