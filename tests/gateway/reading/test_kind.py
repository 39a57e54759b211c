"""Which mails are human, and which of the machines sent the others."""

from __future__ import annotations

import pytest

from gateway.reading import ParsedMail, kind, parse
from gateway.reading.bounds import STANDARD
from gateway.values import Kind
from tests.gateway.reading.mails import HEAD, mail, multipart, text

LIST = frozenset({"desk.lists.example"})


def sort(
    fields: str = "",
    *,
    sender: str = "jan@acme.example",
    subject: str = "Printer",
    words: str = "hello",
    mail_from: str | None = "jan@acme.example",
    lists: frozenset[str] = frozenset(),
) -> Kind:
    raw = f"From: {sender}\r\nSubject: {subject}\r\n{fields}\r\n{words}\r\n".encode()
    found = parse(raw, mail_from=mail_from, list_ids=lists)
    assert isinstance(found, ParsedMail)
    assert bool(found.kind_reason) is (found.kind is not Kind.HUMAN)
    return found.kind


@pytest.mark.parametrize(
    "fields",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated (rule 7)",
        "auto-submitted: AUTO-NOTIFIED; owner-email=x",
        "Precedence: bulk",
        "Precedence: junk",
        "Precedence: list",
        "Precedence: auto_reply",
        "X-Autoreply: yes",
        "X-Autorespond: x",
        "X-Autoresponder: x",
        "X-Loop: x",
        "X-Auto-Response-Suppress: OOF",
        "X-Apple-Action: redirect",
        "Feedback-ID: 1:2:3",
        "X-Cron-Env: <SHELL=/bin/sh>",
        "X-POST-MessageClass: 9; Autoresponder",
        "Return-Path: <>",
    ],
)
def test_signs(fields: str) -> None:
    """One field is enough (security.md, automatic mail)."""
    envelope = None if fields.startswith("Return-Path") else "jan@acme.example"
    assert sort(fields + "\r\n", mail_from=envelope) is Kind.AUTO


def test_a_monitor_may_report_full_mailboxes() -> None:
    """What a program writes of its own accord is no bounce for the words in it."""
    words = "Mailbox full: mail to jan@acme.example could not be delivered"
    assert sort("Auto-Submitted: auto-generated\r\n", words=words) is Kind.AUTO
    assert sort("Auto-Submitted: auto-replied\r\n", words=words) is Kind.BOUNCE


@pytest.mark.parametrize(
    "fields",
    [
        "",
        "Auto-Submitted: no",
        "Auto-Submitted: No (typed)",
        "Precedence: first-class",
        "X-Auto-Response-Suppress: None",
        "X-Autoreply: no",
        "Return-Path: <jan@acme.example>",
        "X-MS-Exchange-Inbox-Rules-Loop: jan@acme.example",
        "Disposition-Notification-To: jan@acme.example",
        "X-Mailer: Microsoft Outlook",
    ],
)
def test_human_fields(fields: str) -> None:
    """What clients and servers add to mails of people is no sign of a machine."""
    assert sort(fields + "\r\n" if fields else "", mail_from=None) is Kind.HUMAN


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ("MAILER-DAEMON@mx.acme.example", Kind.BOUNCE),
        ("Mail Delivery System <x@mx.acme.example>", Kind.BOUNCE),
        ("MAILER-DAEMON <>", Kind.BOUNCE),
        ("postmaster@acme.example", Kind.AUTO),
        ("no-reply@acme.example", Kind.AUTO),
        ("Acme <noreply-tickets@acme.example>", Kind.AUTO),
        ("donotreply@acme.example", Kind.AUTO),
        ("ne-pas-repondre@acme.example", Kind.AUTO),
        ("Rena Plyer <rena.plyer@acme.example>", Kind.HUMAN),
        ("reply@acme.example", Kind.HUMAN),
        ("Fast Mail Delivery Service <orders@acme.example>", Kind.HUMAN),
        ("Bruno Reply <bruno@acme.example>", Kind.HUMAN),
    ],
)
def test_senders(sender: str, expected: Kind) -> None:
    """Addresses behind which nobody sits."""
    assert sort(sender=sender) is expected


def test_null_envelope_sender() -> None:
    """The null sender is never answered (RFC 3834, 4)."""
    assert sort(mail_from="") is Kind.AUTO


