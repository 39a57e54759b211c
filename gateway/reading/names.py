"""File names of attachments: safe to show and to write, and the same each time the mail is read."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_LONGEST: Final = 180
"""Octets of UTF-8: a number and a prefix still fit into the 255 of a file system."""

_UNSAFE: Final = re.compile(r'[<>:"|?*\s]+')
_RESERVED: Final = re.compile(
    r"(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(?:\.|$)", re.IGNORECASE
)
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Unicode categories without a shape: controls, bidi marks, zero-width, surrogates."""

# What mail brings; written down since the table of the standard library differs by machine.
_SUFFIXES: Final = {
    "application/gzip": ".gz",
    "application/json": ".json",
    "application/ms-tnef": ".dat",
    "application/msword": ".doc",
    "application/octet-stream": ".bin",
    "application/pdf": ".pdf",
    "application/pgp-encrypted": ".asc",
    "application/pgp-keys": ".asc",
    "application/pgp-signature": ".asc",
    "application/pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "application/rtf": ".rtf",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.ms-outlook": ".msg",
    "application/vnd.ms-powerpoint": ".ppt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/x-pkcs7-mime": ".p7m",
    "application/x-pkcs7-signature": ".p7s",
    "application/xml": ".xml",
    "application/zip": ".zip",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "image/bmp": ".bmp",
    "image/gif": ".gif",
    "image/heic": ".heic",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/tiff": ".tif",
    "image/webp": ".webp",
    "message/global": ".eml",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/css": ".css",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/markdown": ".md",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "text/xml": ".xml",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
}


def suffix(media_type: str) -> str:
    """The usual ending for a media type; .txt for other text and reports, .bin for the rest."""
    default = ".txt" if media_type.startswith(("text/", "message/")) else ".bin"
    return _SUFFIXES.get(media_type, default)


def unnamed(media_type: str, number: int) -> str:
    """The name of the part without a name that stands at `number` in the mail: `part-2.png`."""
    return f"part-{number}{suffix(media_type)}"


def safe(name: str) -> str:
    """`name` as one path component that every file system takes; "" where nothing is left."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = "".join(
        char for char in name if unicodedata.category(char) not in _HIDDEN or char == "\t"
    )
    name = _UNSAFE.sub(_stand_in, name).strip(" .")
    if _RESERVED.match(name):
        name = f"_{name}"
    return _shortened(name)


def _stand_in(found: re.Match[str]) -> str:
    return " " if found[0].isspace() else "_"


def _shortened(name: str) -> str:
    """At most `_LONGEST` octets, the ending kept where it is one."""
    if len(name.encode()) <= _LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending.encode()) > 16:
        stem, dot, ending = name, "", ""
    room = _LONGEST - len((dot + ending).encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") + dot + ending


def distinct(names: list[str]) -> list[str]:
    """The same names, numbered where they would overwrite another: `scan.pdf`, `scan-2.pdf`."""
    taken: set[str] = set()
    last: dict[str, int] = {}
    unique = []
    for name in names:
        candidate = name
        while candidate.casefold() in taken:
            last[name] = last.get(name, 1) + 1
            stem, dot, ending = name.rpartition(".")
            candidate = (
                f"{stem or ending}-{last[name]}{dot}{ending}" if stem else f"{name}-{last[name]}"
            )
        taken.add(candidate.casefold())
        unique.append(candidate)
    return unique
