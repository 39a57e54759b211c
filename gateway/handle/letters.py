"""From a mail that a decision queues to one final copy for each recipient."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from gateway.compose import Automatic, Headers, compose
from gateway.handle.addressing import (
    bounce_token,
    envelope_from_of,
    message_id_of,
    references_of,
    reply_to_of,
)
from gateway.handle.carrying import bounded
from gateway.handle.contents import calendar_of, documents_of, page_of, parts_of, proofs_of
from gateway.handle.desktop import RELAYED, Desktop, recipient_of
from gateway.handle.reading_back import Asked as AskedOf
from gateway.handle.reading_back import reading_back
from gateway.render.mail import render
from gateway.render.page import Recipient
from gateway.values import Attachment, Mailbox
from rules.effects import QueueMail
from rules.model import Visibility
from store import evidence as kept
from store import messages, outbox, tokens
from store.messages import Message
from store.outbox import Outgoing
from store.tokens import Token

GIVE_UP = timedelta(days=5)
"""After so long a mail that could not be delivered counts as failed (RFC 5321, 4.5.4.1)."""


def post(desk: Desktop, queued: QueueMail) -> list[int]:
    """Writes each recipient's copy into the outbox, and onto the ticket; their message rows.

    Raises DocumentError where a document cannot be set: no mail goes without the one it names, so
    that nothing of the whole event happens, and it is tried again as after any fault of ours.
    """
    desk = _bounded(desk, queued)
    papers: dict[str, tuple[Attachment, ...]] = {}
    copies = [_copy(desk, queued, address, papers) for address in queued.to]
    names = kept.put_all(desk.tx, [copy.body for copy in copies])
    if desk.ticket is None:
        rows: list[int | None] = [None] * len(copies)
    else:
        stored = messages.add_all(
            desk.tx,
            [
                replace(copy.message, raw=name)
                for copy, name in zip(copies, names, strict=True)
                if copy.message
            ],
        )
        rows = [message.id for message in stored]
    outbox.add(
        desk.tx,
        [
            replace(copy.outgoing, raw=name, message=row)
            for copy, name, row in zip(copies, names, rows, strict=True)
        ],
    )
    for copy, row in zip(copies, rows, strict=True):
        if copy.bounce is not None and row is not None:
            tokens.issue(desk.tx, replace(copy.bounce, version=row))
    return [row for row in rows if row is not None]


def _bounded(desk: Desktop, queued: QueueMail) -> Desktop:
    """Staff are told of a mail of ten megabytes, each, and need not have it ten times."""
    if desk.carried is None or not queued.internal or queued.template in RELAYED:
        return desk
    limits = desk.house.configuration.limits
    return replace(desk, carried=bounded(desk.carried, limits.notice_text, limits.notice_files))


@dataclass(frozen=True, slots=True)
class _Copy:
    body: bytes
    outgoing: Outgoing
    message: Message | None
    bounce: Token | None


def _copy(
    desk: Desktop, queued: QueueMail, address: str, papers: dict[str, tuple[Attachment, ...]]
) -> _Copy:
    """`papers`: the documents that were set for those before, by language."""
    recipient = recipient_of(desk, address)
    message_id = message_id_of(desk)
    reply_to = reply_to_of(desk, queued, address)
    history = reading_back(
        AskedOf(desk.tx, desk.house, desk.facts, desk.ticket, queued, recipient, desk.earlier)
    )
    page = page_of(desk, queued, recipient, reply_to, history)
    rendered = render(desk.house.renderer, page)
    inline, attached = parts_of(desk, queued, history)
    if recipient.language not in papers:
        papers[recipient.language] = (*documents_of(desk, queued, page), *proofs_of(desk, queued))
    attached = (*papers[recipient.language], *attached)
    references = references_of(desk, address)
    headers = Headers(
        sender=Mailbox(desk.facts.desk.name, desk.facts.desk.address),
        to=Mailbox(recipient.name, address),
        reply_to=reply_to,
        message_id=message_id,
        date=desk.now,
        in_reply_to=references[-1] if references else None,
        references=references,
        automatic=_automatic(queued),
    )
    body = compose(rendered, headers, attached, inline, calendar_of(desk, queued, page))
    bounce = None if queued.answer else bounce_token(desk, address, message_id)
    envelope_from = envelope_from_of(desk, bounce, message_id)
    outgoing = Outgoing(
        recipient=address,
        envelope_from=envelope_from,
        raw="",
        message_id=message_id,
        created_at=desk.now,
        due_at=desk.now,
        give_up_at=desk.now + GIVE_UP,
        ticket=desk.ticket.number if desk.ticket else None,
        arrived_at=desk.arrived_at,
    )
    return _Copy(
        body, outgoing, _message(desk, queued, recipient, headers, rendered.subject, body), bounce
    )


def _automatic(queued: QueueMail) -> Automatic | None:
    if queued.template in RELAYED:
        return None
    return Automatic.REPLIED if queued.answer else Automatic.GENERATED


def _message(
    desk: Desktop,
    queued: QueueMail,
    recipient: Recipient,
    headers: Headers,
    subject: str,
    body: bytes,
) -> Message | None:
    if desk.ticket is None:
        return None
    return Message(
        ticket=desk.ticket.number,
        direction="out",
        kind="human" if queued.template in RELAYED else "auto",
        visibility=Visibility.INTERNAL if queued.internal else Visibility.PUBLIC,
        sender=desk.facts.desk.address,
        sender_name=desk.facts.desk.name,
        subject=subject,
        at=desk.now,
        raw="",
        size=len(body),
        message_id=headers.message_id,
        by_staff=_speaks_for_staff(desk, queued),
        to=(recipient.address,),
        in_reply_to=(headers.in_reply_to,) if headers.in_reply_to else (),
        reference_ids=headers.references,
        recipient=recipient.address,
        template=queued.template,
        delivery="queued",
        language=recipient.language,
        new_text=desk.carried.text if queued.carries_text and desk.carried else "",
    )


def _speaks_for_staff(desk: Desktop, queued: QueueMail) -> bool:
    """Whether a person of staff says something to the customer by it: an answer, not an echo."""
    return queued.carries_text and not queued.internal and desk.facts.actor.person.staff
