"""The envelope out of a header."""

from __future__ import annotations

import time

import pytest

from gateway.intake.headers import envelope_sender, field_values

MAIL = (
    b"Delivered-To: helpdesk@accel.example\r\nTo: Jan\r\n <jan@acme.example>\r\n"
    b"delivered-TO : second@accel.example\r\nX-To: no\r\n\r\nDelivered-To: body@accel.example\r\n"
)


@pytest.mark.parametrize(
    ("mail", "name", "values"),
    [
        (MAIL, "delivered-to", ("helpdesk@accel.example", "second@accel.example")),
        (MAIL, "to", ("Jan <jan@acme.example>",)),
        (MAIL.replace(b"\r\n", b"\n"), "to", ("Jan <jan@acme.example>",)),
        (b"\r\nTo: body@accel.example\r\n", "to", ()),
        (b"To: a@b.example", "to", ("a@b.example",)),
        (b"To: \xff\xfe\n", "to", ("\ufffd\ufffd",)),
        (b"", "to", ()),
    ],
)
def test_field_values(mail: bytes, name: str, values: tuple[str, ...]) -> None:
    """Fields by name, unfolded, from the header alone."""
    assert field_values(mail, name) == values


@pytest.mark.parametrize("mail", [b"a" * 30_000_000, b"\n " * 9_000_000, b"To:" + b" \n" * 99_000])
def test_field_values_is_bounded(mail: bytes) -> None:
    """Size and shape of a mail do not matter."""
    begun = time.perf_counter()
    field_values(mail, "to")
    assert time.perf_counter() - begun < 1


@pytest.mark.parametrize(
    ("mail", "separator", "sender"),
    [
        (
            b"Return-Path: <jan@acme.example>\nFrom: x@y.example\n",
            "s@t.example",
            "jan@acme.example",
        ),
        (b"Return-Path: <>\nFrom: x@y.example\n", "s@t.example", ""),
        (b"From: X <x@y.example>\n", "s@t.example", "s@t.example"),
        (b"From: X <x@y.example>\n", "MAILER-DAEMON", ""),
        (b"From: X <x@y.example>\n", "-", "x@y.example"),
        (b"From: X <x@y.example>\n", "1690000@xxx", "x@y.example"),
        (b"From: X <x@y.example>\n", None, "x@y.example"),
        (b"Subject: none\n", None, ""),
    ],
)
def test_envelope_sender(mail: bytes, separator: str | None, sender: str) -> None:
    """What the last MTA wrote counts more than From; what mbox programs make up does not count."""
    assert envelope_sender(mail, separator) == sender
