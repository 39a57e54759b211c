"""What keeps us out of a mailbox is said in words, each with its mend where there is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.configuration.secrets import SecretMissing
from gateway.configuration.urls import Server
from gateway.intake.imap_connection import Account
from gateway.intake.imap_signin import PasswordSignIn
from gateway.intake.imap_trial import contents, trouble
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.running import free_port

pytestmark = pytest.mark.real

USER = "trial@accel.example"
Change = Callable[[Account, Dovecot], Account]


def plain(dovecot: Dovecot, password: str = PASSWORD) -> Account:
    server = Server(False, "127.0.0.1", dovecot.imap_port, USER, "INBOX")
    return Account(server, PasswordSignIn(USER, lambda: password))


def over_tls(account: Account, dovecot: Dovecot) -> Account:
    server = replace(account.server, tls=True, host="localhost", port=dovecot.imaps_port)
    return replace(account, server=server)


def missing() -> str:
    raise SecretMissing("the environment has no DESKPOST_IMAP")


def signing_in(password: Callable[[], str | None]) -> Change:
    return lambda account, _: replace(account, sign_in=PasswordSignIn(USER, password))


def at(**values: object) -> Change:
    return lambda account, _: replace(account, server=replace(account.server, **values))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda account, _: account, None),
        (over_tls, "has a certificate that is not believed"),
        (lambda a, d: replace(over_tls(a, d), ca_file=d.certificate), None),
        (lambda a, d: replace(a, ca_file=d.certificate), None),
        (lambda a, d: replace(a, server=replace(a.server, tls=True)), "no TLS with"),
        (signing_in(lambda: "wrong"), "refused to sign in: [AUTHENTICATIONFAILED]"),
        (signing_in(lambda: "žluťoučký"), "refused to sign in"),
        (signing_in(lambda: None), "no password is configured"),
        (signing_in(missing), "the environment has no DESKPOST_IMAP"),
        (at(folder="Not there"), "there is no folder Not there to read"),
        (at(port=free_port()), "nobody listens at"),
        (at(host="nohost.invalid"), "the host of nohost.invalid:"),
        (at(host="a" * 70 + ".example"), "label"),
    ],
    ids=[
        "fine",
        "certificate",
        "own authority",
        "STARTTLS",
        "no TLS there",
        "wrong password",
        "password beyond ASCII",
        "no password",
        "no secret",
        "no folder",
        "nobody listens",
        "unknown host",
        "no host name",
    ],
)
def test_trouble_is_said_in_words(dovecot: Dovecot, change: Change, says: str | None) -> None:
    """Host, port, certificate, sign-in and folder; None where all is well."""
    found = trouble(change(plain(dovecot), dovecot))
    if says is None:
        assert found is None
    else:
        assert found is not None
        assert says in found
        assert "\n" not in found


@pytest.mark.parametrize(
    ("host", "tls", "own", "encrypts"),
    [
        ("imap.example.com", True, False, True),
        ("imap.example.com", False, False, True),
        ("127.0.0.1", False, False, False),
        ("localhost", False, False, False),
        ("::1", False, False, False),
        ("127.0.0.1", True, False, True),
        ("127.0.0.1", False, True, True),
    ],
)
def test_only_what_stays_on_this_machine_may_go_plain(
    host: str, tls: bool, own: bool, encrypts: bool
) -> None:
    """imap:// means STARTTLS elsewhere, and wherever an authority is named."""
    account = Account(
        Server(tls, host, 143, USER, "INBOX"),
        PasswordSignIn(USER, lambda: PASSWORD),
        ca_file=Path("ca.pem") if own else None,
    )
    assert account.encrypts is encrypts


def test_what_is_in_a_mailbox(dovecot: Dovecot) -> None:
    """By the keys of the server, for audits; nothing is flagged by it."""
    user = "contents@accel.example"
    dovecot.fill(user, [b"Subject: a\r\n\r\na\r\n", b"Subject: b\r\n\r\nb\r\n"])
    account = Account(
        Server(False, "127.0.0.1", dovecot.imap_port, user, "INBOX"),
        PasswordSignIn(user, lambda: PASSWORD),
    )
    found = contents(account)
    assert found.uids == (1, 2)
    assert found.uidvalidity > 0
