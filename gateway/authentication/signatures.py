"""What a DKIM signature says of itself (RFC 6376, 3.5), and what it covers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from dkim.util import InvalidTagValueList, parse_tag_value

from gateway.authentication.domains import normal
from gateway.authentication.fields import Block

FIELD_NAME: Final = "dkim-signature"
REQUIRED: Final = ("from", "subject", "date", "message-id")
"""What a signature has to cover for a binding act (docs/security.md, E4)."""
RECORDED: Final = (
    "to", "cc", "reply-to", "in-reply-to", "references",
    "mime-version", "content-type", "content-transfer-encoding",
)  # fmt: skip
"""What else is told, where the mail has it."""

_LONGEST: Final = 10_000
_MOST_SIGNED: Final = 200
# dkimpy's expressions are not linear in white space.
_WIDE_SPACE: Final = re.compile(rb"[ \t\r\n]{50}")
_SPACE: Final = re.compile(rb"[ \t\r\n]+")
_ALGORITHMS: Final = (b"rsa-sha256", b"ed25519-sha256")
"""RFC 8301, 3.1: rsa-sha1 is no signature any more."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One DKIM-Signature field. `signed` are the names of `h=` in lower case; `digest` is `b=`
    without white space; `part`: `l=` stands in it, so that text may have been added below."""

    index: int
    """Among the DKIM-Signature fields of the mail, from the top."""
    domain: str
    selector: str
    signed: tuple[str, ...]
    digest: str
    part: bool
    relaxed_body: bool


def signatures(block: Block) -> list[Signature]:
    """The well-formed signatures of a mail, from the top."""
    values = [field.value for field in block.fields if field.name == FIELD_NAME]
    read = [_signature(index, value) for index, value in enumerate(values)]
    return [signature for signature in read if signature is not None]


def _signature(index: int, value: bytes) -> Signature | None:
    if len(value) > _LONGEST or _WIDE_SPACE.search(value):
        return None
    try:
        tags = parse_tag_value(value)
    except (InvalidTagValueList, IndexError):
        return None
    try:
        text = {name.decode("ascii"): data.decode("ascii") for name, data in tags.items()}
    except UnicodeDecodeError:
        return None
    signed = tuple(name.strip().lower() for name in text.get("h", "").split(":"))
    if tags.get(b"a") not in _ALGORITHMS or len(signed) > _MOST_SIGNED:
        return None
    return Signature(
        index=index,
        domain=normal(text.get("d", "")),
        selector=text.get("s", ""),
        signed=signed,
        digest=_SPACE.sub(b"", tags.get(b"b", b"")).decode("ascii"),
        part="l" in text,
        relaxed_body=text.get("c", "").partition("/")[2] == "relaxed",
    )


def covers(signature: Signature, block: Block, names: tuple[str, ...] = REQUIRED) -> bool:
    """Whether the whole body and every field of these names is signed: a second Subject above the
    signed one is what people would read (RFC 6376, 8.15)."""
    return not signature.part and all(_covered(signature, block, name) for name in names)


def coverage(signature: Signature, block: Block) -> str:
    """What it covers, in words for the record."""
    names = (*REQUIRED, *(name for name in RECORDED if block.count(name)))
    covered = [name for name in names if _covered(signature, block, name)]
    bare = [name for name in names if name not in covered]
    words = f"the signature of {signature.domain} covers {', '.join(covered) or 'no field'}"
    if bare:
        words += f", not {', '.join(bare)}"
    return f"{words}; of the body only a part" if signature.part else words


def _covered(signature: Signature, block: Block, name: str) -> bool:
    return signature.signed.count(name) >= max(1, block.count(name))
