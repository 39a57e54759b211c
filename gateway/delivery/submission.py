"""Delivery to a mail server by SMTP, over one connection that stays open between mails."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from gateway.delivery.values import Failed, Parcel, Sent

TIMEOUT = 60.0
"""Seconds for each answer of the server; the one after the last dot may take ten times as long
(RFC 5321, 4.5.3.2)."""
AFTER_DATA = 600.0
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Relay:
    """The server that takes our mail. `tls`: from the first byte; else STARTTLS where offered.

    `user` and `password` sign in; they are never sent without TLS.
    """

    host: str
    port: int
    hostname: str
    """How we name ourselves (RFC 5321, 4.1.1.1)."""
    tls: bool = False
    user: str | None = None
    password: Callable[[], str | None] = lambda: None
    context: Callable[[], ssl.SSLContext] = ssl.create_default_context


class SmtpSender:
    """Sends one mail at a time; opens the connection when it is needed and drops it when in doubt."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._connection: smtplib.SMTP | None = None

    def send(self, parcel: Parcel) -> Sent | Failed:
        try:
            connection = self._ready()
        except smtplib.SMTPResponseException as error:
            return _refused(error.smtp_code, error.smtp_error, permanent=False)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Failed(False, "4.4.1", f"{self._relay.host}: {error}")
        return self._transact(connection, parcel)

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _ready(self) -> smtplib.SMTP:
        """The open connection if it still answers, else a new one."""
        if self._connection is not None:
            try:
                if self._connection.rset()[0] == 250:
                    return self._connection
            except (OSError, smtplib.SMTPException):
                pass
            self.close()
        self._connection = self._open()
        return self._connection

    def _open(self) -> smtplib.SMTP:
        relay = self._relay
        if relay.tls:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                relay.host, relay.port, relay.hostname, timeout=TIMEOUT, context=relay.context()
            )
        else:
            connection = smtplib.SMTP(relay.host, relay.port, relay.hostname, timeout=TIMEOUT)
        try:
            self._introduce(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _introduce(self, connection: smtplib.SMTP) -> None:
        relay = self._relay
        connection.ehlo_or_helo_if_needed()
        if not relay.tls and connection.has_extn("starttls") and relay.user:
            connection.starttls(context=relay.context())
            connection.ehlo()
        if relay.user is None:
            return
        if not (relay.tls or isinstance(connection.sock, ssl.SSLSocket)):
            raise smtplib.SMTPException("the server offers no TLS, so no password is sent to it")
        connection.login(relay.user, relay.password() or "")

    def _transact(self, connection: smtplib.SMTP, parcel: Parcel) -> Sent | Failed:
        try:
            for code, text in self._envelope(connection, parcel):
                if code >= 400:
                    return _refused(code, text, permanent=code >= 500)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Failed(False, "4.4.2", f"{self._relay.host}: {error}")
        return self._data(connection, parcel)

    @staticmethod
    def _envelope(connection: smtplib.SMTP, parcel: Parcel) -> list[tuple[int, bytes]]:
        answers = [connection.mail(parcel.sender)]
        if answers[0][0] < 400:
            answers.append(connection.rcpt(parcel.recipient))
        return answers

    def _data(self, connection: smtplib.SMTP, parcel: Parcel) -> Sent | Failed:
        """A connection lost in here leaves it open whether the mail was taken."""
        if connection.sock is not None:
            connection.sock.settimeout(AFTER_DATA)
        try:
            code, text = connection.data(parcel.body)
        except smtplib.SMTPDataError as error:
            return _refused(error.smtp_code, error.smtp_error, permanent=error.smtp_code >= 500)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            words = f"{self._relay.host}: the connection was lost after the mail: {error}"
            return Failed(False, "4.4.2", words, unsettled=True)
        if connection.sock is not None:
            connection.sock.settimeout(TIMEOUT)
        if code == 250:
            return Sent(_status(text, "2.0.0"))
        return _refused(code, text, permanent=code >= 500)


def _refused(code: int, text: bytes | str, *, permanent: bool) -> Failed:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    line = " ".join(words.split())[:300]
    return Failed(permanent, _status(words, "5.0.0" if permanent else "4.0.0"), f"{code} {line}")


def _status(text: bytes | str, otherwise: str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    found = _STATUS.search(words)
    return found[1] if found else otherwise
