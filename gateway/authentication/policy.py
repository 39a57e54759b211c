"""The DMARC policy of a domain (RFC 7489, 6.3 and 6.6.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.authentication.domains import organisational
from gateway.authentication.resolver import Lookups


@dataclass(frozen=True, slots=True)
class Policy:
    """What proves a mail of the domain; what to do with others is the desk's own affair."""

    strict_dkim: bool
    strict_spf: bool


def policy(domain: str, lookups: Lookups) -> Policy | None:
    """That of the domain, else of its organisation; None where neither has one.

    Raises DnsTrouble.
    """
    for name in dict.fromkeys((domain, organisational(domain))):
        found = _read(lookups(f"_dmarc.{name}", "TXT"))
        if found is not None:
            return found
    return None


def _read(records: Sequence[bytes]) -> Policy | None:
    """Several are none; tags that cannot be read are passed over."""
    policies = [tags for tags in map(_tags, records) if tags is not None]
    if len(policies) != 1 or not policies[0].keys() & {"p", "rua"}:
        return None
    return Policy(policies[0].get("adkim") == "s", policies[0].get("aspf") == "s")


def _tags(record: bytes) -> dict[str, str] | None:
    first, _, rest = record.decode("ascii", "replace").partition(";")
    name, _, version = first.partition("=")
    if (name.strip(), version.strip()) != ("v", "DMARC1"):
        return None
    pairs = (part.partition("=") for part in rest.split(";"))
    return {name.strip().lower(): value.strip().lower() for name, _, value in pairs}
