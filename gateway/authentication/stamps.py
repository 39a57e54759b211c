"""The border's word on a mail: its Authentication-Results (RFC 8601), told by their position.

A name proves nothing: whoever sends the mail can write it. What stands above the topmost Received
was written by whoever wrote that one, and that is the border (docs/security.md, fact 3).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

import authres

from gateway.authentication import signatures
from gateway.authentication.domains import aligned, normal, of_address
from gateway.authentication.fields import Block, Field
from gateway.authentication.signatures import Signature
from gateway.authentication.values import Authentication

FIELD_NAME: Final = "authentication-results"
_MOST: Final = 20
_LONGEST: Final = 16_000
_WITHOUT_POLICY: Final = frozenset({"none", "bestguesspass", "permerror"})
_NAME_BETWEEN: Final = re.compile(r"; ?[\w.-]+ ?(?=;|$)")
"""Exchange Online puts the recipient's domain between the results, which RFC 8601 has no place for;
what is taken out says nothing."""


@dataclass(frozen=True, slots=True)
class Result:
    """One method's result. Properties as `header.from`; method, result and names in lower case."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str:
        return next((value for key, value in self.properties if key == name), "")


class Unreadable(Exception):
    """A stamp of the border that cannot be parsed: it may say that the mail is forged."""


def judge(block: Block, sender: str, authserv_id: str, hops: int = 0) -> Authentication:
    """What the border says of a mail whose From is of the domain `sender`.

    Args:
        authserv_id: of the border; "" where a hosting stamps without a name.
        hops: how many Received of the hosting stand above its stamp.
    """
    try:
        results = list(stamped(block, authserv_id, hops))
    except Unreadable as error:
        return Authentication(reasons=(str(error),))
    who = authserv_id or "the hosting"
    if not results:
        return Authentication(reasons=(f"no stamp of {who}",))
    return _verdict(block, sender, who, results)


def stamped(block: Block, authserv_id: str, hops: int = 0) -> Iterator[Result]:
    """The results that the border stamped. Raises Unreadable."""
    for field in _in_place(block.fields, hops):
        yield from _results(field.value, authserv_id)


def _in_place(fields: Sequence[Field], hops: int) -> list[Field]:
    """The Authentication-Results fields that nobody else can have written.

    Those above the topmost Received; without any Received nothing tells where the border's fields
    end. A hosting writes its stamp right below its own Received and above all that the sender
    wrote, so that there the first field alone counts.
    """
    ends = [at for at, field in enumerate(fields) if field.name == "received"]
    if len(ends) < max(hops, 1):
        return []
    if not hops:
        return [field for field in fields[: ends[0]] if _is_stamp(field)][:_MOST]
    below = takewhile(lambda field: field.name != "received", fields[ends[hops - 1] + 1 :])
    return [field for field in below if field.name == FIELD_NAME][:1]


def _is_stamp(field: Field) -> bool:
    return field.name == FIELD_NAME and field.exact


def _results(value: bytes, authserv_id: str) -> Iterator[Result]:
    """Those of one field; none where it is another server's. Comments are skipped, quoted strings
    read, by authres."""
    text = " ".join(value.decode("utf-8", "surrogateescape").split())
    if not authserv_id:
        text = f"hosting; {_NAME_BETWEEN.sub('', text).rstrip('; ')}"
    try:
        if len(text) > _LONGEST:
            raise ValueError("too long")
        parsed = authres.AuthenticationResultsHeader.parse_value(text)
    except Exception as error:  # authres raises what it likes, RecursionError too
        if authserv_id and not normal(text).startswith(authserv_id):
            return
        raise Unreadable(f"a stamp of {authserv_id or 'the hosting'} cannot be read") from error
    if parsed.authserv_id != (authserv_id or "hosting"):
        return
    for result in parsed.results:
        properties = tuple((f"{p.type}.{p.name}", str(p.value or "")) for p in result.properties)
        yield Result(result.method, result.result, properties)


# --- what follows from them ------------------------------------------------------------------


def _verdict(block: Block, sender: str, who: str, results: Sequence[Result]) -> Authentication:
    policy = [result for result in results if result.method == "dmarc"]
    kinds = {result.result for result in policy}
    if "fail" in kinds:
        return Authentication(failed=True, reasons=(f"{who} stamped dmarc=fail",))
    good = [result for result in results if _speaks_for(result, sender)]
    if kinds == {"pass"}:
        if any(normal(of_address(r.get("header.from"))) != sender for r in policy):
            return Authentication(reasons=(f"{who} stamped dmarc=pass for another From",))
        return _proven(block, good, f"{who} stamped dmarc=pass for {sender}")
    if kinds <= _WITHOUT_POLICY and good:
        names = " and ".join(dict.fromkeys(f"{r.method}=pass" for r in good))
        return _proven(block, good, f"{who} stamped {names} for {sender}, without a DMARC policy")
    said = ", ".join(f"{r.method}={r.result}" for r in results[:10])
    return Authentication(reasons=(f"{who} stamped {said}: no proof of {sender}",))


def _speaks_for(result: Result, sender: str) -> bool:
    """An aligned DKIM or SPF that passed (RFC 7489, 3.1); of SPF the MAIL FROM alone."""
    if result.result != "pass":
        return False
    match result.method:
        case "dkim":
            return aligned(_signer(result), sender)
        case "spf":
            return aligned(of_address(result.get("smtp.mailfrom")), sender)
        case _:
            return False


def _signer(result: Result) -> str:
    return normal(result.get("header.d")) or of_address(result.get("header.i"))


def _proven(block: Block, good: Iterable[Result], reason: str) -> Authentication:
    reasons = [reason]
    quality = False
    for result in good:
        if result.method == "spf":
            quality = True
            reasons.append("SPF of the peer that delivered it is aligned")
            continue
        meant = _signatures_of(block, result)
        quality = quality or (bool(meant) and all(signatures.covers(s, block) for s in meant))
        reasons += [signatures.coverage(s, block) for s in meant]
    return Authentication(domain=True, quality=quality, reasons=tuple(dict.fromkeys(reasons)))


def _signatures_of(block: Block, result: Result) -> list[Signature]:
    """The signatures that a result may be about: by `header.b` one (RFC 6008), else every one of
    that domain and selector, all of which have to do."""
    signer = _signer(result)
    selector, digest = result.get("header.s"), result.get("header.b")
    every = [s for s in signatures.signatures(block) if s.domain == signer]
    if digest:
        return [s for s in every if s.digest.startswith(digest)]
    return [s for s in every if not selector or s.selector == selector]
