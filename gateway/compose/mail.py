"""Header and parts together, looked at once more before they leave."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.compose.header import ComposeError, Headers, fields_of
from gateway.compose.mime import CalendarPart, Part, body_of
from gateway.render.page import Rendered
from gateway.values import Attachment

LONGEST_LINE = 998
"""Octets without CRLF (RFC 5322, 2.1.1)."""


def compose(
    rendered: Rendered,
    headers: Headers,
    attachments: Sequence[Attachment] = (),
    inline: Sequence[Attachment] = (),
    calendar: CalendarPart | None = None,
) -> bytes:
    """The mail as it goes over the wire: CRLF, seven bits, no line over 998 octets.

    The same values give the same bytes. `inline` are the pictures that the HTML names by cid:.
    Raises ComposeError where an address or a message id of ours cannot stand in a mail.
    """
    fields = fields_of(rendered.subject, headers)
    body = body_of(rendered, headers.message_id, attachments, inline, calendar)
    head = tuple(f"{name}: {value}" for name, value in fields)
    mail = Part((*head, "MIME-Version: 1.0", *body.fields), body.body).octets()
    _check(mail, [name for name, _ in fields])
    return mail


def _check(mail: bytes, wanted: list[str]) -> None:
    """Raises ComposeError unless the bytes hold exactly the fields that were meant."""
    head, _, _ = mail.partition(b"\r\n\r\n")
    unfolded = head.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ")
    names = [line.partition(b":")[0].decode("ascii") for line in unfolded.split(b"\r\n")]
    if names != [*wanted, "MIME-Version", "Content-Type"]:
        raise ComposeError(f"header fields that were not meant: {', '.join(names)[:200]}")
    if not mail.isascii():
        raise ComposeError("octets above 127")
    if not mail.count(b"\r\n") == mail.count(b"\r") == mail.count(b"\n"):
        raise ComposeError("a bare CR or LF")
    if max(map(len, mail.split(b"\r\n"))) > LONGEST_LINE:
        raise ComposeError(f"a line over {LONGEST_LINE} octets")
