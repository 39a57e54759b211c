"""Looking into a mailbox without reading it: does it open, and what is in it."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.intake import imap_folder
from gateway.intake.imap_connection import Account, Away, signed_in

CONNECT = 10.0
ANSWER = 20.0


@dataclass(frozen=True, slots=True)
class Contents:
    """All that is in a folder at a moment, by the keys of the server."""

    uidvalidity: int
    uids: tuple[int, ...]


def trouble(account: Account) -> str | None:
    """Why the mailbox cannot be read: host, port, certificate, sign-in or folder; None if it can.

    Nothing is changed on the server.
    """
    try:
        with signed_in(account, CONNECT, ANSWER) as client:
            imap_folder.select(client, account.server.folder)
    except Away as away:
        return str(away)
    return None


def contents(account: Account) -> Contents:
    """What is in the folder that is read; that of `done` and `quarantine` is not. Raises Away."""
    with signed_in(account, CONNECT, ANSWER) as client:
        folder = imap_folder.select(client, account.server.folder)
        return Contents(folder.uidvalidity, tuple(imap_folder.above(client, folder, 0)))
