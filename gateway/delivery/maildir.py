"""A Maildir that any mail client opens: a mail is a file that appears whole or not at all.

The file is the mail and nothing else, with the line ends of a file; each recipient's copy has their
address in its To.
"""

from __future__ import annotations

import errno
import mailbox
import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

from gateway.delivery.values import Failed, Parcel, Result, Sent, Unreachable

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""A smaller mail may still find room."""


class MaildirSender:
    """Puts each mail into `new/` under a name of its content: sent again, it is the same file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = False

    def send(self, parcel: Parcel) -> Result:
        try:
            self._put(parcel)
        except OSError as error:
            self._made = False
            text = f"{self._folder}: {error.strerror}"
            return Failed(False, "4.3.1", text) if error.errno in _NO_ROOM else Unreachable(text)
        return Sent()

    def rest(self) -> None:
        """Nothing is kept open."""

    def abort(self) -> None:
        """A disk is not waited for."""

    def close(self) -> None:
        """Nothing is kept open."""

    def _put(self, parcel: Parcel) -> None:
        if not self._made:
            self._make()
        name = _name(parcel)
        if parcel.again and self._is_there(name):
            return
        waiting = self._folder / "tmp" / f"{name}.{token_hex(8)}"
        try:
            self._write(waiting, parcel.body.replace(b"\r\n", b"\n"))
            waiting.rename(self._folder / "new" / name)
        except OSError:
            with suppress(OSError):
                waiting.unlink(missing_ok=True)
            raise
        self._sync(self._folder / "new")

    def _make(self) -> None:
        """The folders; removes what deliveries that died left in `tmp` (after 36 hours)."""
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        box = mailbox.Maildir(self._folder, create=True)
        box.clean()
        for name in ("tmp", "new", "cur"):
            (self._folder / name).mkdir(mode=0o700, exist_ok=True)
        self._made = True

    def _is_there(self, name: str) -> bool:
        """In `new`, or in `cur` with the flags that a client has given it."""
        seen = (self._folder / "cur").glob(f"{name}*")
        return (self._folder / "new" / name).exists() or any(seen)

    @staticmethod
    def _write(path: Path, octets: bytes) -> None:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())

    @staticmethod
    def _sync(folder: Path) -> None:
        """The name is only durable once its folder is (fsync(2))."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _name(parcel: Parcel) -> str:
    """The same for the same mail to the same recipient, and no other's."""
    return sha256(parcel.recipient.encode() + b"\n" + parcel.body).hexdigest()[:40] + ".deskpost"
