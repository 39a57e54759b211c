"""Between whom a ticket is: the little that tells whether somebody may name it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, bindparam, select

from store import schema
from store.database import Transaction

_tickets, _participants, _links = schema.tickets, schema.participants, schema.links

_OF_TICKET = (
    select(
        _tickets.c.desk,
        _tickets.c.organisation,
        _tickets.c.requester,
        _participants.c.address,
        _links.c.to,
    )
    .select_from(_tickets)
    .outerjoin(_participants, _participants.c.ticket == _tickets.c.number)
    .outerjoin(
        _links,
        and_(
            _links.c.ticket == _tickets.c.number,
            _links.c.kind == "merged",
            _tickets.c.closed_at.is_not(None),
        ),
    )
    .where(_tickets.c.number == bindparam("number"))
    .order_by(_links.c.position)
)


@dataclass(frozen=True, slots=True)
class Circle:
    """`customers`: requester and participants; `merged_into`: the ticket that it went into."""

    number: int
    desk: str
    organisation: str | None
    customers: frozenset[str]
    merged_into: int | None


def circle(tx: Transaction, number: int) -> Circle | None:
    """In one query, whether or not there is such a ticket: a stranger's mail takes no longer where
    there is."""
    rows = list(tx.rows(_OF_TICKET, {"number": number}))
    if not rows:
        return None
    first = rows[0]
    people = {first.requester, *(row.address for row in rows if row.address)}
    merged = int(first.to) if first.to else None
    return Circle(number, first.desk, first.organisation, frozenset(people), merged)
