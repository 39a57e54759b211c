"""What was known at each decision and what was decided, so that it can be made once more.

A standing (people and desks) is kept once for all decisions that were made under it, by the SHA-256
of its text. The ticket is not kept here: its journal tells how it stood.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import func, insert, select

from store import schema
from store.database import Transaction

_decisions = schema.decisions
_standings = schema.standings
_INSERT = insert(_decisions)
PAGE = 200


@dataclass(frozen=True, slots=True)
class Made:
    """One decision. `facts` and `decided` are JSON values; `facts` is None once they had to be
    forgotten. `ticket` is None where it opened or changed none."""

    at: datetime
    ticket: int | None
    process: str
    process_version: str
    standing: str
    facts: Mapping[str, Any] | None
    decided: Mapping[str, Any]
    id: int = 0


def standing_name(data: Mapping[str, Any]) -> str:
    """The name of a standing: the same people and desks have the same."""
    return sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def keep_standing(tx: Transaction, name: str, data: Mapping[str, Any]) -> None:
    """Keeps what decisions are made under, unless it is kept already."""
    query = select(_standings.c.sha256).where(_standings.c.sha256 == name)
    if tx.scalar(query) is None:
        tx.insert_new(_standings, [{"sha256": name, "data": data}])


def standing(tx: Transaction, name: str) -> Mapping[str, Any]:
    """What `keep_standing` was given."""
    found: Mapping[str, Any] | None = tx.scalar(
        select(_standings.c.data).where(_standings.c.sha256 == name)
    )
    return found or {}


def add(tx: Transaction, made: Made) -> None:
    tx.execute(
        _INSERT,
        {
            "at": made.at,
            "ticket": made.ticket,
            "process": made.process,
            "process_version": made.process_version,
            "standing": made.standing,
            "facts": made.facts,
            "decided": made.decided,
        },
    )


def count(tx: Transaction, process: str) -> int:
    """How many decisions were made under the process of this name."""
    number: int = tx.scalar(
        select(func.count()).select_from(_decisions).where(_decisions.c.process == process)
    )
    return number


def of_process(tx: Transaction, process: str) -> Iterator[Made]:
    """All of them, in the order in which they were made; read page by page."""
    d = _decisions.c
    after = 0
    while True:
        query = select(_decisions).where(d.process == process, d.id > after).order_by(d.id)
        page = tx.rows(query.limit(PAGE))
        for row in page:
            yield Made(**row._mapping)
        if len(page) < PAGE:
            return
        after = page[-1].id
