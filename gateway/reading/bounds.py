"""How much of a mail is read (docs/security.md, Limits): what follows is kept and not looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Bounds:
    """`[limits]` of gateway.toml that concern reading; the defaults are those of the settings."""

    header_block: int = 100_000
    """Octets; a mail with a longer one is evidence alone."""
    new_text: int = 1_000_000
    """Characters of the first text, from which new text and commands are read."""
    nesting: int = 50
    """Multiparts within multiparts."""
    parts: int = 500
    addresses: int = 1_000
    """In one field, and in To, Cc and Reply-To together before the mail is called odd."""
    hops: int = 50
    """Received fields; a mail with more is in a loop, and evidence alone."""
    automatic_hops: int = 40
    """Received fields; a mail with more counts as automatic."""


STANDARD: Final = Bounds()
