"""The way out is closed for every mail: `status` says so, and the operators hear of what waiting
does not mend. Their mail waits too where it has no other way; it is there when it opens."""

from __future__ import annotations

from typing import Final

import structlog

from gateway.handle.operators import tell_operators
from gateway.house import House
from store import brakes, settings
from store.errors import StoreError

log = structlog.get_logger(__name__)

NAME: Final = "way out"
"""The setting that says since when and why it is closed."""


def note_closed(house: House, text: str, *, needs_person: bool) -> None:
    """Seen once by many processes, told once. A store that is away is told of elsewhere."""
    now = house.clock()
    try:
        with house.database.transaction() as tx:
            if settings.get(tx, NAME) is None:
                settings.put(tx, NAME, {"since": now.isoformat(), "error": text})
            if needs_person and brakes.tell_once(tx, NAME, now):
                desk = next(iter(house.desks.values()))
                tell_operators(tx, house, desk, "way_out_closed", {"error": text})
    except StoreError as error:
        log.warning("a closed way out was not noted", error=str(error))


def note_open(house: House) -> None:
    try:
        with house.database.transaction() as tx:
            settings.put(tx, NAME, None)
            brakes.untell(tx, NAME)
    except StoreError as error:
        log.warning("an open way out was not noted", error=str(error))
