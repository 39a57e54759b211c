"""A connection to the server that takes our mail: greeted, encrypted, signed in."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from gateway.configuration.secrets import SecretMissing
from gateway.delivery.smtp_signin import Refused, by_password, by_token
from gateway.signin.values import AccessTokens, SignInFailed

log = structlog.get_logger(__name__)

CONNECT = 30.0
"""Seconds to reach the server, and for each of its answers until it takes mail."""
TIMEOUT = 120.0
"""Seconds for each answer but the last (RFC 5321, 4.5.3.2, asks for five minutes)."""


class Closed(Exception):
    """The server takes no mail from us now; `answered` as in `Unreachable`."""

    def __init__(self, text: str, *, answered: bool) -> None:
        super().__init__(text)
        self.answered = answered


@dataclass(frozen=True, slots=True)
class Relay:
    """The server that takes our mail. `tls`: from the first byte; else STARTTLS where offered.

    `user` signs in with `tokens`, else with `password`; they are sent over TLS alone, to a server
    whose certificate is good. Without a user TLS keeps out listeners only, and any certificate will
    do (RFC 7435).
    """

    host: str
    port: int
    hostname: str
    """How we name ourselves (RFC 5321, 4.1.1.1)."""
    tls: bool = False
    user: str | None = None
    password: Callable[[], str | None] = lambda: None
    tokens: AccessTokens | None = None
    context: Callable[[], ssl.SSLContext] = ssl.create_default_context

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def connect(relay: Relay) -> smtplib.SMTP:
    """A connection that is ready for a mail. Raises Closed."""
    try:
        return _ready(relay, encrypt=True)
    except _NoTls as error:
        log.warning("STARTTLS failed, going on without", relay=str(relay), error=str(error))
    return _ready(relay, encrypt=False)


class _NoTls(Exception):
    """STARTTLS was offered and came to nothing; the connection is of no more use."""


def _ready(relay: Relay, *, encrypt: bool) -> smtplib.SMTP:
    connection: smtplib.SMTP | None = None
    try:
        connection = _reached(relay)
        _introduce(connection, relay, encrypt=encrypt)
        if connection.sock is not None:
            connection.sock.settimeout(TIMEOUT)
    except smtplib.SMTPResponseException as error:
        raise _closed(relay, f"{error.smtp_code} {_line(error.smtp_error)}", connection) from error
    except ssl.SSLCertVerificationError as error:  # it is a ValueError too
        text = f"the certificate is not good: {error.verify_message}; nothing is sent to it"
        raise _closed(relay, text, connection) from error
    except (smtplib.SMTPException, SecretMissing, SignInFailed, Refused, ValueError) as error:
        raise _closed(relay, str(error), connection) from error
    except OSError as error:
        raise _closed(relay, str(error), connection, answered=False) from error
    except _NoTls:
        if connection is not None:
            connection.close()
        raise
    return connection


def _closed(
    relay: Relay, text: str, connection: smtplib.SMTP | None, *, answered: bool = True
) -> Closed:
    if connection is not None:
        connection.close()
    return Closed(f"{relay}: {text}", answered=answered)


def _reached(relay: Relay) -> smtplib.SMTP:
    connection: smtplib.SMTP
    if relay.tls:
        connection = smtplib.SMTP_SSL(
            relay.host, relay.port, relay.hostname, timeout=CONNECT, context=relay.context()
        )
    else:
        connection = smtplib.SMTP(relay.host, relay.port, relay.hostname, timeout=CONNECT)
    return connection


def _introduce(connection: smtplib.SMTP, relay: Relay, *, encrypt: bool) -> None:
    connection.ehlo_or_helo_if_needed()
    if encrypt and not relay.tls and connection.has_extn("starttls"):
        _encrypt(connection, relay)
    if relay.user is None:
        return
    if not isinstance(connection.sock, ssl.SSLSocket):
        raise smtplib.SMTPException("the server offers no TLS, so no password is sent to it")
    if relay.tokens is not None:
        by_token(connection, relay.user, relay.tokens, relay.host, relay.port)
    else:
        by_password(connection, relay.user, relay.password())


def _encrypt(connection: smtplib.SMTP, relay: Relay) -> None:
    context = relay.context()
    if relay.user is None:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        connection.starttls(context=context)
        connection.ehlo()
    except (smtplib.SMTPException, OSError) as error:
        if relay.user is None:
            raise _NoTls(str(error)) from error
        raise


def _line(text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(words.split())[:300]
