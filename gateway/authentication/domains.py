"""Which domains belong together (RFC 7489, 3.1 and 3.2; publicsuffix.org/list)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


def normal(domain: str) -> str:
    """As domains are compared: lower case, without the root's dot."""
    return domain.strip().lower().removesuffix(".")


def of_address(text: str) -> str:
    """The domain of an address, or of what is a domain already."""
    return normal(text.rpartition("@")[2])


def aligned(domain: str, sender: str, *, strict: bool = False) -> bool:
    """Whether `domain` may speak for the From domain `sender`."""
    domain, sender = normal(domain), normal(sender)
    if not domain or strict:
        return bool(domain) and domain == sender
    return domain == sender or organisational(domain) == organisational(sender)


def organisational(domain: str) -> str:
    """The domain that somebody registered: one label below its public suffix.

    A top-level domain that the list does not know counts as a public suffix, as the list says of
    itself; a public suffix belongs to nobody but itself.
    """
    labels = normal(domain).split(".")
    return ".".join(labels[max(0, len(labels) - _suffix_length(labels) - 1) :])


def _suffix_length(labels: list[str]) -> int:
    rules = _rules()
    for at in range(len(labels)):
        rest = ".".join(labels[at + 1 :])
        whole = ".".join(labels[at:])
        if f"!{whole}" in rules:
            return len(labels) - at - 1
        if whole in rules or f"*.{rest}" in rules:
            return len(labels) - at
    return 1


@cache
def _rules() -> frozenset[str]:
    """The public suffix list that authheaders brings, in A-labels.

    Its own function parses the list anew for each question, and takes every name below a top-level
    domain that it does not know for one and the same organisation.
    """
    text = (files("authheaders") / "public_suffix_list.txt").read_text(encoding="utf-8")
    lines = (line.strip() for line in text.splitlines())
    return frozenset(_a_labels(line.split()[0]) for line in lines if line and line[:2] != "//")


def _a_labels(rule: str) -> str:
    return rule.lower() if rule.isascii() else rule.lower().encode("idna").decode("ascii")
