"""The mails of a ticket, in and out; each copy that goes out is a row of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, or_, select, update

from rules.model import MessageFact, Proof, Visibility
from store import evidence, schema
from store.database import Found, Transaction
from store.errors import StoreRefused
from store.ticket_rows import fold

_messages = schema.messages
_attachments = schema.attachments

_INSERT = insert(_messages).returning(_messages.c.id, sort_by_parameter_order=True)
_INSERT_ATTACHMENTS = insert(_attachments)
_DELIVERY = (
    update(_messages)
    .where(_messages.c.id == bindparam("its_id"), _messages.c.direction == "out")
    .values(delivery=bindparam("delivery"))
)
_ANY_FACTS = select(
    _messages.c.ticket,
    _messages.c.direction,
    _messages.c.kind,
    _messages.c.visibility,
    _messages.c.sender,
    _messages.c.by_staff,
    _messages.c.at,
    _messages.c.template,
    select(func.count()).where(_attachments.c.message == _messages.c.id).scalar_subquery(),
    _messages.c.id,
    _messages.c.subject,
)
_FACTS = _ANY_FACTS.where(_messages.c.ticket.in_(bindparam("numbers", expanding=True))).order_by(
    _messages.c.ticket, _messages.c.id
)
_FACTS_BY_ID = _ANY_FACTS.where(_messages.c.id.in_(bindparam("ids", expanding=True))).order_by(
    _messages.c.id
)

SEARCHED = 100_000
"""Characters of a mail's new text that a search looks at."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not the text, as it is known; its bytes are evidence named `sha256`."""

    name: str
    type: str
    size: int
    sha256: str
    content_id: str | None = None
    inline: bool = False


@dataclass(frozen=True, slots=True)
class NewAttachment:
    """A part that is not the text, with its bytes."""

    name: str
    type: str
    content: bytes
    content_id: str | None = None
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """A mail on a ticket. `id` is 0 and `attachments` are empty until it is stored.

    `raw` names its bytes in the evidence, `size` is their number. `matched_by` (token, references,
    subject, command, new) and `inbox` are those of an incoming mail, `recipient` (of the envelope),
    `template` and `delivery` (queued, sent, failed, bounced) those of an outgoing copy.
    """

    ticket: int
    direction: str
    kind: str
    visibility: Visibility
    sender: str
    subject: str
    at: datetime
    raw: str
    size: int
    message_id: str | None = None
    sender_name: str = ""
    by_staff: bool = False
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    in_reply_to: tuple[str, ...] = ()
    reference_ids: tuple[str, ...] = ()
    sender_verified: Proof = Proof.NONE
    proof_reasons: tuple[str, ...] = ()
    matched_by: str | None = None
    inbox: int | None = None
    recipient: str | None = None
    template: str | None = None
    delivery: str | None = None
    language: str | None = None
    new_text: str = ""
    new_html: str | None = None
    id: int = 0
    attachments: tuple[Attachment, ...] = ()


_COLUMNS = tuple(f.name for f in fields(Message) if f.name not in ("id", "attachments"))
_TUPLES = ("to", "cc", "in_reply_to", "reference_ids", "proof_reasons")


def add(tx: Transaction, message: Message, attachments: Sequence[NewAttachment] = ()) -> Message:
    """Put a mail on its ticket; as it is stored. Its raw bytes must be in the evidence."""
    return add_all(tx, [message], attachments)[0]


def add_all(
    tx: Transaction, mails: Sequence[Message], attachments: Sequence[NewAttachment] = ()
) -> list[Message]:
    """As `add`, many at once, in the order given; each has the same attachments (copies)."""
    kept = _keep(tx, attachments)
    if not mails:
        return []
    ids = tx.execute(_INSERT, [_row(mail) for mail in mails]).scalars().all()
    if kept:
        tx.execute(
            _INSERT_ATTACHMENTS,
            [
                {"message": number, "position": position, **_values(part)}
                for number in ids
                for position, part in enumerate(kept)
            ],
        )
    return [
        replace(mail, id=number, attachments=kept) for mail, number in zip(mails, ids, strict=True)
    ]


def get(tx: Transaction, message: int) -> Message | None:
    found = _load(tx, _messages.c.id == message)
    return found[0] if found else None


def made_from(tx: Transaction, ids: Iterable[int], templates: Iterable[str]) -> list[int]:
    """Those of the mails that were rendered from one of the templates."""
    wanted = _messages.c.id.in_(list(ids)) & _messages.c.template.in_(list(templates))
    return list(tx.execute(select(_messages.c.id).where(wanted)).scalars())


def of_ticket(tx: Transaction, number: int) -> list[Message]:
    """All of a ticket, oldest first, with their attachments."""
    return _load(tx, _messages.c.ticket == number)


