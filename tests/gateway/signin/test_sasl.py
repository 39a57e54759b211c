"""What a client says and what a server answers, on the wire."""

from __future__ import annotations

from base64 import b64encode

import pytest

from gateway.signin import sasl

USER, TOKEN = "desk@accel.example", "ya29.abc"


def test_the_first_answer() -> None:
    """As Google and Microsoft document XOAUTH2, and as RFC 7628 has it (3.1)."""
    assert (
        sasl.first_answer("XOAUTH2", USER, TOKEN, "imap.example", 993)
        == b"user=desk@accel.example\1auth=Bearer ya29.abc\1\1"
    )
    assert (
        sasl.first_answer("OAUTHBEARER", "a,b=c@accel.example", TOKEN, "imap.example", 993)
        == b"n,a=a=2Cb=3Dc@accel.example,\1host=imap.example\1port=993\1auth=Bearer ya29.abc\1\1"
    )


@pytest.mark.parametrize(
    "offered, wanted, used",
    [
        ("plain xoauth2 oauthbearer", None, "XOAUTH2"),
        ("OAUTHBEARER LOGIN", None, "OAUTHBEARER"),
        ("XOAUTH2 OAUTHBEARER", "oauthbearer", "OAUTHBEARER"),
        ("XOAUTH2", "oauthbearer", None),
        ("PLAIN LOGIN", None, None),
    ],
)
def test_the_mechanism(offered: str, wanted: str | None, used: str | None) -> None:
    """The one that is wanted, else the first that the server has."""
    assert sasl.mechanism(offered.split(), wanted) == used


CHALLENGES = {
    b'{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}': "the token is "
    "refused (it asks for the scope https://mail.google.com/)",
    b'{"status":"invalid_token","schemes":"bearer"}': "the token is refused: it has ended, or is "
    "for another server or mailbox",
    b'{"status":"418"}': "the server says '418'",
    b"4.7.0 try later": "4.7.0 try later",
    b"[1, 2]": "[1, 2]",
    b"": "",
}


@pytest.mark.parametrize("told, words", CHALLENGES.items(), ids=lambda value: str(value)[:30])
def test_the_servers_error_text(told: bytes, words: str) -> None:
    """In words, whether it comes as base64 or was decoded; as it is where it is something else."""
    assert sasl.refusal(told) == words
    if told.startswith(b"{"):
        assert sasl.refusal(b64encode(told)) == words
