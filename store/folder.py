"""Objects as files of a folder, `ab/abcdef…`, complete and on the disk before they have a name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp
from urllib.parse import unquote

from store.errors import EvidenceUnavailable

_SHARDED = 2
"""Letters of a name that are its folder's: 256 folders of some thousand files each."""


class Folder:
    """A `store.objects.Place`. The folder is made on the first write, its parent is not."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def of_url(cls, url: str) -> Folder:
        return cls(Path(unquote(url.removeprefix("file://"))))

    def create(self, name: str, body: bytes) -> bool:
        with self._faults():
            folder = self._file(name).parent
            self._make(folder)
            handle, temporary = mkstemp(prefix=".new-", dir=folder)  # mode 0600
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(body)
                    file.flush()
                    os.fsync(file.fileno())
                created = self._link(temporary, self._file(name))
            finally:
                with suppress(FileNotFoundError):
                    Path(temporary).unlink()
            # Also where it was there: who linked it may not have come to this yet.
            _sync(folder)
            return created

    def read(self, name: str) -> bytes | None:
        with self._faults():
            try:
                return self._file(name).read_bytes()
            except FileNotFoundError:
                return None

    def names(self) -> Iterator[str]:
        with self._faults():
            for file in self._path.glob("*/*"):
                if not file.name.startswith("."):
                    yield file.name

    def _file(self, name: str) -> Path:
        return self._path / name[:_SHARDED] / name

    def _make(self, folder: Path) -> None:
        for made in (self._path, folder):
            if not made.is_dir():
                with suppress(FileExistsError):
                    made.mkdir(mode=0o700)
                _sync(made.parent)

    @staticmethod
    def _link(temporary: str, file: Path) -> bool:
        """Unlike a rename, a link never takes the place of what is there (link(2), EEXIST)."""
        try:
            os.link(temporary, file)
        except FileExistsError:
            return False
        return True

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise EvidenceUnavailable(f"file://{self._path}: {error.strerror or error}") from error


def _sync(folder: Path) -> None:
    """A name in a folder is durable once the folder is (fsync(2))."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
