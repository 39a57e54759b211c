"""Bytes to text by a ladder that never raises: as declared, as UTF-8, as guessed, and at last
somehow.

Only the charsets of `_LABELS` are ever used, never whatever Python has a codec for: `utf-7` and
`unicode_escape` turn harmless bytes into a command that no other reader of the mail sees
(docs/security.md, fact 8).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import charset_normalizer

# Python codec: the labels that mean it, as the Encoding Standard (encoding.spec.whatwg.org, 4.2)
# reads them where that is wider than the name says: much that calls itself iso-8859-1 or gb2312 is
# cp1252 or gb18030.
_LABELS: Final = {
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8 unicode-2-0-utf-8 65001 cp65001",
    "ascii": "us-ascii ascii ansi-x3.4-1968 ansi-x3.4-1986 iso646-us 646 us cp367",
    "cp1252": "iso-8859-1 iso8859-1 iso88591 latin1 latin-1 l1 cp819 windows-1252 cp1252 1252",
    "iso8859-2": "iso-8859-2 iso8859-2 latin2 latin-2 l2",
    "iso8859-3": "iso-8859-3 iso8859-3 latin3",
    "iso8859-4": "iso-8859-4 iso8859-4 latin4",
    "iso8859-5": "iso-8859-5 iso8859-5 cyrillic",
    "iso8859-6": "iso-8859-6 iso8859-6 arabic iso-8859-6-i iso-8859-6-e",
    "iso8859-7": "iso-8859-7 iso8859-7 greek",
    "iso8859-8": "iso-8859-8 iso8859-8 hebrew iso-8859-8-i iso-8859-8-e",
    "cp1254": "iso-8859-9 iso8859-9 latin5 windows-1254 cp1254",
    "iso8859-10": "iso-8859-10 iso8859-10 latin6",
    "cp874": "iso-8859-11 iso8859-11 tis-620 tis620 windows-874 cp874 dos-874",
    "iso8859-13": "iso-8859-13 iso8859-13",
    "iso8859-14": "iso-8859-14 iso8859-14",
    "iso8859-15": "iso-8859-15 iso8859-15 latin9 latin-9 l9",
    "iso8859-16": "iso-8859-16 iso8859-16",
    "cp1250": "windows-1250 cp1250 ansi-1250 1250",
    "cp1251": "windows-1251 cp1251 ansi-1251 1251",
    "cp1253": "windows-1253 cp1253",
    "cp1255": "windows-1255 cp1255",
    "cp1256": "windows-1256 cp1256",
    "cp1257": "windows-1257 cp1257",
    "cp1258": "windows-1258 cp1258",
    "koi8-r": "koi8-r koi8 koi cskoi8r",
    "koi8-u": "koi8-u koi8-ru",
    "mac_roman": "macintosh mac-roman mac",
    "mac_cyrillic": "mac-cyrillic mac-ukrainian",
    "cp437": "ibm437 cp437 437",
    "cp850": "ibm850 cp850 850",
    "cp852": "ibm852 cp852 852",
    "cp866": "ibm866 cp866 866",
    "gb18030": "gb18030 gbk gb2312 gb-2312-80 csgb2312 euc-cn cp936 ms936 windows-936 936 chinese",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 cp950 windows-950 950",
    "cp932": "shift-jis sjis ms-kanji csshiftjis windows-31j cp932 ms932 932",
    "euc_jp": "euc-jp eucjp cseucpkdfmtjapanese",
    "iso2022_jp_ext": "iso-2022-jp iso-2022-jp-1 iso-2022-jp-2 iso-2022-jp-ms csiso2022jp cp50220",
    "cp949": "euc-kr ks-c-5601-1987 ks-c-5601-1989 ksc5601 cp949 windows-949 949 korean uhc",
}
_CODECS: Final = {label: codec for codec, labels in _LABELS.items() for label in labels.split()}
_SHIFTING: Final = frozenset({"iso2022_jp_ext"})
"""Codecs in which bytes below 0x80 may mean something else than ASCII."""

_SHIFT: Final = b"\x1b$"

_SHOWN_ONLY: Final = {"utf-7": "utf-7", "unicode-1-1-utf-7": "utf-7"}
"""For header fields, which hold no commands."""
_NEVER_CERTAIN: Final = {
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "iso-2022-kr": "iso2022_kr",
}
"""Bytes below 0x80 mean something else in them; not every client reads them at all."""

_GUESSED: Final = "cp1252 cp1250 cp1251 cp1253 koi8_r gb18030 big5hkscs cp932 euc_jp cp949".split()
_GUESSED_FROM: Final = 4096
"""Bytes: the guess costs some 10 ms a kilobyte on hostile input and is no better for more."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """`certain`: the charset is allowed, and the bytes are valid in it."""

    text: str
    certain: bool
    known: bool


def codec_of(label: str) -> str | None:
    """The Python codec of a charset label (RFC 2045, 5.1), or None where it is not on the list."""
    name = _plain(label)
    return _CODECS.get(name) or _CODECS.get(name.removeprefix("x-").removeprefix("x-"))


def _plain(label: str) -> str:
    return label.strip(" \t\"'").lower().replace("_", "-").partition(" ")[0]


def decode_shown(data: bytes, label: str) -> str:
    """As `decode`, for text that is shown and never read for commands."""
    codec = _SHOWN_ONLY.get(_plain(label))
    return data.decode(codec, "replace") if codec else decode(data, label).text


def decode(data: bytes, label: str | None = None) -> Decoded:
    """`data` as text, whatever it is. `label` None: nothing was declared. Never raises."""
    if label and (rare := _NEVER_CERTAIN.get(_plain(label))):
        return Decoded(data.decode(rare, "replace"), certain=False, known=False)
    codec = codec_of(label) if label else None
    known = codec is not None or not label
    if data.isascii() and codec not in _SHIFTING and (label or _SHIFT not in data):
        return Decoded(data.decode("ascii"), certain=known, known=known)
    if codec is not None and (text := _strict(data, codec)) is not None:
        return Decoded(text, certain=True, known=True)
    if not data.isascii() and (text := _strict(data, "utf-8")) is not None:
        return Decoded(text, certain=not label, known=known)
    return Decoded(_somehow(data, codec), certain=False, known=known)


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeError:
        return None


def _somehow(data: bytes, declared: str | None) -> str:
    """What declares nothing narrower than ASCII is guessed; else the faults are marked."""
    if declared in (None, "ascii", "utf-8"):
        guessed = guess(data)
        if guessed is not None and (text := _strict(data, guessed)) is not None:
            return text
    if declared in (None, "ascii", "cp1252"):
        text = _strict(data, "cp1252")
        return data.decode("latin-1") if text is None else text
    return data.decode(declared, "replace")


def guess(data: bytes) -> str | None:
    """The codec, of those allowed, that undeclared bytes are likely in; None without a guess."""
    sample = _telling(data)
    if _SHIFT in sample:
        return "iso2022_jp_ext"
    try:
        best = charset_normalizer.from_bytes(sample, cp_isolation=_GUESSED).best()
    except Exception:  # noqa: BLE001 - a guess may fail in any way, then there is none
        return None
    codec = codec_of(best.encoding) if best else None
    return _latin(sample) if codec in ("cp1250", "cp1252") else codec


def _latin(sample: bytes) -> str:
    """Central or Western: the bytes of ě ř š ž ť against those of à ê; the library cannot tell."""
    central = sum(map(sample.count, (b"\xec", b"\xf8", b"\x9a", b"\x9e", b"\x9d")))
    western = sum(map(sample.count, (b"\xe0", b"\xea")))
    return "cp1250" if central > western else "cp1252"


_NOT_ASCII: Final = re.compile(rb"[^\x00-\x7f]|\x1b")


def _telling(data: bytes) -> bytes:
    """A small sample from near the first byte that tells anything; no character is torn."""
    found = _NOT_ASCII.search(data)
    start = max(found.start() - 64, 0) if found else 0
    sample = data[start : start + _GUESSED_FROM]
    whole_lines = sample[: sample.rfind(b"\n") + 1]
    return whole_lines if len(sample) == _GUESSED_FROM and whole_lines else sample
