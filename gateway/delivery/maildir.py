"""A Maildir that any mail client opens: a mail is a file that appears whole or not at all."""

from __future__ import annotations

import mailbox
import os
from hashlib import sha256
from pathlib import Path

from gateway.delivery.values import Failed, Parcel, Sent


class MaildirSender:
    """Puts each mail into `new/` under a name of its own content: sent again, it is the same file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, parcel: Parcel) -> Sent | Failed:
        try:
            self._put(parcel)
        except OSError as error:
            return Failed(False, "4.3.0", f"{self._folder}: {error.strerror}")
        return Sent()

    def close(self) -> None:
        """Nothing is kept open."""

    def _put(self, parcel: Parcel) -> None:
        mailbox.Maildir(self._folder, create=True).close()
        name = _name(parcel)
        if self._there(name):
            return
        waiting = self._folder / "tmp" / name
        with waiting.open("wb") as file:
            file.write(b"Delivered-To: " + parcel.recipient.encode() + b"\n")
            file.write(parcel.body.replace(b"\r\n", b"\n"))
            file.flush()
            os.fsync(file.fileno())
        waiting.rename(self._folder / "new" / name)
        self._sync(self._folder / "new")

    def _there(self, name: str) -> bool:
        """In `new`, or in `cur` with the flags that a client has given it."""
        seen = (self._folder / "cur").glob(f"{name}:*")
        return (self._folder / "new" / name).exists() or any(seen)

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
