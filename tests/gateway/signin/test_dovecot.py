"""Real servers that check the tokens themselves: Dovecot, and Postfix which asks it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from imapclient import IMAPClient

from gateway.configuration.oauth2 import OAuth2Client
from gateway.delivery.connecting import Relay
from gateway.delivery.submission import SmtpSender
from gateway.delivery.values import Parcel, Sent, Unreachable
from gateway.intake.imap_oauth2 import OAuth2SignIn
from gateway.intake.imap_signin import NotSignedIn
from gateway.signin.tokens import Tokens
from store.database import Database
from store.migrate import migrate
from tests.gateway.signin.conftest import ENVIRON, NOW
from tests.servers.certificates import self_signed
from tests.servers.dovecot import Dovecot, StartDovecot
from tests.servers.postfix import StartPostfix, lmtp
from tests.servers.running import eventually
from tests.servers.tokens import TokenServer

USER = "desk@accel.example"
BODY = b"From: desk@accel.example\r\nTo: jan@acme.example\r\nSubject: Hello\r\n\r\nHello\r\n"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Which database it is matters to none of these."""
    opened = Database(f"sqlite:///{tmp_path}/store.db")
    migrate(opened)
    yield opened
    opened.dispose()


@pytest.fixture
def tokens(database: Database, http: httpx2.Client) -> Tokens:
    return Tokens(database, lambda: NOW, lambda: http, ENVIRON, "me")


def mailbox(dovecot: Dovecot) -> IMAPClient:
    context = ssl.create_default_context(cafile=str(dovecot.certificate))
    return IMAPClient("localhost", dovecot.imaps_port, ssl_context=context, timeout=20)


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_a_mailbox(
    mechanism: str,
    start_dovecot: StartDovecot,
    token_server: TokenServer,
    by_refresh_token: OAuth2Client,
    tokens: Tokens,
) -> None:
    """Opens with a token of the endpoint, as long as real ones are, by either mechanism."""
    token_server.size = 2_000
    dovecot = start_dovecot(token_server.public_key)
    client = by_refresh_token.model_copy(update={"mechanism": mechanism})
    with mailbox(dovecot) as imap:
        OAuth2SignIn(USER, tokens.of(client, USER), "localhost", 993).sign_in(imap)
        assert imap.select_folder("INBOX")[b"EXISTS"] == 0


def test_a_mailbox_after_its_token_was_withdrawn(
    start_dovecot: StartDovecot,
    token_server: TokenServer,
    by_secret: OAuth2Client,
    tokens: Tokens,
) -> None:
    """The stored one is refused: another is asked for, and on the same connection it opens."""
    token_server.lasts = -10
    token_server.answers = [(200, {"access_token": token_server.issue(), "expires_in": 3600})]
    token_server.lasts = 3600
    dovecot = start_dovecot(token_server.public_key)
    with mailbox(dovecot) as imap:
        OAuth2SignIn(USER, tokens.of(by_secret, USER), "localhost", 993).sign_in(imap)
        assert imap.select_folder("INBOX")
    assert len(token_server.forms) == 2


def test_a_mailbox_of_somebody_else(
    start_dovecot: StartDovecot,
    token_server: TokenServer,
    by_secret: OAuth2Client,
    tokens: Tokens,
) -> None:
    """Stays shut: the server's JSON in words."""
    token_server.user = "else@accel.example"
    dovecot = start_dovecot(token_server.public_key)
    with mailbox(dovecot) as imap, pytest.raises(NotSignedIn) as refused:
        OAuth2SignIn(USER, tokens.of(by_secret, USER), "localhost", 993).sign_in(imap)
    assert refused.value.temporary is False
    assert "desk@accel.example is not let in" in str(refused.value)
    assert "the token is refused" in str(refused.value)
    assert "{" not in str(refused.value)


def test_a_mailbox_where_the_endpoint_says_no(
    start_dovecot: StartDovecot,
    token_server: TokenServer,
    by_secret: OAuth2Client,
    tokens: Tokens,
) -> None:
    """Its words are those that are told, and whether waiting helps."""
    dovecot = start_dovecot(token_server.public_key)
    sign_in = OAuth2SignIn(USER, tokens.of(by_secret, USER), "localhost", 993)
    told = {"error": "invalid_client", "error_description": "AADSTS7000222: expired"}
    for answer, temporary, says in (
        ((401, told), False, "make another one"),
        ((503, b""), True, "for now: 503"),
    ):
        token_server.answers = [answer]
        with mailbox(dovecot) as imap, pytest.raises(NotSignedIn, match=says) as refused:
            sign_in.sign_in(imap)
        assert refused.value.temporary is temporary


def test_a_relay(
    start_dovecot: StartDovecot,
    start_postfix: StartPostfix,
    token_server: TokenServer,
    by_secret: OAuth2Client,
    tokens: Tokens,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Postfix, which asks Dovecot, relays for who shows a token; tokens longer than a command go
    on a line of their own. Whoever has none relays nothing."""
    token_server.size = 2_000
    dovecot = start_dovecot(token_server.public_key)
    made = self_signed(tmp_path_factory.mktemp("relay"))
    postfix = start_postfix(
        {"jan@acme.example": lmtp(dovecot.lmtp_port)},
        smtpd_tls_cert_file=str(made.certificate),
        smtpd_tls_key_file=str(made.key),
        smtpd_tls_security_level="may",
        smtpd_sasl_auth_enable="yes",
        smtpd_sasl_type="dovecot",
        smtpd_sasl_path=f"inet:127.0.0.1:{dovecot.sasl_port}",
        smtpd_relay_restrictions="permit_sasl_authenticated, reject",
        smtpd_tls_auth_only="yes",
    )
    relay = Relay(
        host="localhost",
        port=postfix.port,
        hostname="accel.example",
        user=USER,
        tokens=tokens.of(by_secret, USER),
        context=lambda: ssl.create_default_context(cafile=str(made.certificate)),
    )
    sender = SmtpSender(relay)
    parcel = Parcel(USER, "jan@acme.example", BODY, message_id="<1@accel.example>")
    assert sender.send(parcel) == Sent("2.0.0")
    sender.close()
    eventually(lambda: dovecot.inbox("jan@acme.example"), "arrived")
    assert "sasl_method=XOAUTH2, sasl_username=desk@accel.example" in postfix.log
    token_server.user = "else@accel.example"
    tokens.refused(by_secret, USER, tokens.token(by_secret, USER))
    refused = SmtpSender(relay).send(parcel)
    assert isinstance(refused, Unreachable)
    assert refused.answered
    assert "desk@accel.example is not let in: the token is refused" in refused.text
