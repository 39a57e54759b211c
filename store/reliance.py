"""What open tickets rely on of their processes: counted by word, so that it costs little however
many tickets there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select

from store import schema
from store.database import Transaction

_tickets = schema.tickets
_tasks = schema.tasks
_timers = schema.timers


@dataclass(frozen=True, slots=True)
class Reliance:
    """Open tickets of one process that need a word of its file.

    kind: status, type, level, task (its key), role (of a task), timer.
    """

    process: str
    desk: str
    kind: str
    word: str
    count: int


def reliances(tx: Transaction) -> Iterator[Reliance]:
    """Each word that open tickets need, by process and desk."""
    for kind in _WORDS:
        word, query = _query(kind)
        grouped = query.add_columns(
            _tickets.c.process, _tickets.c.desk, word, func.count(_tickets.c.number.distinct())
        ).group_by(_tickets.c.process, _tickets.c.desk, word)
        for process, desk, name, count in sorted(map(tuple, tx.rows(grouped))):
            yield Reliance(process, desk, kind, name, count)


def relying(tx: Transaction, on: Reliance, limit: int) -> list[int]:
    """The first of the tickets, by number."""
    word, query = _query(on.kind)
    t = _tickets.c
    found = query.add_columns(t.number).where(
        t.process == on.process, t.desk == on.desk, word == on.word
    )
    numbers = found.distinct().order_by(t.number).limit(limit)
    return [row.number for row in tx.rows(numbers)]


_WORDS: dict[str, ColumnElement[str]] = {
    "status": _tickets.c.status,
    "type": _tickets.c.type,
    "level": _tickets.c.level,
    "task": _tasks.c.key,
    "role": _tasks.c.role,
    "timer": _timers.c.name,
}


def _query(kind: str) -> tuple[ColumnElement[str], Select[tuple[()]]]:
    """The column that holds the word, and the open tickets with their lists."""
    word = _WORDS[kind]
    query = select().where(_tickets.c.closed_at.is_(None), word.is_not(None))
    if kind in ("task", "role"):
        joined = _tickets.join(_tasks, _tasks.c.ticket == _tickets.c.number)
        return word, query.select_from(joined).where(_tasks.c.done.is_(False))
    if kind == "timer":
        joined = _tickets.join(_timers, _timers.c.ticket == _tickets.c.number)
        return word, query.select_from(joined)
    return word, query.select_from(_tickets)
