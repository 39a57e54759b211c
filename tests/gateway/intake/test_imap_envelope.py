"""The envelope of a mail that comes out of a mailbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from gateway.intake.imap_envelope import raw_mail, recipients
from gateway.intake.imap_reading import Taken
from gateway.values import Channel

DESK = "desk@x.example"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def ours(address: str) -> bool:
    return address.lower().startswith("desk") and address.lower().endswith("@x.example")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("To: desk+1.abc@x.example", ("desk+1.abc@x.example",)),
        ("Delivered-To: desk+1.abc@x.example\r\nTo: desk+2.d@x.example", ("desk+1.abc@x.example",)),
        ("Delivered-To: account@host.example\r\nTo: desk+2.d@x.example", ("desk+2.d@x.example",)),
        ("Delivered-To: desk@x.example\r\nTo: desk+2.d@x.example", ("desk+2.d@x.example",)),
        ("X-Original-To: desk+3.e@x.example", ("desk+3.e@x.example",)),
        ("To: other+1.abc@y.example", (DESK,)),
        (
            "To: desk+1.a@x.example, desk+1.b@x.example",
            ("desk+1.a@x.example", "desk+1.b@x.example"),
        ),
        ("Cc: desk+1.abc@x.example", (DESK,)),
        ("Subject: nobody", (DESK,)),
        ("", (DESK,)),
    ],
)
def test_tokens_are_read_from_delivered_to_then_to(header: str, expected: tuple[str, ...]) -> None:
    """Of the desk's own addresses alone; without one the mail is for the desk."""
    assert recipients(f"{header}\r\n\r\ntext".encode(), DESK, ours) == expected


@pytest.mark.parametrize(
    ("arrived", "expected"),
    [
        (NOW - timedelta(days=3), NOW - timedelta(days=3)),
        (NOW + timedelta(days=3), NOW),
        (
            datetime(2026, 3, 2, 9, 30, tzinfo=timezone(timedelta(hours=1))),
            NOW - timedelta(minutes=30),
        ),
        (datetime(2026, 3, 2, 8, 0), NOW),  # noqa: DTZ001 - what is tested
        (None, NOW),
    ],
)
def test_it_arrived_when_it_reached_the_mailbox(
    arrived: datetime | None, expected: datetime
) -> None:
    """Never in the future, whatever the server's clock says."""
    mail = raw_mail(Taken(1, b"Return-Path: <a@b.example>\r\n\r\n", arrived), DESK, ours, NOW)
    assert mail.envelope.received_at == expected
    assert (mail.envelope.channel, mail.envelope.peer) == (Channel.IMAP, None)
    assert mail.envelope.mail_from == "a@b.example"


def test_the_null_sender_stays_null() -> None:
    """A bounce is one by its Return-Path."""
    mail = raw_mail(Taken(1, b"Return-Path: <>\r\nFrom: a@b.example\r\n\r\n", NOW), DESK, ours, NOW)
    assert mail.envelope.mail_from == ""
