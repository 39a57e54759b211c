"""Whose address it is, and whether a mail has been here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.routing import by_desk, content_key, desk_of, is_postmaster
from rules.model import Desk

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
DESKS = {
    "helpdesk@accel.example": Desk("helpdesk@accel.example", "Desk", "helpdesk"),
    "dev@accel.example": Desk("dev@accel.example", "Dev", "development"),
    "support@sun.example": Desk("support@sun.example", "Sun", "servicedesk"),
}
MAIL = (
    b"Received: from a by b\r\nDelivered-To: helpdesk@accel.example\r\n"
    b"From: jan@acme.example\r\nDate: Sat, 21 Nov 2026 10:00:00 +0100\r\n"
    b"Subject: printer\r\n\r\nIt smokes.\r\n"
)


@pytest.mark.parametrize(
    ("address", "desk"),
    [
        ("helpdesk@accel.example", "helpdesk@accel.example"),
        ("HelpDesk@ACCEL.example", "helpdesk@accel.example"),
        ("helpdesk+88.aaaa@accel.example", "helpdesk@accel.example"),
        ("postmaster@accel.example", "helpdesk@accel.example"),
        ("postmaster@sun.example", "support@sun.example"),
        ("Postmaster", "helpdesk@accel.example"),
        ("postmaster@elsewhere.example", None),
        ("nobody@accel.example", None),
        ("helpdesk@sun.example", None),
        ("", None),
    ],
)
def test_desk_of(address: str, desk: str | None) -> None:
    """A desk's own address, a signed one, and postmaster@ its domain (RFC 5321, 4.5.1)."""
    found = desk_of(address, DESKS)
    assert (found.address if found else None) == desk


def test_by_desk_groups_and_leaves_out() -> None:
    """A mail to two desks arrives at each; a signed address goes with its desk."""
    recipients = (
        "dev@accel.example",
        "helpdesk@accel.example",
        "x@y.example",
        "dev+1.a@accel.example",
    )
    assert by_desk(recipients, DESKS) == {
        "dev@accel.example": ("dev@accel.example", "dev+1.a@accel.example"),
        "helpdesk@accel.example": ("helpdesk@accel.example",),
    }


def test_postmaster_is_told_apart() -> None:
    """By the local part alone."""
    assert is_postmaster("PostMaster@accel.example")
    assert not is_postmaster("postmasters@accel.example")


@pytest.mark.parametrize(
    "again",
    [
        MAIL,
        MAIL.replace(b"\r\n", b"\n"),
        b"Received: from c by d\r\n\tfor e\r\n" + MAIL,
        b"Authentication-Results: mx; spf=pass\r\nX-Spam-Score: 1\r\n" + MAIL,
        MAIL.replace(b"Delivered-To: helpdesk@accel.example\r\n", b""),
        MAIL + b"\r\n\r\n",
    ],
)
def test_the_same_mail_by_another_way_is_the_same(again: bytes) -> None:
    """Stamps of servers and line ends do not count."""
    assert content_key(again, NOW) == content_key(MAIL, NOW + timedelta(days=3))


@pytest.mark.parametrize(
    "other",
    [
        MAIL.replace(b"smokes", b"burns"),
        MAIL.replace(b"printer", b"mouse"),
        MAIL.replace(b"10:00:00", b"10:00:01"),
        MAIL.replace(b"jan@", b"eve@"),
        MAIL.replace(b"Subject", b"X-Subject"),
    ],
)
def test_another_mail_is_another(other: bytes) -> None:
    """Whatever its author wrote counts, the Message-ID alone never."""
    assert content_key(other, NOW) != content_key(MAIL, NOW)


def test_a_mail_without_date_and_name_is_known_again_within_the_hour() -> None:
    """A machine that always says the same has something to say each time."""
    bare = b"From: disk@acme.example\r\n\r\nThe disk is full.\r\n"
    assert content_key(bare, NOW) == content_key(bare, NOW + timedelta(minutes=20))
    assert content_key(bare, NOW) != content_key(bare, NOW + timedelta(hours=1))
