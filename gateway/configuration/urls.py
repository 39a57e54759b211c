"""The addresses of servers, folders and databases in gateway.toml. A secret in one is a fault.

Validation passes the home as context, `{"home": Path}`: relative paths are meant from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, quote, unquote, urlsplit

from pydantic import ValidationInfo

from gateway.configuration import scalars
from gateway.configuration.scalars import TcpAddress, Unfit, shown

_PORTS = {"smtp": 25, "smtps": 465, "imap": 143, "imaps": 993}


@dataclass(frozen=True, slots=True)
class Maildir:
    """A folder that gets each outgoing mail as a file."""

    path: Path


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server. `tls`: from the first byte; without it STARTTLS is used where offered."""

    tls: bool
    host: str
    port: int
    user: str | None = None
    folder: str = ""
    """Of a mailbox; "" for a server that mail is sent to."""

    def __str__(self) -> str:
        """For people and logs."""
        user = f"{self.user}@" if self.user else ""
        folder = f"/{self.folder}" if self.folder else ""
        return f"{user}{self.host}:{self.port}{folder}"


def existing_file(value: object, info: ValidationInfo) -> Path:
    """A file that can be read now."""
    path = _from_home(_text(value, "a file"), info)
    try:
        path.open("rb").close()
    except OSError as error:
        raise Unfit(
            f"{path} cannot be read: {error.strerror}", "name a file that is there"
        ) from None
    return path


def listener_or_socket(value: object, info: ValidationInfo) -> TcpAddress | Path:
    """ "127.0.0.1:8024", or the path of a Unix socket."""
    text = _text(value, "a place to listen").removeprefix("unix:")
    if ":" in text:
        return scalars.listener(text)
    return _from_home(text, info)


def database(value: object, info: ValidationInfo) -> str:
    """For SQLAlchemy: `sqlite:///` and an absolute path, or `postgresql+psycopg://`."""
    text = _text(value, "a database")
    split = _split(text, ("sqlite", "postgresql", "postgresql+psycopg"))
    if split.scheme == "sqlite":
        return f"sqlite:///{_from_home(_sqlite_path(text), info)}"
    _without_password(split)
    return "postgresql+psycopg://" + text.partition("://")[2]


def _sqlite_path(text: str) -> str:
    path = text.removeprefix("sqlite:///")
    if path == text or path in ("", ":memory:") or "?" in path:
        raise Unfit(f"{shown(text)} names no database file", 'write it as "sqlite:///gateway.db"')
    return path


def evidence(value: object, info: ValidationInfo) -> str:
    """ "database", `s3://bucket/prefix`, or `file://` and an absolute path."""
    text = _text(value, "a place for evidence")
    if text == "database":
        return text
    split = _split(text, ("s3", "file"))
    if split.scheme == "s3" and not split.netloc:
        raise Unfit(f"{shown(text)} names no bucket", 'write it as "s3://bucket/prefix"')
    if split.scheme == "s3":
        _without_password(split)
        return text
    return f"file://{quote(str(_from_home(unquote(text.removeprefix('file://')), info)))}"


def delivery(value: object, info: ValidationInfo) -> Maildir | Server:
    """`maildir:FOLDER`, `smtp://host:port` or `smtps://user@host:port`."""
    text = _text(value, "a way to deliver")
    if text.startswith("maildir:"):
        folder = text.removeprefix("maildir:").removeprefix("//")
        if not folder:
            raise Unfit(f"{shown(text)} names no folder", 'write it as "maildir:outgoing"')
        return Maildir(_from_home(folder, info))
    return _server(text, ("smtp", "smtps"), ("maildir",))


def imap(value: object) -> Server:
    """`imaps://user@host/FOLDER`; the folder is INBOX where none is named."""
    server = _server(_text(value, "a mailbox"), ("imap", "imaps"))
    if server.user is None:
        raise Unfit(f"{shown(value)} names no user", 'write it as "imaps://user@host/INBOX"')
    return server


def _server(text: str, schemes: tuple[str, ...], also: tuple[str, ...] = ()) -> Server:
    split = _split(text, schemes, also)
    _without_password(split)
    try:
        port = split.port
    except ValueError:
        raise Unfit(f"{shown(text)} has no port that can be") from None
    if not split.hostname:
        raise Unfit(f"{shown(text)} names no host", f'write it as "{split.scheme}://host"')
    reads = split.scheme.startswith("imap")
    return Server(
        tls=split.scheme.endswith("s"),
        host=split.hostname,
        port=port or _PORTS[split.scheme],
        user=unquote(split.username) if split.username else None,
        folder=(unquote(split.path.strip("/")) or "INBOX") if reads else "",
    )


def _split(text: str, schemes: tuple[str, ...], also: tuple[str, ...] = ()) -> SplitResult:
    try:
        split = urlsplit(text)
    except ValueError as error:
        raise Unfit(f"{shown(text)} is no URL: {error}") from None
    if split.scheme not in schemes:
        known = (*schemes, *also)
        raise Unfit(f"{shown(split.scheme)} begins no URL that is meant here", _or(known))
    return split


def _or(schemes: tuple[str, ...]) -> str:
    return f"begin it with {', '.join(schemes[:-1])} or {schemes[-1]}"


def _without_password(split: SplitResult) -> None:
    if split.password is not None:
        raise Unfit(
            "a password stands in the file",
            "take it out and say where it is: password_env, password_file or oauth2",
        )


def _from_home(path: str, info: ValidationInfo) -> Path:
    home: Path = (info.context or {}).get("home", Path())
    return home.absolute() / path


def _text(value: object, what: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Unfit(f"{shown(value)} is no {what.split(' ', 1)[1]}", "write it as text")
    return value.strip()
