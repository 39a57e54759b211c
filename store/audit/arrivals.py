"""Whether every mail that arrived has one disposition, and that disposition is true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from store import schema
from store.audit.faults import PAGE, Fault, Finding, arrival_fault
from store.database import Database, Found, Transaction
from store.inbox import Disposition

_inbox = schema.inbox
_RESTORE = "restore the row from a backup; the mail's bytes are kept (evidence {raw})"


def arrivals(database: Database) -> Iterator[Finding]:
    """One finding for each row of `inbox`, by id."""
    with database.read() as tx:
        whole: int = tx.scalar(select(func.count()).select_from(_inbox))
    after, done = 0, 0
    while True:
        with database.read() as tx:
            rows = tx.rows(
                select(_inbox).where(_inbox.c.id > after).order_by(_inbox.c.id).limit(PAGE)
            )
            around = _around(tx, rows)
            found = [_faults(tx, row, around) for row in rows]
        for faults in found:
            done += 1
            yield Finding("mails that arrived", done, max(whole, done), tuple(faults))
        if not rows:
            return
        after = rows[-1].id


@dataclass(frozen=True, slots=True)
class _Around:
    """What the rows of a page refer to."""

    messages: Mapping[int, Found]
    """By arrival: id, ticket and raw."""
    told: frozenset[int]
    """Messages that the journal names."""
    firsts: Mapping[int, Found]


def _around(tx: Transaction, rows: Sequence[Found]) -> _Around:
    messages, journal = schema.messages, schema.journal
    ids = [row.id for row in rows]
    found = tx.rows(
        select(messages.c.inbox, messages.c.id, messages.c.ticket, messages.c.raw).where(
            messages.c.inbox.in_(ids)
        )
    )
    of_tickets = {row.ticket for row in found}
    named = select(journal.c.message).where(
        journal.c.ticket.in_(of_tickets), journal.c.message.is_not(None)
    )
    originals = {row.duplicate_of for row in rows if row.duplicate_of is not None}
    firsts = tx.rows(select(_inbox).where(_inbox.c.id.in_(originals)))
    return _Around(
        {row.inbox: row for row in found},
        frozenset(tx.execute(named).scalars()),
        {row.id: row for row in firsts},
    )


def _faults(tx: Transaction, row: Found, around: _Around) -> list[Fault]:
    names = {"id": f"in{row.id}", "raw": row.raw}
    return [
        arrival_fault(tx, row, fault, text, mend.format(**names))
        for fault, text, mend in (*_disposed(row), *_placed(row, around), *_repeats(row, around))
    ]


_What = tuple[str, str, str]


def _disposed(row: Found) -> Iterator[_What]:
    """Exactly one disposition, once it is done and not before."""
    if row.state == "done" and row.disposition not in list(Disposition):
        said = "has no disposition" if row.disposition is None else f"is {row.disposition!r}"
        yield "no_disposition", f"it is done and {said}", _RESTORE
    if row.state != "done" and row.disposition is not None:
        yield "two_dispositions", f"it is {row.disposition} and {row.state} at once", _RESTORE
    if row.state not in ("waiting", "working", "done"):
        yield "no_disposition", f"its state {row.state!r} is none", _RESTORE


def _placed(row: Found, around: _Around) -> Iterator[_What]:
    """What is on a ticket has a message there, of which its journal tells."""
    message = around.messages.get(row.id)
    if message is None:
        if row.disposition == Disposition.TICKET:
            text = f"it is said to be on ticket {row.ticket}, which has no such mail"
            yield "not_on_ticket", text, _RESTORE
        return
    if row.disposition == Disposition.TICKET and message.ticket != row.ticket:
        text = f"it is said to be on ticket {row.ticket} and is on {message.ticket}"
        yield "not_on_ticket", text, _RESTORE
    if row.disposition not in (Disposition.TICKET, Disposition.QUARANTINED):
        text = f"it is {row.disposition or row.state} and on ticket {message.ticket}"
        yield "two_dispositions", text, _RESTORE
    if message.raw != row.raw:
        text = f"ticket {message.ticket} has other bytes of it than those that arrived"
        yield "bytes_differ", text, _RESTORE
    if message.id not in around.told:
        text = f"the journal of ticket {message.ticket} does not tell of it"
        yield "not_in_journal", text, _RESTORE


def _repeats(row: Found, around: _Around) -> Iterator[_What]:
    """A duplicate names the mail of the same content at the same desk that came first."""
    if row.disposition != Disposition.DUPLICATE:
        if row.duplicate_of is not None:
            text = f"it repeats in{row.duplicate_of} and is {row.disposition}"
            yield "two_dispositions", text, _RESTORE
        return
    first = around.firsts.get(row.duplicate_of)
    if row.duplicate_of is None or first is None:
        yield "no_original", "it repeats a mail that is not there", _RESTORE
    elif first.duplicate_of is not None or _content(first) != _content(row):
        yield "no_original", f"it does not repeat in{first.id}", _RESTORE


def _content(row: Found) -> tuple[str, str]:
    return row.desk, row.content_key
