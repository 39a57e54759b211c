"""Verifying one DKIM signature by dkimpy, which is guarded: its time depends on the mail."""

from __future__ import annotations

import re
from typing import Final

import dkim

from gateway.authentication.fields import Block
from gateway.authentication.resolver import Lookups
from gateway.authentication.signatures import Signature

LARGEST_BODY: Final = 50_000_000
MOST_SPACES: Final = 5_000_000
"""White space of a body, each run of which costs dkimpy an object."""
LONGEST_KEY: Final = 1_500
"""Octets of a key's record; RSA of 4,096 bits takes 750. A larger one costs the time of its size
cubed (RFC 8301, 3.2)."""

_TRAILING_SPACE: Final = re.compile(rb"(?<![\t ])[\t ]++(?=\r\n)")


class Unproven(Exception):
    """The signature does not verify, and never will."""


class NotChecked(Exception):
    """The signature cannot be checked here: it neither proves anything nor has it failed."""


class _Silent:
    """dkimpy logs what a stranger wrote; the reasons say what matters."""

    def _nothing(self, *_: object) -> None:
        """Nowhere."""

    debug = info = warning = error = _nothing

    def isEnabledFor(self, _level: int) -> bool:
        return False


def verified(signature: Signature, block: Block, raw: bytes, lookups: Lookups) -> str:
    """The record of the key that the signature verifies with, and its name.

    Raises Unproven, DnsTrouble where the key cannot be had now, and NotChecked of an Ed25519
    signature where its library is not installed (RFC 8463; senders sign by RSA too).
    """
    if not block.whole or "from" not in signature.signed:
        raise Unproven("it does not cover From" if block.whole else "a header line is malformed")
    name = f"{signature.selector}._domainkey.{signature.domain}"
    key = _key(name, lookups)
    signer = dkim.DKIM(logger=_Silent())
    signer.headers, _ = dkim.rfc822_parse(block.octets)
    signer.body = _body(raw[block.body_at :], relaxed=signature.relaxed_body)
    try:
        good = signer.verify(idx=signature.index, dnsfunc=lambda _name, timeout=0: key)  # noqa: ARG005
    except dkim.NaClNotFoundError as error:
        raise NotChecked(f"the Ed25519 signature of {signature.domain} is not checked") from error
    except Exception as error:  # dkimpy raises what it likes about what strangers write
        raise Unproven(_words(error)) from error
    if not good:
        raise Unproven("it does not fit the mail")
    return f"{name}: {key.decode('ascii', 'replace')}"


def _key(name: str, lookups: Lookups) -> bytes:
    keys = [record for record in lookups(name, "TXT") if b"p=" in record]
    if len(keys) != 1:
        raise Unproven(f"{name} has {len(keys) or 'no'} keys")
    if len(keys[0]) > LONGEST_KEY:
        raise Unproven(f"the key {name} is too long")
    return bytes(keys[0])


def _body(body: bytes, *, relaxed: bool) -> bytes:
    """The body with CRLF line ends, in linear time brought to where dkimpy's own canonical form
    (RFC 6376, 3.4.3 and 3.4.4), which is the same, takes linear time too."""
    if len(body) > LARGEST_BODY:
        raise Unproven("the mail is too large to check")
    body = body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    if relaxed:
        if body.count(b" ") + body.count(b"\t") > MOST_SPACES:
            raise Unproven("the mail has too much white space to check")
        body = _TRAILING_SPACE.sub(b"", body)
    end = len(body.rstrip(b"\r\n"))
    tail = body[end:]
    if tail.endswith(b"\r\n") and b"\r\r" not in tail:
        return body[:end] + b"\r\n" if end else b""
    return body


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
