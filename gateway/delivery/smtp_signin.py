"""Signing in to a relay over a connection that is encrypted already (RFC 4954)."""

from __future__ import annotations

import smtplib
from base64 import b64encode
from typing import Final

from gateway.configuration.secrets import SecretMissing
from gateway.signin import sasl
from gateway.signin.values import AccessTokens

_DONE: Final = 235
_GO_ON: Final = 334
_LONGEST: Final = 500
"""Octets of a command (RFC 5321, 4.5.3.1.4); what is longer follows on a line of its own."""

Reply = tuple[int, bytes]


class Refused(Exception):
    """The relay does not let us in; one line."""


def by_password(connection: smtplib.SMTP, user: str, password: str | None) -> None:
    """By PLAIN in UTF-8 (RFC 4616), which smtplib has in ASCII alone, else by what it knows."""
    if not password:
        raise SecretMissing(f"no password is configured for {user}")
    if "PLAIN" not in _offered(connection):
        connection.login(user, password)
        return
    code, text = _auth(connection, "PLAIN", f"\0{user}\0{password}".encode())
    if code != _DONE:
        raise smtplib.SMTPAuthenticationError(code, text)


def by_token(
    connection: smtplib.SMTP, user: str, tokens: AccessTokens, host: str, port: int
) -> None:
    """By XOAUTH2 or OAUTHBEARER; once more with another token where the first is refused, since it
    may have been withdrawn before its time. Raises Refused, SignInFailed."""
    mechanism = sasl.mechanism(_offered(connection), tokens.mechanism)
    if mechanism is None:
        offered = ", ".join(sorted(_offered(connection))) or "nothing"
        raise Refused(f"the relay takes no access token: it offers {offered}")
    refused = ""
    for _ in range(2):
        token = tokens.token()
        answer = sasl.first_answer(mechanism, user, token, host, port)
        code, text = _auth(connection, mechanism, answer)
        if code == _GO_ON:
            refused = sasl.refusal(text)
            code, text = connection.docmd(_encoded(sasl.last_answer(mechanism)))
        if code == _DONE:
            return
        if not 500 <= code < 600:
            raise smtplib.SMTPAuthenticationError(code, text)
        tokens.refused(token)
    said = " ".join(text.decode("utf-8", "replace").split())
    raise Refused(
        " ".join(filter(None, (f"{user} is not let in:", refused, f"{code} {said}")))[:500]
    )


def _offered(connection: smtplib.SMTP) -> set[str]:
    return set(connection.esmtp_features.get("auth", "").upper().split())


def _auth(connection: smtplib.SMTP, mechanism: str, answer: bytes) -> Reply:
    command = f"AUTH {mechanism} {_encoded(answer)}"
    if len(command) <= _LONGEST:
        return connection.docmd(command)
    code, text = connection.docmd(f"AUTH {mechanism}")
    return connection.docmd(_encoded(answer)) if code == _GO_ON else (code, text)


def _encoded(answer: bytes) -> str:
    return b64encode(answer).decode("ascii")
