"""A connection to a mailbox's server: encrypted, signed in, and in words what keeps us out."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socket import gaierror

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, IMAPClientAbortError, IMAPClientError

from gateway.configuration.scalars import TcpAddress
from gateway.configuration.urls import Server
from gateway.intake.imap_signin import NotSignedIn, SignIn, said


class Away(Exception):
    """The mailbox cannot be read now; one line for people: what, and the mend where there is one.

    `person`: it takes a person to mend it, so that trying often helps nobody.
    """

    def __init__(self, text: str, *, person: bool = False) -> None:
        super().__init__(text)
        self.person = person


@dataclass(frozen=True, slots=True)
class Account:
    """A mailbox, and how it is reached. Mails are moved to `done` and `quarantine`, or stay where
    they are and are flagged."""

    server: Server
    sign_in: SignIn
    ca_file: Path | None = None
    """Whom to believe about the server's certificate; the system's authorities where None."""
    done: str | None = None
    quarantine: str | None = None

    def __str__(self) -> str:
        return str(self.server)

    @property
    def encrypts(self) -> bool:
        """From the first byte or by STARTTLS; only what stays on this machine may go plain."""
        local = TcpAddress(self.server.host, self.server.port).loopback
        return self.server.tls or not local or self.ca_file is not None


@contextmanager
def signed_in(account: Account, connect: float, answer: float) -> Iterator[IMAPClient]:
    """A connection for the block, in which whatever goes wrong with it is Away.

    Args:
        connect: seconds to reach the server.
        answer: seconds that it may be silent when it has been asked something.
    """
    client: IMAPClient | None = None
    try:
        client = _reached(account, SocketTimeout(connect, answer))
        account.sign_in.sign_in(client)
        yield client
    except NotSignedIn as error:
        raise Away(str(error), person=not error.temporary) from error
    except (IMAPClientError, OSError, UnicodeError) as error:
        raise in_words(account, error) from error
    finally:
        if client is not None:
            _hang_up(client)


def _reached(account: Account, timeout: SocketTimeout) -> IMAPClient:
    server = account.server
    context = _context(account.ca_file) if account.encrypts else None
    client = IMAPClient(
        server.host, server.port, ssl=server.tls, ssl_context=context, timeout=timeout
    )
    try:
        client.normalise_times = False  # moments with their zone
        client.socket().settimeout(timeout.read)
        if account.encrypts and not server.tls:
            client.starttls(context)
    except BaseException:
        _hang_up(client)
        raise
    return client


def _hang_up(client: IMAPClient) -> None:
    """Without LOGOUT: a server that does not answer would be waited for."""
    with suppress(OSError, IMAPClientError):
        client.shutdown()


def _context(ca_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


# --- in words ---------------------------------------------------------------------------------


def in_words(account: Account, error: Exception) -> Away:
    """What went wrong with the connection, for people."""
    where = f"{account.server.host}:{account.server.port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        text = f"{where} has a certificate that is not believed: {error.verify_message}"
        return Away(f"{text}; an authority of your own is named by ca_file", person=True)
    if isinstance(error, ssl.SSLError):
        text = f"no TLS with {where}: {error.reason or error}"
        return Away(f"{text}; imaps:// speaks it from the first byte, imap:// by STARTTLS")
    if isinstance(error, CapabilityError):
        text = f"{where} offers no encryption (STARTTLS), so no password is sent to it"
        return Away(text, person=True)
    return Away(_of_network(where, error) or f"{where}: {_said(error)}")


def _of_network(where: str, error: Exception) -> str:
    if isinstance(error, gaierror):
        return f"the host of {where} is unknown: {error.strerror}"
    if isinstance(error, ConnectionRefusedError):
        return f"nobody listens at {where}"
    if isinstance(error, TimeoutError):
        return f"{where} did not answer in time"
    if isinstance(error, ConnectionError | IMAPClientAbortError):
        return f"{where} hung up: {_said(error)}"
    return f"{where}: {error.strerror or error}" if isinstance(error, OSError) else ""


def _said(error: Exception) -> str:
    return said(error) if isinstance(error, IMAPClientError) else str(error)[:300]
