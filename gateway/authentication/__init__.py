"""Proof of a mail's sender: the border's stamps, or DKIM, SPF and DMARC checked here.

docs/security.md, E1 and E4. What proves nothing is unverified, never an error.
"""

from __future__ import annotations

import ipaddress

import structlog

from gateway.authentication import checking, stamps
from gateway.authentication.domains import of_address
from gateway.authentication.fields import BLOCK_LIMIT, split
from gateway.authentication.resolver import Lookups, Resolver, system_resolver
from gateway.authentication.values import Authentication
from gateway.configuration.settings import Trust
from gateway.values import Envelope, ParsedMail

__all__ = ["Authentication", "Resolver", "authenticate"]

log = structlog.get_logger(__name__)


def authenticate(
    body: bytes,
    envelope: Envelope,
    parsed: ParsedMail,
    trust: Trust,
    *,
    resolver: Resolver | None = None,
    hops: int = 0,
    header_block: int = BLOCK_LIMIT,
) -> Authentication:
    """How well it is shown that a mail comes from the domain of its From. Never raises.

    With an `authserv_id` a mail from the border is judged by the border's stamps alone; any other
    mail is checked here, which takes at most two seconds of look-ups, and none where nothing could
    be proven by them.

    Args:
        body: the mail as it arrived.
        resolver: the DNS; this machine's own where none is given.
        hops: for a hosted mailbox, how many Received of the hosting stand above its stamp; then
            an empty `authserv_id` means that it stamps without a name.
        header_block: octets; a mail with a longer one proves nothing.
    """
    try:
        return _authenticate(body, envelope, parsed, trust, resolver, hops, header_block)
    except Exception:  # a mail that breaks the check proves nothing
        log.exception("a sender could not be checked")
        return Authentication(reasons=("the check of the sender broke down",))


def _authenticate(
    body: bytes,
    envelope: Envelope,
    parsed: ParsedMail,
    trust: Trust,
    resolver: Resolver | None,
    hops: int,
    header_block: int,
) -> Authentication:
    if parsed.sender is None:
        return Authentication(reasons=("no single well-formed From",))
    block = split(body, header_block)
    if block is None or block.count("from") != 1:
        return Authentication(reasons=("a header block that is read in more than one way",))
    sender = of_address(parsed.sender.address)
    border = _is_border(envelope.peer, trust)
    if border and (trust.authserv_id or hops):
        return stamps.judge(block, sender, trust.authserv_id, hops)
    lookups = Lookups(resolver or system_resolver())
    return checking.check(body, block, sender, envelope, lookups, border=border)


def _is_border(peer: str | None, trust: Trust) -> bool:
    """Where there is no peer the channel is the border."""
    if peer is None:
        return True
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in network for network in trust.border)
