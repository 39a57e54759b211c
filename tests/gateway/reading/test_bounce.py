"""What a bounce says about whom, and about which mail."""

from __future__ import annotations

import json

import pytest

from gateway.reading import bounce
from gateway.reading.parts import take_apart
from gateway.values import BounceReport, FailedRecipient
from tests.gateway.reading.mails import multipart, text

DAEMON = (
    b"From: MAILER-DAEMON@mx.acme.example\r\nTo: helpdesk@accel.example\r\n"
    b"Subject: failure notice\r\n"
)


def report(raw: bytes, words: str = "") -> BounceReport:
    return bounce.report(take_apart(raw).root, words)


def status(*groups: bytes) -> bytes:
    return (
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        + b"\r\n\r\n".join(groups)
    )


def of(group: bytes) -> FailedRecipient:
    found = report(DAEMON + multipart(status(group), subtype=b"report")).recipients
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (
            b"Final-Recipient: rfc822; A@B.example\r\nAction: failed\r\nStatus: 5.1.1",
            ("a@b.example", "failed", "5.1.1", ""),
        ),
        (
            b"Original-Recipient: rfc822;a@b.example\r\n"
            b"Final-Recipient: rfc822;c@d.example\r\nAction: failed",
            ("a@b.example", "failed", "", ""),
        ),
        (
            b"Final-Recipient: <a@b.example>\r\nAction: Failed (permanent)",
            ("a@b.example", "failed", "", ""),
        ),
        (
            b"Final-Recipient: rfc822;a@b.example\r\nAction: error",
            ("a@b.example", "failed", "", ""),
        ),
        (b"Final-Recipient: rfc822;a@b.example", ("a@b.example", "failed", "", "")),
        (
            b"Final-Recipient: rfc822;a@b.example\r\nAction: delayed\r\nStatus: 4.4.1 (timeout)",
            ("a@b.example", "delayed", "4.4.1", ""),
        ),
        (
            b"Final-Recipient: rfc822;a@b.example\r\nStatus: 5.0.0\r\n"
            b"Diagnostic-Code: smtp; 550 5.7.1\r\n no",
            ("a@b.example", "failed", "5.7.1", "550 5.7.1 no"),
        ),
        (
            b"Final-Recipient: rfc822;a@b.example\r\nStatus: 4.0.0\r\n"
            b"Diagnostic-Code: smtp; 550 5.7.1 no",
            ("a@b.example", "failed", "4.0.0", "550 5.7.1 no"),
        ),
        (
            b"Final-Recipient: rfc822;a@b.example\r\nDiagnostic-Code: unknown user",
            ("a@b.example", "failed", "", "unknown user"),
        ),
    ],
)
def test_delivery_report(group: bytes, expected: tuple[str, str, str, str]) -> None:
    """The address that we wrote to, its action and the most exact status (RFC 3464, 2.3)."""
    assert of(group) == FailedRecipient(*expected)


def test_several_recipients() -> None:
    """Each group is one recipient, and what has no address is none."""
    raw = DAEMON + multipart(
        status(
            b"Final-Recipient: rfc822; a@b.example\r\nAction: failed",
            b"Final-Recipient: rfc822; c@b.example\r\nAction: delayed",
            b"Final-Recipient: x400; /S=nobody/",
        ),
        subtype=b"report",
    )
    assert [(one.address, one.permanent) for one in report(raw).recipients] == [
        ("a@b.example", True),
        ("c@b.example", False),
    ]


SES_RECIPIENT = ("bob@acme.example", "failed", "5.1.1")
SES = json.dumps(
    {
        "notificationType": "Bounce",
        "bounce": {
            "bouncedRecipients": [
                {"emailAddress": "bob@acme.example", "action": "failed", "status": "5.1.1"}
            ]
        },
    }
)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            "Could not deliver:\n\n  bob@acme.example\n\n550 5.1.1 no such user\n",
            [("bob@acme.example", "failed", "5.1.1")],
        ),
        ("<bob@acme.example>: host said: 452 full\n", [("bob@acme.example", "failed", "4.0.0")]),
        (
            "We will keep trying. Your mail to bob@acme.example is delayed.\n",
            [("bob@acme.example", "delayed", "")],
        ),
        (
            "From helpdesk@accel.example to bob@acme.example: no.\n",
            [("bob@acme.example", "failed", "")],
        ),
        ("bob@acme.example and tom@acme.example did not get it\n", []),
        ("No.\n----- original message -----\nbob@acme.example\n", []),
        (
            "Report\n\nFinal-Recipient: rfc822; bob@acme.example\nStatus: 5.2.2\n",
            [("bob@acme.example", "failed", "5.2.2")],
        ),
        ('{"notificationType":"Bounce","bounce":[]}', []),
        ('{"notificationType":"Bounce","bounce":', []),
        ('{"Message":"{\\"eventType\\":\\"Bounce\\"}"}', []),
        (SES, [SES_RECIPIENT]),
        (json.dumps({"Type": "Notification", "Message": SES}), [SES_RECIPIENT]),
    ],
)
def test_prose(words: str, expected: list[tuple[str, str, str]]) -> None:
    """Without a report: an address on a line of its own, or the only one that is not ours."""
    raw = DAEMON + b"Content-Type: text/plain\r\n\r\n" + words.encode()
    found = report(raw, words).recipients
    assert [(one.address, one.action, one.status) for one in found] == expected


RETURNED = b"\r\n\r\nMessage-ID: <out@accel.example>\r\nSubject: x\r\n\r\n"


@pytest.mark.parametrize(
    ("raw", "words", "expected"),
    [
        (
            DAEMON + multipart(text(b"x"), b"Content-Type: message/rfc822" + RETURNED),
            "",
            "<out@accel.example>",
        ),
        (
            DAEMON + multipart(b"Content-Type: text/rfc822-headers" + RETURNED),
            "",
            "<out@accel.example>",
        ),
        (DAEMON + b"\r\n", "> Message-Id: <told@accel.example>\n", "<told@accel.example>"),
        (DAEMON + b"In-Reply-To: <r@accel.example>\r\n\r\n", "", "<r@accel.example>"),
        (DAEMON + b"References: <a@x> <b@x>\r\n\r\n", "", "<b@x>"),
        (DAEMON + b"Message-ID: <own@acme.example>\r\n\r\n", "", None),
    ],
)
def test_original(raw: bytes, words: str, expected: str | None) -> None:
    """The identifier of the returned mail, else as told, else what the bounce replies to."""
    assert report(raw, words).original_message_id == expected


def test_detectors_that_raise() -> None:
    """flufl.bounce raises on some mails; then there is nobody, and nothing else is lost."""
    raw = (
        DAEMON
        + b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
        + b"Content-Type: \xff\xfe;;=\r\n\r\n--b--"
    )
    assert report(raw).recipients == ()