def of_inbox(tx: Transaction, item: int) -> Message | None:
    """The mail that an arrival became."""
    found = _load(tx, _messages.c.inbox == item)
    return found[0] if found else None


def by_message_id(tx: Transaction, message_id: str) -> list[Message]:
    """Every row of that Message-ID, oldest first: copies, and what came more than once."""
    return _load(tx, _messages.c.message_id == message_id)


def ticket_by_message_ids(
    tx: Transaction, message_ids: Sequence[str], *, desk: str | None = None
) -> int | None:
    """The ticket of the newest mail that has one of the Message-IDs; with `desk` only where the
    ticket is there, or that mail came from there before the ticket moved."""
    if not message_ids:
        return None
    tickets = schema.tickets
    query = select(_messages.c.ticket).where(_messages.c.message_id.in_(list(message_ids)))
    if desk is not None:
        query = query.join(tickets, tickets.c.number == _messages.c.ticket)
        query = query.where(or_(tickets.c.desk == desk, _messages.c.sender == desk))
    number: int | None = tx.scalar(query.order_by(_messages.c.id.desc()).limit(1))
    return number


def set_delivery(tx: Transaction, message: int, delivery: str) -> None:
    """How an outgoing copy stands: queued, sent, failed, bounced."""
    changed = tx.execute(_DELIVERY, {"its_id": message, "delivery": delivery})
    if changed.rowcount != 1:
        raise StoreRefused(f"no outgoing message {message}")


def confirm(tx: Transaction, message: int, visibility: Visibility) -> None:
    """Whom its From names has said that it is theirs: so proven, and for whom it is to be seen."""
    values = {"sender_verified": Proof.CONFIRMED.value, "visibility": visibility.value}
    tx.execute(update(_messages).where(_messages.c.id == message).values(values))


def move(tx: Transaction, message: int, ticket: int) -> None:
    """The mail belongs to another ticket from now on (`#split`)."""
    tx.execute(update(_messages).where(_messages.c.id == message).values(ticket=ticket))


def facts(tx: Transaction, numbers: Iterable[int]) -> defaultdict[int, list[MessageFact]]:
    """What rules may ask about the mails of tickets, oldest first, by ticket."""
    found: defaultdict[int, list[MessageFact]] = defaultdict(list)
    for row in tx.rows(_FACTS, {"numbers": list(numbers)}):
        found[row.ticket].append(_fact(row))
    return found


def facts_by_id(tx: Transaction, ids: Iterable[int]) -> list[MessageFact]:
    """As `facts`, of these mails, whatever ticket they are on by now."""
    return [_fact(row) for row in tx.rows(_FACTS_BY_ID, {"ids": list(ids)})]


def _fact(row: Found) -> MessageFact:
    _ticket, direction, kind, visibility, *rest = row
    return MessageFact(direction, kind, Visibility(visibility), *rest)


# --- rows --------------------------------------------------------------------------------------


def _keep(tx: Transaction, parts: Sequence[NewAttachment]) -> tuple[Attachment, ...]:
    names = evidence.put_all(tx, [part.content for part in parts])
    return tuple(
        Attachment(p.name, p.type, len(p.content), name, p.content_id, p.inline)
        for p, name in zip(parts, names, strict=True)
    )


def _values(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _row(mail: Message) -> dict[str, Any]:
    row = {name: getattr(mail, name) for name in _COLUMNS}
    return row | {"folded_text": fold(mail.new_text[:SEARCHED])}


def _load(tx: Transaction, only: Any) -> list[Message]:
    rows = tx.rows(select(_messages).where(only).order_by(_messages.c.id))
    parts = _parts(tx, [row.id for row in rows]) if rows else {}
    return [_message(row, tuple(parts.get(row.id, ()))) for row in rows]


def _parts(tx: Transaction, ids: Sequence[int]) -> Mapping[int, list[Attachment]]:
    a = _attachments.c
    columns = (a.name, a.type, a.size, a.sha256, a.content_id, a.inline)
    query = select(a.message, *columns).where(a.message.in_(ids)).order_by(a.message, a.position)
    found: defaultdict[int, list[Attachment]] = defaultdict(list)
    for message, *rest in tx.rows(query):
        found[message].append(Attachment(*rest))
    return found


def _message(row: Found, attachments: tuple[Attachment, ...]) -> Message:
    values = {name: row._mapping[name] for name in _COLUMNS}
    values |= {name: tuple(values[name]) for name in _TUPLES}
    values["visibility"] = Visibility(values["visibility"])
    values["sender_verified"] = Proof(values["sender_verified"])
    return Message(id=row.id, attachments=attachments, **values)
