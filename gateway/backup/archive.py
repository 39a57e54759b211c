"""The file of a backup: a gzipped tar of a manifest, the database and the files of the home.

manifest.json   {"format": 1, "made_at", "revision", "rows": {table: count},
                 "lost": [names of mails whose bytes were nowhere],
                 "files": {name: {"size", "sha256"}}}
gateway.db      all rows as an SQLite database, bytes of mails included, whatever they came from
gateway.toml, people.yaml, rules/..., templates/...
"""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from hashlib import file_digest, sha256
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "gateway.db"
FILES = ("gateway.toml", "people.yaml")
FOLDERS = ("rules", "templates")
_CHUNK = 1 << 20

Progress = Callable[[str, int, int], None]
"""Called with what is done, how much of it by now, and how much it is in all."""


class Unfit(Exception):
    """The file is no backup that this version can read, or was damaged."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in the file, and what it is to be compared with. `lost` are mails that the store
    named and whose bytes were missing or altered when the copy was made."""

    made_at: str
    revision: str
    rows: Mapping[str, int]
    lost: tuple[str, ...] = ()
    files: Mapping[str, Mapping[str, int | str]] = field(default_factory=dict)
    format: int = FORMAT


def members(home: Path) -> Iterator[Path]:
    """The files of a home that are an installation's own."""
    for name in FILES:
        if (home / name).is_file():
            yield home / name
    for name in FOLDERS:
        yield from (path for path in sorted((home / name).rglob("*")) if path.is_file())


# --- writing -----------------------------------------------------------------------------------


def write(file: Path, manifest: Manifest, sources: Mapping[str, Path], progress: Progress) -> None:
    """A new file of mode 0600, complete and on the disk before it has its name.

    Raises FileExistsError; `sources` are the members by their names.
    """
    partial = file.with_name(f".{file.name}.part")
    with suppress(FileNotFoundError):
        partial.unlink()  # of a process that was killed
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            _write(stream, manifest, sources, progress)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(partial, file)  # unlike a rename it takes no other file's place
    finally:
        partial.unlink()
    _sync(file.parent)


def _write(
    stream: IO[bytes], manifest: Manifest, sources: Mapping[str, Path], progress: Progress
) -> None:
    said = {name: _said(path) for name, path in sources.items()}
    whole, done = sum(path.stat().st_size for path in sources.values()), 0
    with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=1) as tar:
        text = json.dumps({**asdict(manifest), "files": said}, indent=1).encode()
        tar.addfile(_entry(MANIFEST, len(text)), BytesIO(text))
        for name, path in sources.items():
            with path.open("rb") as body:
                tar.addfile(_entry(name, path.stat().st_size), body)
            done += path.stat().st_size
            progress("packing", done, whole)


def _said(path: Path) -> dict[str, int | str]:
    with path.open("rb") as body:
        return {"size": path.stat().st_size, "sha256": file_digest(body, "sha256").hexdigest()}


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


# --- reading -----------------------------------------------------------------------------------


def unpack(file: Path, folder: Path, progress: Progress) -> Manifest:
    """Every member into the empty folder, each compared with the manifest. Raises Unfit."""
    with _faults(file), tarfile.open(file, "r:gz") as tar:
        manifest = _manifest(tar)
        whole, done = sum(int(said["size"]) for said in manifest.files.values()), 0
        left = dict(manifest.files)
        while (entry := tar.next()) is not None:
            said = left.pop(entry.name, None)
            body = tar.extractfile(entry)
            if said is None or body is None or not _is_ours(entry.name):
                raise Unfit(f"it has a member that does not belong there: {entry.name}")
            target = folder / entry.name
            target.parent.mkdir(parents=True, exist_ok=True)
            if _copy(body, target) != said["sha256"]:
                raise Unfit(f"{entry.name} in it was altered")
            done += int(said["size"])
            progress("unpacking", done, whole)
        if left:
            raise Unfit(f"it ends before {', '.join(sorted(left))}")
    return manifest


@contextmanager
def _faults(file: Path) -> Iterator[None]:
    try:
        yield
    except Unfit as unfit:
        raise Unfit(f"{file}: {unfit}") from unfit
    except (tarfile.TarError, EOFError, ValueError, KeyError, TypeError) as error:
        raise Unfit(f"{file} is no whole backup: {error}") from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise Unfit(f"{file} is no whole backup: {error}") from error  # gzip.BadGzipFile


def _manifest(tar: tarfile.TarFile) -> Manifest:
    first = tar.next()
    body = tar.extractfile(first) if first is not None and first.name == MANIFEST else None
    if body is None:
        raise Unfit("it is no backup of Deskpost")
    said = json.loads(body.read())
    if said["format"] != FORMAT:
        raise Unfit(f"it is of format {said['format']}, which a newer version can read")
    return Manifest(**{**said, "lost": tuple(said["lost"])})


def _is_ours(name: str) -> bool:
    """No member leaves the folder, whatever the file says."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        return False
    return name in (*FILES, DATABASE) or (path.parts[0] in FOLDERS and len(path.parts) > 1)


def _copy(body: IO[bytes], target: Path) -> str:
    hashed = sha256()
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        while chunk := body.read(_CHUNK):
            hashed.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return hashed.hexdigest()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
