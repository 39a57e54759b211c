"""Which mails of the inbox a process has in hand: taken by lease, in turn, settled or put off.

The order is that of the rows, not of their times: a clock may be set back between two mails.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import attrgetter

from sqlalchemy import and_, bindparam, func, or_, select, text, update

from store import leases, schema
from store.database import Found, Transaction
from store.inbox import Disposition, InboxItem, item_of

_inbox = schema.inbox
_held = schema.inbox.alias("held")

FARTHEST = timedelta(hours=3)
"""No mail is put off for so long."""
SUSPECT = 2
"""Over so many processes a mail was in hand when they ended: once among others, then alone."""
PATIENT = 4
"""Tries for which the later mails of a sender wait for one that is put off: some minutes."""

_UNFINISHED = text("inbox.state <> 'done'")  # as the partial indexes say it
_DUE = or_(
    and_(
        _inbox.c.state == "waiting",
        # What was never tried is due, whatever the clock said when it came.
        or_(_inbox.c.attempts == 0, _inbox.c.next_try_at <= bindparam("now")),
    ),
    and_(_inbox.c.state == "working", _inbox.c.lease_until <= bindparam("now")),
)
_FIRST_HELD = (
    select(_held.c.mail_from, func.min(_held.c.id).label("id"))
    .where(
        text("held.state <> 'done' AND held.attempts > 0"),
        _held.c.mail_from != "",
        or_(
            and_(_held.c.state == "working", _held.c.lease_until > bindparam("now")),
            and_(
                _held.c.state == "waiting",
                _held.c.next_try_at > bindparam("now"),
                _held.c.attempts <= PATIENT,
            ),
        ),
    )
    .group_by(_held.c.mail_from)
    .subquery()
)
"""Of each sender the first mail that is in hand or put off for a moment."""
_CANDIDATES = (
    select(_inbox.c.id, _inbox.c.mail_from, _inbox.c.state, _inbox.c.interruptions)
    .outerjoin(_FIRST_HELD, _FIRST_HELD.c.mail_from == _inbox.c.mail_from)
    .where(_UNFINISHED, _DUE, or_(_FIRST_HELD.c.id.is_(None), _FIRST_HELD.c.id > _inbox.c.id))
    .order_by(_inbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=_inbox)
)
_AHEAD = select(_inbox.c.id, _inbox.c.mail_from).where(
    _UNFINISHED, _inbox.c.id <= bindparam("last"), or_(_inbox.c.state == "working", _DUE)
)
"""What is due and came no later than this: ours, or just being taken by somebody else."""


def claim(
    tx: Transaction, owner: str, now: datetime, lease: timedelta, limit: int
) -> list[InboxItem]:
    """Up to `limit` mails that wait or whose lease ran out, in order of arrival, now `owner`'s.

    Several processes never get the same; on PostgreSQL they do not wait for each other either.
    A mail waits while one of the same sender that came before it is in other hands or put off for
    a moment: it may answer what that one is about to open. Other senders never wait for it. What
    a process ended over is taken alone, so that it alone is blamed if that happens again.
    """
    candidates = _alone(tx.rows(_CANDIDATES, {"now": now, "most": limit}))
    ids = _in_turn(tx, candidates, now) if candidates else []
    taken = leases.take(tx, _inbox, ids, owner, now + lease)
    return sorted(map(item_of, taken), key=attrgetter("id"))


def _alone(candidates: Sequence[Found]) -> Sequence[Found]:
    """Those before the first that a process ended over; that one where it comes first."""
    for place, row in enumerate(candidates):
        if row.state == "working" or row.interruptions:
            return candidates[: max(place, 1)]
    return candidates


def _in_turn(tx: Transaction, candidates: Sequence[Found], now: datetime) -> list[int]:
    """Those whose sender has nothing before them that somebody else takes at this moment."""
    ours = {row.id for row in candidates}
    first: dict[str, int] = {}
    for row in tx.rows(_AHEAD, {"now": now, "last": candidates[-1].id}):
        if row.id not in ours and row.mail_from:
            first[row.mail_from] = min(row.id, first.get(row.mail_from, row.id))
    return [row.id for row in candidates if row.id < first.get(row.mail_from, row.id + 1)]


def settle(
    tx: Transaction,
    item: int,
    owner: str,
    now: datetime,
    disposition: Disposition,
    reason: str,
    ticket: int | None = None,
) -> None:
    """The mail is accounted for; raises LeaseLost where another owner has taken it over.

    `reason` is a machine constant; `ticket` is needed for Disposition.TICKET.
    """
    leases.end(
        tx,
        _inbox,
        item,
        owner,
        state="done",
        disposition=disposition.value,
        reason=reason,
        ticket=ticket,
        done_at=now,
        last_error=None,
    )


def postpone(tx: Transaction, item: int, owner: str, until: datetime, error: str) -> None:
    """Try again later; raises LeaseLost."""
    leases.end(tx, _inbox, item, owner, state="waiting", next_try_at=until, last_error=error)


def renew(tx: Transaction, owner: str, until: datetime) -> int:
    """Prolong all leases of an owner that still works; how many it has."""
    return leases.renew(tx, _inbox, owner, until)


def hand_back(tx: Transaction, owner: str) -> int:
    """An owner that ends cleanly leaves its mails to others, as if it had not claimed them."""
    return leases.hand_back(tx, _inbox, owner, "waiting")


# --- after a crash or a change of the clock ---------------------------------------------------


def owners(tx: Transaction) -> list[str]:
    """Who has mails in hand, or had when they ended."""
    return leases.owners(tx, _inbox)


def end_leases(tx: Transaction, owner: str, now: datetime) -> int:
    """What an owner who is no more had in hand may be taken over at once; how many mails.

    Not what somebody before it vanished over too: that waits for the end of its lease, so that a
    mail which ends processes lets the others go first.
    """
    return leases.end_all(tx, _inbox, owner, now, _inbox.c.interruptions < SUSPECT - 1)


def bring_back(tx: Transaction, now: datetime) -> int:
    """What a clock that was set back since would keep waiting is due now; how many mails."""
    waiting = and_(_UNFINISHED, _inbox.c.state == "waiting", _inbox.c.next_try_at > now + FARTHEST)
    brought = tx.execute(update(_inbox).where(waiting).values(next_try_at=now)).rowcount
    return brought + leases.bring_back(tx, _inbox, now)
