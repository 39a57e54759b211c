"""How a mailbox's server is told who reads it: by password here; other ways need only `SignIn`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from gateway.configuration.secrets import SecretMissing

_TEMPORARY = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")
"""Codes of a refusal that says nothing about the password (RFC 5530, 3)."""


class NotSignedIn(Exception):
    """The server did not let us in; one line for people. `temporary`: later it may."""

    def __init__(self, text: str, *, temporary: bool = False) -> None:
        super().__init__(text)
        self.temporary = temporary


class SignIn(Protocol):
    """One way of signing in, for one mailbox, used again at each connection."""

    def sign_in(self, client: IMAPClient) -> None:
        """Signs in on a connection that is encrypted, or stays on this machine.

        Raises NotSignedIn where the server, or whoever gives out tokens, says no, and OSError or
        IMAPClientError where the connection is lost.
        """
        ...


@dataclass(frozen=True, slots=True)
class PasswordSignIn:
    """By user and password, which is asked for each time: it may have been changed meanwhile."""

    user: str
    password: Callable[[], str | None]

    def sign_in(self, client: IMAPClient) -> None:
        try:
            password = self.password()
        except SecretMissing as missing:
            raise NotSignedIn(str(missing)) from missing
        if not password:
            raise NotSignedIn(f"no password is configured for {self.user}")
        if client.has_capability("AUTH=PLAIN"):
            by_sasl(client, "PLAIN", f"\0{self.user}\0{password}".encode())
        elif client.has_capability("LOGINDISABLED"):
            raise NotSignedIn("the server takes no password on this connection")
        else:
            _signing_in(lambda: client.login(self.user, password))


def _as_text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace")


def by_sasl(
    client: IMAPClient,
    mechanism: str,
    response: bytes,
    last: bytes = b"",
    explained: Callable[[bytes], str] = _as_text,
) -> None:
    """Signs in by a mechanism of one client response, such as PLAIN or OAUTHBEARER.

    What the server challenges after it is its error (RFC 7628, 3.2.3), which is acknowledged by
    `last`; it is in the text of NotSignedIn then, `explained`.
    """
    challenges: list[bytes] = []

    def answer(challenge: bytes) -> bytes:
        challenges.append(challenge)
        return response if len(challenges) == 1 else last

    _signing_in(
        lambda: client.sasl_login(mechanism, answer),
        lambda: [explained(challenge) for challenge in challenges[1:]],
    )


def _signing_in(attempt: Callable[[], object], explained: Callable[[], list[str]] = list) -> None:
    try:
        attempt()
    except (UnicodeEncodeError, ValueError) as error:
        raise NotSignedIn("the server takes ASCII alone in a password") from error
    except LoginError as error:
        if isinstance(error.__context__, IMAPClientAbortError):
            raise error.__context__ from error
        text = " ".join([*explained(), said(error)])
        raise NotSignedIn(
            f"the server refused to sign in: {text}"[:500],
            temporary=any(code in text.upper() for code in _TEMPORARY),
        ) from error


def said(error: IMAPClientError) -> str:
    """What the server said in an error of imapclient, on one line, without its wrapping."""
    text = " ".join(str(error).split())
    found = re.search(r"b(['\"])(.*?)\1\)?$", text)
    return (found[2] if found else text)[:300]
