"""Characters that look like others or like nothing, so that a reader sees what no program reads.

A full-width ＃, a Cyrillic а in a Latin word, a zero-width character inside one or a bidirectional
override hides a command from its sender, or shows one that is none (security.md, fact 8).
"""

from __future__ import annotations

import re

_INVISIBLE = "\u00ad\u034f\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff"
_TAGS = "\U000e0000-\U000e007f"
_OVERRIDE = re.compile("[\u202d\u202e]")
_UNSEEN = re.compile(f"[{_INVISIBLE}{_TAGS}]")
_UNSEEN_IN_WORD = re.compile(f"[#A-Za-z0-9][{_INVISIBLE}{_TAGS}]+(?=[A-Za-z0-9])")
_COMMAND_LIKE = re.compile(f"[ \\t\xa0{_INVISIBLE}{_TAGS}]*[#\uff03\ufe5f]")
_BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LATIN = re.compile(r"[A-Za-z]")
_LIKE_LATIN = re.compile(r"[\u0370-\u03ff\u0400-\u052f\uff01-\uff5e]")

_FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {0xFE5F: "#"}
_CYRILLIC = dict(
    zip(map(ord, "аеорсухіјѕԁһԛԝАВЕКМНОРСТХ"), "aeopcyxijsdhqwABEKMHOPCTX", strict=True)
)


def plain(text: str) -> str:
    """`text` without invisible characters, what looks like ASCII in a command's line as ASCII."""
    seen = _UNSEEN.sub("", text)
    return "".join(_plain_line(line) for line in seen.splitlines(keepends=True))


def suspicious(text: str) -> bool:
    """Whether `text` may show its reader other words or another command than a program reads."""
    if text.isascii():
        return False
    if _OVERRIDE.search(text) or _UNSEEN_IN_WORD.search(text):
        return True
    return any(_disguised(line) for line in text.splitlines())


def _plain_line(line: str) -> str:
    if not _COMMAND_LIKE.match(line):
        return line
    line = line.translate(_FULL_WIDTH)
    return line.translate(_CYRILLIC) if _LATIN.search(line) else line


def _disguised(line: str) -> bool:
    """Whether a line that looks like a command is not the one that it looks like."""
    found = _COMMAND_LIKE.match(line)
    if found is None:
        return False
    word = line[found.end() :].split(" ", 1)[0][:100]
    if not found[0].endswith("#") or _BIDI.search(found[0] + word):
        return bool(word)
    return _LATIN.search(word) is not None and _LIKE_LATIN.search(word) is not None
