"""Which domains may speak for which."""

from __future__ import annotations

import pytest

from gateway.authentication.domains import aligned, of_address, organisational

ORGANISATIONS = {
    "acme.example": "acme.example",
    "a.b.acme.example": "acme.example",
    "Mail.ACME.co.uk.": "acme.co.uk",
    "co.uk": "co.uk",
    "example": "example",
    "": "",
    "jan.github.io": "jan.github.io",
    "a.jan.github.io": "jan.github.io",
    "x.y.kobe.jp": "x.y.kobe.jp",
    "www.city.kobe.jp": "city.kobe.jp",
    "a.www.ck": "www.ck",
    "mail.xn--mnchen-3ya.de": "xn--mnchen-3ya.de",
    "a.b.c.unlisted": "c.unlisted",
}


@pytest.mark.parametrize("domain, found", ORGANISATIONS.items())
def test_organisational(domain: str, found: str) -> None:
    """One label below the public suffix; wildcards, exceptions and unknown suffixes too."""
    assert organisational(domain) == found


ALIGNED = [
    ("acme.example", "acme.example", True, True),
    ("ACME.example.", "acme.example", True, True),
    ("mail.acme.example", "acme.example", True, False),
    ("acme.example", "mail.acme.example", True, False),
    ("other.example", "acme.example", False, False),
    ("notacme.example", "acme.example", False, False),
    ("example", "acme.example", False, False),
    ("co.uk", "acme.co.uk", False, False),
    ("eve.github.io", "jan.github.io", False, False),
    ("", "", False, False),
]


@pytest.mark.parametrize("domain, sender, relaxed, strict", ALIGNED)
def test_aligned(domain: str, sender: str, relaxed: bool, strict: bool) -> None:
    """Of the same organisation; strictly only the same."""
    assert aligned(domain, sender) is relaxed
    assert aligned(domain, sender, strict=True) is strict


ADDRESSES = ["jan@acme.example", "@ACME.example", "acme.example", '"a@b"@acme.example.']


@pytest.mark.parametrize("text", ADDRESSES)
def test_of_address(text: str) -> None:
    assert of_address(text) == "acme.example"
