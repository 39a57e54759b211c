"""One mail on standard input."""

from __future__ import annotations

import asyncio
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.intake.pipe import Arguments, Exit, Result, parse_arguments, receive
from gateway.values import Channel
from tests.gateway.intake.desk import BILLING, FULL, HELPDESK, NOW, SECRET, Desk

MAIL = b"From: jan@acme.example\nTo: info@acme.example, helpdesk@accel.example\n\n.\nHi\n"


def run(
    words: list[str], octets: bytes = MAIL, script: list[str] | None = None
) -> tuple[Result, Desk]:
    desk = Desk(script=script or [])
    stdin = io.BytesIO(octets)
    return asyncio.run(receive(words, stdin, desk, lambda: NOW, 1000)), desk


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ([], Arguments()),
        ([HELPDESK], Arguments(None, (HELPDESK,))),
        (["-f", "a@b.example", "--", HELPDESK], Arguments("a@b.example", (HELPDESK,))),
        (["-fa@b.example", "-oem", "-oi", "-i", HELPDESK], Arguments("a@b.example", (HELPDESK,))),
        (["-r", "<a@b.example>", f"<{HELPDESK}>"], Arguments("a@b.example", (HELPDESK,))),
        (["-f", "", HELPDESK], Arguments("", (HELPDESK,))),
        (["-f", "<>", HELPDESK], Arguments("", (HELPDESK,))),
        (["-f", "MAILER-DAEMON", HELPDESK], Arguments("", (HELPDESK,))),
        (["-F", "Jan Maes", "-bm", "-B8BITMIME", "-N", "never", "-t"], Arguments(None, (), True)),
        (["-ti"], Arguments(None, (), True)),
        (["-it", HELPDESK, HELPDESK], Arguments(None, (HELPDESK,), True)),
        (["--", "-f@b.example"], Arguments(None, ("-f@b.example",))),
    ],
)
def test_arguments(words: list[str], arguments: Arguments) -> None:
    """What MTAs and scripts write, as they write it to sendmail."""
    assert parse_arguments(words) == arguments


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["-q"], "unknown option -q"),
        (["-bs"], "unknown option -bs"),
        (["-f"], "-f needs a value"),
        (["-f", "a b"], "not an address: a b"),
        (["-f", "<a@b> SIZE=1"], "not an address: <a@b> SIZE=1"),
        (["a@b@c"], "not an address: a@b@c"),
        ([""], "not an address: "),
        (["<>"], "not an address: <>"),
    ],
)
def test_wrong_use(words: list[str], text: str) -> None:
    """Wrong use is said in one line and reads no mail."""
    result, desk = run(words)
    assert result == Result(Exit.USAGE, text)
    assert desk.mails == []


@given(st.lists(st.sampled_from(["-f", "-t", "-", "--", "-o", "a@b", "\udcff", "", "-F", "-x"])))
def test_arguments_never_raise(words: list[str]) -> None:
    """Any words are arguments or wrong use."""
    assert isinstance(parse_arguments(words), Arguments | Result)


def test_mail_is_stored_as_it_came() -> None:
    """Recipients and sender of the arguments; LF becomes CRLF; a lone dot ends nothing."""
    result, desk = run(["-f", "bounce@acme.example", "-oi", "--", HELPDESK, BILLING])
    assert result == Result(Exit.OK)
    (raw,) = desk.mails
    assert raw.body == MAIL
    envelope = raw.envelope
    assert (envelope.channel, envelope.peer, envelope.received_at) == (Channel.PIPE, None, NOW)
    assert (envelope.mail_from, envelope.rcpt_to) == ("bounce@acme.example", (HELPDESK, BILLING))


@pytest.mark.parametrize(
    ("words", "head", "recipients"),
    [
        (
            [],
            b"Delivered-To: helpdesk+1@accel.example\nTo: x@y.example\n",
            ("helpdesk+1@accel.example",),
        ),
        ([], b"Delivered-To: us@mx.example\nX-Original-To: billing@accel.example\n", (BILLING,)),
        (
            [],
            b"To: x@y.example, Desk <helpdesk@accel.example>\nCc: billing@accel.example\n",
            (HELPDESK,),
        ),
        (
            ["-t"],
            b"To: x@y.example\nCc: billing@accel.example\nBcc: helpdesk@accel.example\n",
            (BILLING, HELPDESK),
        ),
        (["-t", HELPDESK], b"To: billing@accel.example\n", (HELPDESK, BILLING)),
        ([HELPDESK], b"To: billing@accel.example\n", (HELPDESK,)),
    ],
)
def test_recipients(words: list[str], head: bytes, recipients: tuple[str, ...]) -> None:
    """Those of the arguments; else the first field that names one of ours."""
    result, desk = run(words, head + b"\nHi\n")
    assert result.code is Exit.OK
    assert desk.mails[0].envelope.rcpt_to == recipients


@pytest.mark.parametrize(
    ("octets", "sender", "body"),
    [
        (
            b"From: jan@acme.example\n\nHi\n",
            "jan@acme.example",
            b"From: jan@acme.example\n\nHi\n",
        ),
        (
            b"Return-Path: <>\nFrom: jan@acme.example\n\n",
            "",
            b"Return-Path: <>\nFrom: jan@acme.example\n\n",
        ),
        (
            b"From piet@acme.example Sat Nov 21 22:11:00 2026\nX: y\n\n",
            "piet@acme.example",
            b"X: y\n\n",
        ),
    ],
)
def test_sender_without_argument(octets: bytes, sender: str, body: bytes) -> None:
    """By Return-Path, the mbox separator (which is no part of the mail), or From."""
    _, desk = run([HELPDESK], octets)
    assert (desk.mails[0].envelope.mail_from, desk.mails[0].body) == (sender, body)


@pytest.mark.parametrize(
    ("words", "octets", "script", "result"),
    [
        (["x@y.example"], MAIL, [], Result(Exit.NOUSER, "There is no such address here")),
        ([HELPDESK, "x@y.example"], MAIL, [], Result(Exit.NOUSER, "There is no such address here")),
        ([FULL], MAIL, [], Result(Exit.TEMPFAIL, "The mailbox is full")),
        (
            [],
            b"To: x@y.example\n\n",
            [],
            Result(Exit.NOUSER, "no recipient of this mail is an address here"),
        ),
        ([HELPDESK], b"", [], Result(Exit.DATAERR, "no mail on standard input")),
        ([HELPDESK], b"x" * 1001, [], Result(Exit.DATAERR, "the mail is larger than 1000 octets")),
        ([HELPDESK], MAIL, ["duplicate"], Result(Exit.OK)),
        ([HELPDESK], MAIL, ["permanent"], Result(Exit.DATAERR, "This mail cannot be accepted")),
        (
            [HELPDESK, BILLING],
            MAIL,
            ["permanent+temporary"],
            Result(Exit.TEMPFAIL, "The mail cannot be stored just now; please try again later"),
        ),
        (
            [HELPDESK],
            MAIL,
            ["fail"],
            Result(Exit.TEMPFAIL, "The mail cannot be stored just now; please try again later"),
        ),
    ],
)
def test_exit_codes(words: list[str], octets: bytes, script: list[str], result: Result) -> None:
    """The MTA learns whether to try again, and one line that names no internals."""
    said, _ = run(words, octets, script)
    assert said == result
    assert SECRET not in said.text