@pytest.mark.parametrize(
    ("subject", "words", "sender", "expected"),
    [
        ("Undeliverable: Printer", "x", "postmaster@acme.example", Kind.BOUNCE),
        ("Nedoručitelná zpráva", "x", "postmaster@acme.example", Kind.BOUNCE),
        ("x", "Your message could not be delivered.", "postmaster@acme.example", Kind.BOUNCE),
        ("x", "Votre message n'a pas pu être remis.", "postmaster@acme.example", Kind.BOUNCE),
        ("Disk", "Mailbox full, user unknown.", "no-reply@acme.example", Kind.AUTO),
        ("Delivery failure", "x", "no-reply@acme.example", Kind.BOUNCE),
        ("Delivery failure", "x", "Mail_AntiVirus_Gateway@acme.example", Kind.BOUNCE),
        ("x", "It could not be delivered, said the courier.", "jan@acme.example", Kind.HUMAN),
        ("Undeliverable: Printer", "What is this?", "jan@acme.example", Kind.HUMAN),
        ("Re: Undeliverable: Printer", "What is this?", "jan@acme.example", Kind.HUMAN),
        ("Automatic reply: Printer", "away", "jan@acme.example", Kind.AUTO),
        ("Réponse automatique : Printer", "absent", "jan@acme.example", Kind.AUTO),
        ("Automatická odpověď: Printer", "pryč", "jan@acme.example", Kind.AUTO),
        ("Automatisch antwoord: Printer", "weg", "jan@acme.example", Kind.AUTO),
        ("Abwesenheitsnotiz: Printer", "weg", "jan@acme.example", Kind.AUTO),
        ("RE: Automatic reply: Printer", "who else?", "jan@acme.example", Kind.HUMAN),
        ("Automatic reply does not work", "help", "jan@acme.example", Kind.HUMAN),
        ("Out of office on Monday", "so come on Tuesday", "jan@acme.example", Kind.HUMAN),
    ],
)
def test_phrases(subject: str, words: str, sender: str, expected: Kind) -> None:
    """Words count from machines alone, and the prefixes of absence notes from anyone."""
    assert sort(subject=subject, words=words, sender=sender) is expected


@pytest.mark.parametrize(
    "field",
    [
        "List-Id: <desk.lists.example>",
        "List-Unsubscribe: <mailto:x@y.example>",
        "Mailing-List: list x",
    ],
)
def test_lists(field: str) -> None:
    """What a list sends is not from a person to us."""
    assert sort(field + "\r\n") is Kind.LIST


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            "List-Id: The Desk <Desk.Lists.Example>\r\nList-Post: <mailto:x@y.example>\r\n"
            "Precedence: list\r\nX-Loop: x\r\n",
            Kind.HUMAN,
        ),
        ("List-Id: <desk.lists.example>\r\nAuto-Submitted: auto-replied\r\n", Kind.AUTO),
        ("List-Id: <other.lists.example>\r\n", Kind.LIST),
        ("List-Unsubscribe: <mailto:x@y.example>\r\n", Kind.LIST),
    ],
)
def test_own_list(fields: str, expected: Kind) -> None:
    """The list that feeds the desk is no machine; what is automatic on it still is."""
    assert sort(fields, lists=LIST) is expected


def test_loop() -> None:
    """More than 40 Received fields are a loop (RFC 5321, 6.3)."""
    assert sort("Received: by x; y\r\n" * STANDARD.automatic_hops) is Kind.HUMAN
    assert sort("Received: by x; y\r\n" * (STANDARD.automatic_hops + 1)) is Kind.AUTO


def part(media_type: bytes, words: bytes = b"x: y\r\n") -> bytes:
    return b"Content-Type: " + media_type + b"\r\n\r\n" + words


@pytest.mark.parametrize(
    ("section", "subtype", "expected"),
    [
        (
            part(
                b"message/delivery-status",
                b"Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\n",
            ),
            b"report",
            Kind.BOUNCE,
        ),
        (
            part(
                b"message/delivery-status",
                b"Final-Recipient: rfc822; a@b.example\r\nAction: relayed\r\n",
            ),
            b"report",
            Kind.REPORT,
        ),
        (part(b"message/delivery-status"), b"mixed", Kind.HUMAN),
        (part(b"message/disposition-notification"), b"report", Kind.REPORT),
        (part(b"message/disposition-notification"), b"mixed", Kind.HUMAN),
        (part(b"message/feedback-report"), b"report", Kind.REPORT),
        (part(b"text/vnd.google.email-reaction+json"), b"alternative", Kind.REPORT),
        (part(b"application/x-odd"), b"report", Kind.REPORT),
        (part(b"text/calendar; method=REPLY"), b"mixed", Kind.CALENDAR),
        (part(b"text/calendar", b"BEGIN:VCALENDAR\r\nMETHOD:COUNTER\r\n"), b"mixed", Kind.CALENDAR),
        (part(b"text/calendar; method=REQUEST"), b"mixed", Kind.HUMAN),
    ],
)
def test_reports(section: bytes, subtype: bytes, expected: Kind) -> None:
    """Reports by their parts; what a person attached of one is a file (RFC 6522)."""
    found = parse(
        HEAD + multipart(text(b"hello"), section, subtype=subtype), mail_from="jan@acme.example"
    )
    assert isinstance(found, ParsedMail)
    assert found.kind is expected


def test_every_rule_has_a_reason_for_people() -> None:
    """The table is complete: each kind but human is given by some rule."""
    assert {sort for sort, _ in kind.RULES} == set(Kind) - {Kind.HUMAN}
    assert kind.classify is not None
    assert parse(mail())
