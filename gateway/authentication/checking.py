"""DKIM, SPF and DMARC checked here, where no border has stamped (RFC 6376, 7208, 7489)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.authentication import dkim_check, signatures
from gateway.authentication.domains import aligned, of_address
from gateway.authentication.fields import Block
from gateway.authentication.policy import Policy, policy
from gateway.authentication.resolver import DnsTrouble, Lookups
from gateway.authentication.signatures import Signature
from gateway.authentication.spf_check import spf_passes
from gateway.authentication.values import Authentication
from gateway.values import Envelope

_MOST_CHECKED: Final = 4
"""Signatures of the sender's domain; more are no ordinary mail."""


@dataclass(frozen=True, slots=True)
class Passed:
    """One aligned identifier that passed: of a signature, or of SPF where there is none."""

    domain: str
    quality: bool
    reasons: tuple[str, ...]
    signature: Signature | None = None


class _Checks:
    """What was found so far, and whether something could not be looked at."""

    def __init__(self) -> None:
        self.passed: list[Passed] = []
        self.reasons: list[str] = []
        self.trouble = False

    def missed(self, error: DnsTrouble | dkim_check.NotChecked) -> None:
        self.trouble = True
        self.reasons.append(str(error))


def check(
    body: bytes, block: Block, sender: str, envelope: Envelope, lookups: Lookups, *, border: bool
) -> Authentication:
    """What can be shown here of a mail whose From is of the domain `sender`.

    Args:
        border: the mail was handed on by our own border, so that SPF would judge the border.
    """
    signed = [s for s in signatures.signatures(block) if aligned(s.domain, sender)]
    direct = not border and envelope.peer is not None
    if not signed and not direct:
        return Authentication(reasons=(f"no signature of {sender}, and no stamp of a border",))
    checks = _Checks()
    for signature in signed[:_MOST_CHECKED]:
        _dkim(checks, signature, block, body, lookups)
    if direct and aligned(of_address(envelope.mail_from), sender):
        _spf(checks, envelope, lookups)
    if not checks.passed and not direct:
        return Authentication(reasons=tuple(checks.reasons))
    try:
        found = policy(sender, lookups)
    except DnsTrouble as error:
        checks.missed(error)
        return Authentication(reasons=tuple(checks.reasons))
    return _verdict(checks, found, sender, direct=direct)


def _dkim(
    checks: _Checks, signature: Signature, block: Block, body: bytes, lookups: Lookups
) -> None:
    try:
        key = dkim_check.verified(signature, block, body, lookups)
    except (DnsTrouble, dkim_check.NotChecked) as error:
        checks.missed(error)
        return
    except dkim_check.Unproven as error:
        checks.reasons.append(f"the signature of {signature.domain} proves nothing: {error}")
        return
    told = (signatures.coverage(signature, block), f"its key {key}")
    quality = signatures.covers(signature, block)
    checks.passed.append(Passed(signature.domain, quality, told, signature))


def _spf(checks: _Checks, envelope: Envelope, lookups: Lookups) -> None:
    try:
        result = spf_passes(envelope, lookups)
    except DnsTrouble as error:
        checks.missed(error)
        return
    if result == "pass":
        reason = f"SPF of the peer {envelope.peer} is aligned"
        checks.passed.append(Passed(of_address(envelope.mail_from), True, (reason,)))
    else:
        checks.reasons.append(f"SPF says {result} of the peer {envelope.peer}")


def _verdict(checks: _Checks, found: Policy | None, sender: str, *, direct: bool) -> Authentication:
    """With a policy its modes of alignment hold; a mail that passes none has failed it, unless
    SPF could not be asked or the DNS was silent (RFC 7489, 6.6.2)."""
    passed = [p for p in checks.passed if found is None or _in_mode(p, found, sender)]
    if passed:
        with_policy = "its DMARC policy is kept" if found else "it has no DMARC policy"
        reasons = (f"{sender} is proven; {with_policy}", *_told(passed))
        return Authentication(True, any(p.quality for p in passed), False, reasons)
    failed = found is not None and direct and not checks.trouble
    reason = f"it fails the DMARC policy of {sender}" if failed else f"no proof of {sender}"
    return Authentication(failed=failed, reasons=(reason, *checks.reasons))


def _in_mode(passed: Passed, found: Policy, sender: str) -> bool:
    strict = found.strict_spf if passed.signature is None else found.strict_dkim
    return aligned(passed.domain, sender, strict=strict)


def _told(passed: Sequence[Passed]) -> tuple[str, ...]:
    return tuple(reason for p in passed for reason in p.reasons)
