"""Mails kept outside of the database: in a bucket or a folder that several machines share.

An object's name is the SHA-256 of its bytes, so nothing is ever overwritten, and what is read is
compared with its name. Order is all that durability needs: first the object, then the row that
names it. An object without a row (its process died between the two) does no harm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from hashlib import sha256
from typing import Protocol

from store.errors import EvidenceAltered, EvidenceMissing, EvidenceUnavailable

MARK = "deskpost-evidence"
"""An object that says whose place it is: a wrong bucket, or a folder whose disk is not mounted,
shall not look like one from which every mail has vanished."""
_AT_ONCE = 16
"""Objects on their way at the same time."""


class Place(Protocol):
    """Where objects are kept by name. Its methods raise EvidenceUnavailable."""

    def create(self, name: str, body: bytes) -> bool:
        """Durable when it returns; False where there is an object of that name already."""

    def read(self, name: str) -> bytes | None:
        """None where there is none."""

    def names(self) -> Iterator[str]:
        """Of all objects, in no order."""


class Objects:
    """The objects of one installation at a place; thread-safe."""

    def __init__(self, url: str, place: Place) -> None:
        self.url = url
        self._place = place

    def put(self, name: str, body: bytes) -> None:
        """Durable under its name when it returns, whoever put it first."""
        if self._place.create(name, body):
            return
        # Before the bytes are let go, what is there must be them.
        if self._place.read(name) != body:
            raise EvidenceUnavailable(
                f"{self.url} has an object {name} that is not what its name says: move it away"
            )

    def put_all(self, named: Iterable[tuple[str, bytes]]) -> None:
        """As `put`, many at once."""
        list(self._pool.map(lambda pair: self.put(*pair), dict(named).items()))

    def get(self, name: str) -> bytes:
        """The bytes of that name. Raises EvidenceMissing, EvidenceAltered, EvidenceUnavailable."""
        body = self._place.read(name)
        if body is None:
            if self.owner() is None:
                raise EvidenceUnavailable(f"{self.url} is not the place of any installation now")
            raise EvidenceMissing(f"{self.url} has no object {name}")
        if sha256(body).hexdigest() != name:
            raise EvidenceAltered(f"the object {name} at {self.url} was altered")
        return body

    def names(self) -> Iterator[str]:
        """Of all mails there, in no order: for audits."""
        return (name for name in self._place.names() if name != MARK)

    def owner(self) -> str | None:
        """The id of the installation whose place it is; None where nobody has claimed it."""
        mark = self._place.read(MARK)
        return None if mark is None else mark.decode("ascii", "replace").strip()

    def probe(self) -> str | None:
        """The owner, as `owner`. Raises EvidenceUnavailable also where nothing may be written; what
        is there stays as it is, and where nothing is nothing is written."""
        owner = self.owner()
        if owner is not None:
            self._place.create(MARK, b"")  # refused, for it is there: but to whom may write alone
        return owner

    def claim(self, owner: str) -> None:
        """It is this installation's from now on. Raises EvidenceUnavailable where it is another's.

        Somebody else may claim it for the same installation at the same time.
        """
        self._place.create(MARK, owner.encode() + b"\n")
        found = self.owner()
        if found != owner:
            raise EvidenceUnavailable(
                f"{self.url} is kept by another installation ({found}): name a place of its own"
            )

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="evidence")


def open_objects(url: str) -> Objects | None:
    """The place that `[store] evidence` names; None for "database"."""
    scheme, _, rest = url.partition("://")
    if url == "database":
        return None
    if scheme == "file":
        from store.folder import Folder

        return Objects(url, Folder.of_url(url))
    from store.bucket import Bucket

    bucket, _, prefix = rest.partition("/")
    return Objects(url, Bucket(bucket, prefix.strip("/")))
