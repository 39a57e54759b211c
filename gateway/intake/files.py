"""Mails out of mbox files, Maildirs and single files, one at a time, for `import`.

Nothing raises: what cannot be read is a `Found` with a problem in place of a mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from gateway.intake.headers import envelope_sender
from gateway.values import Channel, Envelope, RawMail

_SEPARATOR = re.compile(rb"From (?P<sender>\S*).*\d\d:\d\d")
"""A line before a mail in an mbox; the time tells it from a sentence (RFC 4155, appendix A)."""
_QUOTED = re.compile(rb">+From ")
_PIECE = 65_536


@dataclass(frozen=True, slots=True)
class Found:
    """One mail of a file, or why there is none.

    `origin` names it for people (`box.mbox, mail 3`); `weight` is what it adds to `measure`'s
    progress, in octets.
    """

    origin: str
    weight: int
    original: bytes = b""
    """As it stands in the file; of an mbox without its separator and quoting."""
    separator_sender: str | None = None
    problem: str = ""

    def raw(self, desk: str, received_at: datetime) -> RawMail:
        """As if it had arrived for the desk, byte for byte: reading knows lines that end in LF."""
        sender = envelope_sender(self.original, self.separator_sender)
        envelope = Envelope(Channel.IMPORT, sender, (desk,), received_at)
        return RawMail(envelope, self.original)


def measure(paths: Iterable[Path]) -> int:
    """Octets of all files below the paths: the whole of a progress bar."""
    return sum(_size(file) for path in paths for file in _files(path))


def find(paths: Iterable[Path], max_size: int) -> Iterator[Found]:
    """All mails of the paths, in an order that is the same every time.

    A path is an mbox, a Maildir, a file of one mail, or a folder with `.eml` files below it.
    """
    for path in paths:
        empty = True
        for file in _files(path):
            empty = False
            yield from _read(file, max_size)
        if empty:
            reason = "no mails in it" if path.is_dir() else "no such file"
            yield Found(str(path), 0, problem=reason)


def split_separator(mail: bytes) -> tuple[str | None, bytes]:
    """The sender of a leading mbox separator line and what follows it; None where there is none."""
    first, _, rest = mail.partition(b"\n")
    found = _SEPARATOR.match(first)
    return (_sender(found), rest) if found else (None, mail)


def _sender(separator: re.Match[bytes]) -> str:
    return separator["sender"].decode("utf-8", "replace")


def _files(path: Path) -> Iterator[Path]:
    try:
        if not path.is_dir():
            yield from [path] if path.exists() else []
        elif (path / "cur").is_dir():
            # Names begin with the time of delivery: an answer comes after what it answers.
            yield from sorted([*_plain(path / "cur"), *_plain(path / "new")], key=lambda p: p.name)
        else:
            yield from sorted(_plain(path, "**/*.[eE][mM][lL]"))
    except OSError:
        return


def _plain(folder: Path, pattern: str = "*") -> Iterator[Path]:
    return (p for p in folder.glob(pattern) if p.is_file() and not p.name.startswith("."))


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _read(file: Path, max_size: int) -> Iterator[Found]:
    try:
        with file.open("rb") as lines:
            if _SEPARATOR.match(lines.readline(_PIECE)):
                lines.seek(0)
                yield from _mbox(lines, file, max_size)
            else:
                lines.seek(0)
                yield _one(lines.read(max_size + 1), file, max_size)
    except OSError as error:
        yield Found(str(file), _size(file), problem=error.strerror or "cannot be read")


def _one(mail: bytes, file: Path, max_size: int) -> Found:
    if len(mail) > max_size:
        return Found(str(file), _size(file), problem=_too_large(max_size))
    if not mail.strip():
        return Found(str(file), len(mail), problem="the file is empty")
    return Found(str(file), len(mail), mail)


def _too_large(max_size: int) -> str:
    return f"larger than {max_size} octets (max_size)"


class _Box:
    """The mail of an mbox that is being read."""

    def __init__(self, origin: str, separator: bytes, found: re.Match[bytes]) -> None:
        self._origin = origin
        self._sender = _sender(found)
        self._weight = len(separator)
        self._mail = bytearray()

    def add(self, line: bytes, max_size: int, *, begins: bool) -> None:
        self._weight += len(line)
        if self._weight > max_size:
            self._mail.clear()
        else:
            self._mail += line[1:] if begins and _QUOTED.match(line) else line

    def found(self, max_size: int) -> Found:
        if self._weight > max_size:
            return Found(self._origin, self._weight, problem=_too_large(max_size))
        mail = bytes(self._mail)
        for end in (b"\r\n", b"\n"):
            if mail.endswith(b"\n" + end):
                mail = mail[: -len(end)]  # the empty line before the next separator is the mbox's
                break
        return Found(self._origin, self._weight, mail, self._sender)


def _mbox(lines: BinaryIO, file: Path, max_size: int) -> Iterator[Found]:
    box: _Box | None = None
    count, begins, after_empty = 0, True, True
    while piece := lines.readline(_PIECE):
        separator = _SEPARATOR.match(piece) if begins and after_empty else None
        if separator:
            if box:
                yield box.found(max_size)
            count += 1
            box = _Box(f"{file}, mail {count}", piece, separator)
        elif box:
            box.add(piece, max_size, begins=begins)
        after_empty = begins and piece in (b"\n", b"\r\n")
        begins = piece.endswith(b"\n")
    if box:
        yield box.found(max_size)
