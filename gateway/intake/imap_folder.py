"""What is done in a mailbox: finding what is new, fetching it, putting it where it belongs.

UIDs alone name mails here, never sequence numbers, and nothing is fetched that would be flagged
by it. What the connection itself does wrong leaves as imapclient raised it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from imapclient import DELETED, FLAGGED, SEEN, IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from gateway.intake.imap_connection import Away
from gateway.intake.imap_signin import said

PIECE = 1_048_576
"""Octets that are asked for at once of one mail."""
_LISTED = 50_000
"""Mails listed by one command: imaplib takes no line over a million octets."""
_WEIGHED = 500
_SHOWN = 65_536


@dataclass(frozen=True, slots=True)
class Selected:
    """A folder as it was when it was opened. `uidnext` is None where the server does not say."""

    uidvalidity: int
    uidnext: int | None
    exists: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail on the server. `size` is what the server says, and not always true."""

    uid: int
    size: int
    arrived_at: datetime | None
    """At the server (INTERNALDATE); None where it says nothing sensible."""


class Refused(Exception):
    """The server answered NO or BAD; the connection is as good as before."""


def select(client: IMAPClient, folder: str) -> Selected:
    """Opens a folder, anew where it is open: its UIDVALIDITY is the one of now. Raises Away."""
    try:
        found = client.select_folder(folder)
    except IMAPClientAbortError:
        raise
    except IMAPClientError as error:
        raise Away(f"there is no folder {folder} to read: {said(error)}", person=True) from error
    if not found.get(b"UIDVALIDITY"):
        raise Away(f"{folder} has no UIDVALIDITY, so its mails cannot be told apart", person=True)
    if b"READ-ONLY" in found:
        raise Away(f"{folder} may only be looked at, not changed", person=True)
    return Selected(found[b"UIDVALIDITY"], found.get(b"UIDNEXT"), found[b"EXISTS"])


def above(client: IMAPClient, folder: Selected, floor: int) -> list[int]:
    """The UIDs above `floor`, the oldest first."""
    if not folder.exists or (folder.uidnext is not None and folder.uidnext <= floor + 1):
        return []
    wanted = f"UID {floor + 1}:*"  # which always names the last mail (RFC 9051, 6.4.8)
    if folder.uidnext is not None and folder.uidnext - floor <= _LISTED:
        found = set(client.search(wanted))
    else:
        found = set()
        for first in range(1, folder.exists + 1, _LISTED):
            last = min(first + _LISTED - 1, folder.exists)
            found.update(client.search(f"{first}:{last} {wanted}"))
    return sorted(uid for uid in found if uid > floor)


def weighed(client: IMAPClient, uids: Sequence[int]) -> Iterator[list[Waiting]]:
    """Sizes and dates, some hundred mails at a time; those that are gone are left out."""
    for start in range(0, len(uids), _WEIGHED):
        asked = uids[start : start + _WEIGHED]
        answers = client.fetch(asked, ["RFC822.SIZE", "INTERNALDATE"])
        yield [
            Waiting(uid, answers[uid][b"RFC822.SIZE"], answers[uid].get(b"INTERNALDATE"))
            for uid in asked
            if b"RFC822.SIZE" in answers.get(uid, {})
        ]


def beginnings(client: IMAPClient, uids: Sequence[int]) -> dict[int, bytes]:
    """The first `PIECE` of each: a shorter one is the whole mail. Without those that are gone.

    Raises Refused: the server cannot give one of them.
    """
    item, answer = f"BODY.PEEK[]<0.{PIECE}>", b"BODY[]<0>"
    try:
        answers = client.fetch(uids, [item])
    except IMAPClientAbortError:
        raise
    except IMAPClientError as error:
        raise Refused(said(error)) from error
    return {uid: answers[uid][answer] or b"" for uid in uids if answer in answers.get(uid, {})}


def pieces(client: IMAPClient, uid: int, begin: int) -> Iterator[bytes]:
    """What follows in a large mail, until a piece is empty. Raises Refused."""
    while True:
        item, answer = f"BODY.PEEK[]<{begin}.{PIECE}>", f"BODY[]<{begin}>".encode()
        try:
            piece = client.fetch([uid], [item]).get(uid, {}).get(answer)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            raise Refused(said(error)) from error
        if piece is None and begin:
            raise Refused("it was deleted while it was being fetched")
        if not piece:
            return
        yield piece
        begin += len(piece)


def header(client: IMAPClient, uid: int) -> bytes:
    """The beginning of its header, for people to know it by; b"" where the server gives none."""
    try:
        answers = client.fetch([uid], [f"BODY.PEEK[HEADER]<0.{_SHOWN}>"])
    except IMAPClientAbortError:
        raise
    except IMAPClientError:
        return b""
    return answers.get(uid, {}).get(b"BODY[HEADER]<0>") or b""


# --- where a mail belongs ---------------------------------------------------------------------


def prepare(client: IMAPClient, name: str) -> str:
    """The folder of that name, made where it is missing, as this server writes it. Raises Away."""
    try:
        separators = [separator for _, separator, _ in client.list_folders("", "")]
        separator = separators[0].decode() if separators and separators[0] else "/"
        folder = name.replace("/", separator)
        if not client.folder_exists(folder):
            client.create_folder(folder)
            with suppress(IMAPClientError):
                client.subscribe_folder(folder)
    except IMAPClientAbortError:
        raise
    except IMAPClientError as error:
        raise Away(f"the folder {name} cannot be made: {said(error)}", person=True) from error
    return folder


def file(client: IMAPClient, uids: Collection[int], folder: str | None, *, done: bool) -> None:
    """Flags mails as seen where they are done with, else for people to look at; then moves them.

    Raises Refused. What is gone meanwhile is passed over.
    """
    try:
        client.add_flags(uids, [SEEN if done else FLAGGED], silent=True)
        if folder is not None:
            _move(client, uids, folder)
    except IMAPClientAbortError:
        raise
    except IMAPClientError as error:
        raise Refused(said(error)) from error


def _move(client: IMAPClient, uids: Collection[int], folder: str) -> None:
    if client.has_capability("MOVE"):
        client.move(uids, folder)
        return
    client.copy(uids, folder)
    client.add_flags(uids, [DELETED], silent=True)
    if client.has_capability("UIDPLUS"):  # a plain EXPUNGE would take what others have deleted
        client.uid_expunge(uids)
