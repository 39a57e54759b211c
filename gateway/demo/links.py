"""What a mail client writes when somebody taps a mailto: link (RFC 6068)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

_LINK = re.compile(r"<(mailto:[^>]+)>")


@dataclass(frozen=True, slots=True)
class Link:
    """The answer that a link opens; lines of `body` end in \\r\\n."""

    to: str
    subject: str
    body: str

    def commands(self, words: str) -> bool:
        """Whether its first line is this command, given without its #."""
        return self.body.partition("\r\n")[0].strip() == f"#{words}"


def links(text: str) -> list[Link]:
    """Those in the text part of a mail, in their order."""
    return [_link(address) for address in _LINK.findall(text)]


def without_targets(text: str) -> str:
    """The text as people look at it: where a link leads is long, and signed for one person."""
    return _LINK.sub("<…>", text)


def _link(address: str) -> Link:
    parts = urlsplit(address)
    fields = parse_qs(parts.query, keep_blank_values=True)
    subject, body = (fields.get(name, [""])[0] for name in ("subject", "body"))
    return Link(unquote(parts.path), subject, body)
