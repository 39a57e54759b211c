"""Delivery to a mail server by SMTP, over one connection that stays open between mails."""

from __future__ import annotations

import re
import smtplib
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from gateway.delivery.connecting import TIMEOUT, Closed, Relay, connect
from gateway.delivery.reports import notify, returned
from gateway.delivery.values import Failed, Parcel, Result, Sent, Unreachable

AFTER_DATA: Final = 600.0
"""Seconds for the answer to the last dot (RFC 5321, 4.5.3.2.6): a mail that was taken while we
gave up waiting arrives twice."""
KEPT: Final = 30.0
"""Seconds that an idle connection is kept."""
CLOSING: Final = 421
SIGN_IN_FIRST: Final = 530
"""RFC 4954, 6; RFC 3207, 4: no mail at all is taken like this."""

_STATUS = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_ADDRESS = re.compile(r"[^\x00-\x20\x7f<>]+")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)

Reply = tuple[int, bytes]


class _Lost(Exception):
    """The connection ended before the mail itself was sent: on another one it may go."""


class SmtpSender:
    """Sends one mail at a time; connects when there is one, and drops what is in doubt."""

    def __init__(self, relay: Relay, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._relay = relay
        self._monotonic = monotonic
        self._connection: smtplib.SMTP | None = None
        self._used = 0.0

    def send(self, parcel: Parcel) -> Result:
        if refusal := _malformed(parcel):
            return refusal
        if self._connection is not None:
            with suppress(_Lost):  # servers end idle connections, and long ones, as they like
                return self._transact(self._connection, parcel)
        try:
            self._connection = connect(self._relay)
            return self._transact(self._connection, parcel)
        except Closed as error:
            return Unreachable(str(error), answered=error.answered)
        except _Lost as error:
            return Failed(False, "4.4.2", f"{self._relay}: {error}")

    def rest(self) -> None:
        connection = self._connection
        if connection is None or self._monotonic() - self._used < KEPT:
            return
        with suppress(OSError, smtplib.SMTPException):
            connection.docmd("QUIT")
        self.close()

    def abort(self) -> None:
        sock = self._connection.sock if self._connection is not None else None
        with suppress(OSError):
            if sock is not None:
                sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _transact(self, connection: smtplib.SMTP, parcel: Parcel) -> Result:
        self._used = self._monotonic()
        try:
            refusal = self._announce(connection, parcel)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            self.close()
            raise _Lost(f"the connection was lost: {error}") from error
        return refusal or self._content(connection, parcel.body)

    def _announce(self, connection: smtplib.SMTP, parcel: Parcel) -> Failed | Unreachable | None:
        """MAIL, RCPT and DATA; None where the mail itself may follow."""
        options = _options(connection, parcel)
        if options is None:
            return Failed(True, "5.6.7", f"{self._relay} takes ASCII addresses alone")
        code, text = connection.mail(parcel.sender, options)
        if code == CLOSING:
            raise smtplib.SMTPServerDisconnected(_line(text))
        if code == SIGN_IN_FIRST:
            self.close()
            return Unreachable(f"{self._relay}: {code} {_line(text)}", answered=True)
        if code < 400:
            code, text = connection.rcpt(parcel.recipient, notify(connection, parcel))
        if code < 400:
            code, text = connection.docmd("DATA")
        if code == 354:
            return None
        self._forget(connection, code)
        return _refused(code, text)

    def _forget(self, connection: smtplib.SMTP, code: int) -> None:
        """Ends a transaction that came to nothing, so that the next mail may begin."""
        try:
            if code != CLOSING and connection.rset()[0] == 250:
                return
        except (OSError, smtplib.SMTPException):
            pass
        self.close()

    def _content(self, connection: smtplib.SMTP, body: bytes) -> Result:
        ending = b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n"
        try:
            connection.send(_LEADING_DOT.sub(b"..", body) + ending)
        except (OSError, smtplib.SMTPException) as error:  # then the dot, which is last, is not out
            self.close()
            return Failed(False, "4.4.2", f"{self._relay}: lost within the mail: {error}")
        try:
            code, text = self._last_answer(connection)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            words = f"{self._relay}: lost after the mail, which may have been taken: {error}"
            return Failed(False, "4.4.2", words, unsettled=True)
        if code == CLOSING:
            self.close()
        return Sent(_status("2", text)) if code == 250 else _refused(code, text)

    @staticmethod
    def _last_answer(connection: smtplib.SMTP) -> Reply:
        if connection.sock is not None:
            connection.sock.settimeout(AFTER_DATA)
        answer = connection.getreply()
        if connection.sock is not None:
            connection.sock.settimeout(TIMEOUT)
        return answer


def _malformed(parcel: Parcel) -> Failed | None:
    """An address that would be more than an address on the wire."""
    for address in (parcel.sender, parcel.recipient):
        if address and not _ADDRESS.fullmatch(address):
            return Failed(True, "5.1.3", f"{address!r} is no address")
    return None if parcel.recipient else Failed(True, "5.1.3", "there is no recipient")


def _options(connection: smtplib.SMTP, parcel: Parcel) -> list[str] | None:
    """Of MAIL (RFC 1870, 6152, 6531); None where the server does not know one that is needed."""
    options = []
    if connection.has_extn("size"):
        options.append(f"SIZE={len(parcel.body)}")
    if connection.has_extn("8bitmime") and not parcel.body.isascii():
        options.append("BODY=8BITMIME")
    if not (parcel.sender + parcel.recipient).isascii():
        if not connection.has_extn("smtputf8"):
            return None
        options.append("SMTPUTF8")
    return options + returned(connection, parcel)


def _refused(code: int, text: bytes) -> Failed:
    permanent = code >= 500
    return Failed(permanent, _status("5" if permanent else "4", text), f"{code} {_line(text)}")


def _status(kind: str, text: bytes) -> str:
    """The enhanced status code at the start of an answer (RFC 2034, 4), if it is of that class."""
    found = _STATUS.match(_line(text))
    return found[1] if found and found[1].startswith(kind) else f"{kind}.0.0"


def _line(text: bytes) -> str:
    return " ".join(text.decode("utf-8", "replace").split())[:300]
