"""Lines of text as the sender typed them: breaks of clients (RFC 3676) and relays undone."""

from __future__ import annotations

import re
from typing import Final

# Postfix breaks a line at 998 octets by CRLF and a space (docs/security.md, fact 9). The line end
# comes first in the pattern, so that the lookbehind is tried at line ends alone.
_BROKEN_BY_RELAY: Final = re.compile(rb"\r\n (?<=[^\r\n]{990}\r\n )|\n (?<=[^\r\n]{990}\n )")


def unbroken(data: bytes) -> bytes:
    """Join what a relay broke: a command inside a long quoted line must not come to start one."""
    return _BROKEN_BY_RELAY.sub(b"", data)


def unflowed(text: str, *, delete_space: bool) -> str:
    """Text of `format=flowed` with its paragraphs on one line each (RFC 3676, 4). Linear."""
    lines: list[str] = []
    paragraph: list[str] = []
    depth = 0
    for raw in text.split("\n"):
        line_depth = len(raw) - len(raw.lstrip(">"))
        line = raw[line_depth:].removeprefix(" ")
        if paragraph and (line_depth != depth or line == "-- "):
            lines.append(_quoted(paragraph, depth))
            paragraph = []
        depth = line_depth
        soft = line.endswith(" ") and line != "-- "
        paragraph.append(line[:-1] if soft and delete_space else line)
        if not soft:
            lines.append(_quoted(paragraph, depth))
            paragraph = []
    if paragraph:
        lines.append(_quoted(paragraph, depth))
    return "\n".join(lines)


def _quoted(paragraph: list[str], depth: int) -> str:
    text = "".join(paragraph)
    return f"{'>' * depth} {text}" if depth else text
