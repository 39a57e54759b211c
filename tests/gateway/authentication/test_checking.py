"""DKIM, SPF and DMARC checked here: real signatures, a DNS of the test's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.configuration.settings import Trust
from tests.gateway.authentication.post import (
    BORDER,
    NO_STAMPS,
    POLICY,
    SPF,
    STRANGER,
    STRICT,
    TRUST,
    Dns,
    Key,
    dns,
    judged,
    key,
    mail,
    signed,
    stamped,
)

ALTERED = "It smokes. #approve\n"


def test_a_signature_of_the_senders_domain_behind_the_border() -> None:
    """Proves domain and quality, and the key is recorded as it stood."""
    found = judged(stamped(raw=signed(mail())), trust=NO_STAMPS, resolver=dns(POLICY))
    assert (found.domain, found.quality, found.failed) == (True, True, False)
    assert found.reasons[0] == "acme.example is proven; its DMARC policy is kept"
    assert found.reasons[-1].startswith("its key s1._domainkey.acme.example: v=DKIM1; k=rsa; p=MII")


CANONICAL = ["relaxed/relaxed", "simple/simple", "relaxed/simple", "simple/relaxed"]
BODIES = {
    "plain": "It smokes.\n",
    "empty": "",
    "blank lines at the end": "It smokes.\n\n\n\n",
    "only blank lines": "\n\n\n",
    "spaces at line ends": "a  \nb\t \n   \nc \t d\n \n",
    "no line end at the end": "It smokes.",
    "space at the very end": "It smokes. ",
    "long runs of spaces": "a" + " " * 2_000 + "b" + "\t" * 500 + "\n",
}


@pytest.mark.parametrize("canonical", CANONICAL)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_canonical_forms(canonical: str, body: str) -> None:
    """Bodies as dkimpy signs them verify, though they are brought into shape here first."""
    raw = signed(mail(body), canonical=canonical)
    assert judged(raw, trust=NO_STAMPS, resolver=dns()).domain is True


def test_a_file_with_unix_line_ends() -> None:
    """As a pipe brings it: the signature was made over CRLF (RFC 6376, 3.7)."""
    raw = signed(mail("a\n\nb\n")).replace(b"\r\n", b"\n")
    assert judged(raw, peer=None, trust=NO_STAMPS, resolver=dns()).quality is True


NO_PROOF: dict[str, Callable[[], bytes]] = {
    "no signature": mail,
    "another body": lambda: signed(mail()).replace(b"It smokes.", b"#approve!!"),
    "another Subject": lambda: signed(mail()).replace(b"the printer", b"#approve it"),
    "text below": lambda: signed(mail()) + b"#approve\r\n",
    "of another domain": lambda: signed(mail(), "attack.example"),
    "of the top-level domain": lambda: signed(mail(), "example"),
    "without From": lambda: signed(mail()).replace(b"h=from : to", b"h=to"),
    "sha1": lambda: signed(mail()).replace(b"a=rsa-sha256", b"a=rsa-sha1"),
    "expired": lambda: signed(mail()).replace(b"q=dns/txt;", b"q=dns/txt; x=1000000000;"),
    "of another selector": lambda: signed(mail(), selector="s2"),
    "torn": lambda: b"DKIM-Signature: v=1; a=rsa-sha256; d=acme.example\r\n" + mail(),
    "no tags": lambda: b"DKIM-Signature: acme.example\r\n" + mail(),
    "empty": lambda: b"DKIM-Signature:\r\n" + mail(),
    "space before the colon": lambda: signed(mail()).replace(b"Signature:", b"Signature :"),
    "a line that is no field": lambda: signed(mail()).replace(b"Subject", b"what?\r\nSubject", 1),
}


@pytest.mark.parametrize("raw", NO_PROOF.values(), ids=NO_PROOF.keys())
def test_what_does_not_verify(raw: Callable[[], bytes]) -> None:
    """Unverified, not failed: behind the border nobody can say what SPF would have been."""
    known = dns(POLICY)
    known.records = {**known.records, ("s1._domainkey.attack.example", "TXT"): [key().record]}
    found = judged(raw(), trust=NO_STAMPS, resolver=known)
    assert (found.domain, found.quality, found.failed) == (False, False, False)
    assert found.reasons


def test_nothing_is_looked_up_for_what_cannot_be_proven() -> None:
    """A mail without a signature of the sender's domain, from the border, a pipe or loopback."""
    silent = dns(silent=("example",))
    for peer in (BORDER, None):
        for raw in (mail(), signed(mail(), "other.example"), mail(From="jan")):
            judged(raw, peer=peer, trust=NO_STAMPS, resolver=silent)
    assert silent.asked == []


def test_quality_of_a_part() -> None:
    """`l=` proves the domain, but not what stands in the mail; so does a thin signature."""
    for raw in (
        signed(mail(), part=True) + b"#approve\r\n",
        signed(mail(), covering=("from", "to", "date")),
        signed(mail()).replace(b"Subject:", b"Subject: #approve\r\nSubject:", 1),
    ):
        found = judged(raw, trust=NO_STAMPS, resolver=dns())
        assert (found.domain, found.quality) == (True, False)


def test_one_good_signature_is_enough() -> None:
    """Of several; authheaders would judge one alone."""
    for raw in (
        signed(signed(mail()), "other.example"),
        signed(signed(mail()), "other.example", selector="s9").replace(b"s=s9", b"s=s1"),
        signed(signed(mail()), selector="gone"),
    ):
        assert judged(raw, trust=NO_STAMPS, resolver=dns(POLICY)).quality is True


OWN = "_dmarc.acme.example"
MODES = {
    "the domain itself": ("jan@acme.example", POLICY, True),
    "a subdomain signs": ("jan@mail.acme.example", POLICY, True),
    "no policy": ("jan@mail.acme.example", ("acme.example", "v=spf1 -all"), True),
    "strict": ("jan@acme.example", STRICT, True),
    "strict, of the organisation": ("jan@mail.acme.example", STRICT, False),
    "own policy comes first": (
        "jan@sub.acme.example",
        ("_dmarc.sub.acme.example", STRICT[1]),
        False,
    ),
    "no version": ("jan@mail.acme.example", (OWN, "adkim=s; p=none"), True),
    "torn tags": ("jan@mail.acme.example", (OWN, "v=DMARC1;p=none;;x;adkim=s"), False),
    "neither p nor rua": ("jan@mail.acme.example", (OWN, "v=DMARC1; adkim=s"), True),
}


@pytest.mark.parametrize("sender, record, domain", MODES.values(), ids=MODES.keys())
def test_alignment(sender: str, record: tuple[str, str], domain: bool) -> None:
    """Strict only where the policy says so; the policy of the organisation where there is no
    other."""
    raw = signed(mail(From=sender))
    assert judged(raw, trust=NO_STAMPS, resolver=dns(record)).domain is domain


def test_two_policies_are_none() -> None:
    """RFC 7489, 6.6.3."""
    known = dns()
    two = {("_dmarc.acme.example", "TXT"): [b"v=DMARC1; p=none; adkim=s", b"v=DMARC1; p=reject"]}
    known.records = {**known.records, **two}
    raw = signed(mail(From="jan@mail.acme.example"))
    assert judged(raw, trust=NO_STAMPS, resolver=known).domain is True


KEYS = {
    "revoked": (b"v=DKIM1; p=",),
    "no key": (b"v=DKIM1; k=rsa",),
    "not base64": (b"v=DKIM1; p=@@@",),
    "not RSA": (b"v=DKIM1; p=AAAA",),
    "another algorithm": (b"v=DKIM1; k=dsa; p=AAAA",),
    "two": (b"v=DKIM1; p=AAAA", b"v=DKIM1; p=BBBB"),
    "too long to be reckoned with": (b"v=DKIM1; p=" + b"A" * 4_000,),
    "far too long": (b"v=DKIM1; p=" + b"A" * 60_000,),
    "binary": (bytes(range(256)) + b"p=",),
}


@pytest.mark.parametrize("records", KEYS.values(), ids=KEYS.keys())
def test_odd_keys(records: tuple[bytes, ...]) -> None:
    known = Dns({("s1._domainkey.acme.example", "TXT"): records})
    assert judged(signed(mail()), trust=NO_STAMPS, resolver=known).domain is False


def test_a_key_of_512_bits_is_too_short() -> None:
    """RFC 8301, 3.2: below 1,024 nothing is proven."""
    short: Key = key(512)
    known = Dns({("s1._domainkey.acme.example", "TXT"): [short.record]})
    assert judged(signed(mail(), by=short), trust=NO_STAMPS, resolver=known).domain is False


# --- a peer that is not the border -------------------------------------------------------------


@pytest.mark.parametrize("trust", [TRUST, NO_STAMPS], ids=["a border stamps", "no stamps"])
def test_spf_of_the_peer_that_delivered(trust: Trust) -> None:
    """Proves the domain and is quality enough; so it does where a border stamps other mails."""
    found = judged(mail(), peer=STRANGER, trust=trust, resolver=dns(SPF, POLICY))
    assert (found.domain, found.quality) == (True, True)
    assert f"SPF of the peer {STRANGER} is aligned" in found.reasons


SPF_RECORDS = {
    "its own network": ("v=spf1 ip4:203.0.113.0/24 -all", True),
    "include": ("v=spf1 include:spf.mail.example -all", True),
    "a": ("v=spf1 a:host.acme.example -all", True),
    "mx": ("v=spf1 mx -all", True),
    "redirect": ("v=spf1 redirect=spf.mail.example", True),
    "exists with a macro": ("v=spf1 exists:%{ir}.ok.acme.example -all", True),
    "another": ("v=spf1 ip4:192.0.2.77 -all", False),
    "softfail": ("v=spf1 ~all", False),
    "neutral": ("v=spf1 ?all", False),
    "none": ("something else", False),
    "no such mechanism": ("v=spf1 moo -all", False),
    "includes itself": ("v=spf1 include:acme.example -all", False),
    "too many look-ups": ("v=spf1 " + " ".join(f"a:h{n}.acme.example" for n in range(20)), False),
    "not ASCII": ("v=spf1 a:é -all", False),
}


@pytest.mark.parametrize("record, passes", SPF_RECORDS.values(), ids=SPF_RECORDS.keys())
def test_spf_records(record: str, passes: bool) -> None:
    """As pyspf reads them, with our own look-ups."""
    known = dns(POLICY)
    known.records = {
        **known.records,
        ("acme.example", "TXT"): [b"other", record.encode()],
        ("spf.mail.example", "TXT"): [f"v=spf1 ip4:{STRANGER} -all".encode()],
        ("host.acme.example", "A"): [STRANGER.encode()],
        ("acme.example", "MX"): [b"10 host.acme.example."],
        ("9.113.0.203.ok.acme.example", "A"): [b"127.0.0.2"],
    }
    found = judged(mail(), peer=STRANGER, trust=NO_STAMPS, resolver=known)
    assert (found.domain, found.failed) == (passes, not passes)


def test_spf_of_another_domain_proves_nothing_and_is_not_asked() -> None:
    """And the mail fails the policy of the domain that it claims to come from."""
    known = dns(("attack.example", f"v=spf1 ip4:{STRANGER} -all"), POLICY)
    found = judged(
        mail(), peer=STRANGER, mail_from="eve@attack.example", trust=NO_STAMPS, resolver=known
    )
    assert (found.domain, found.failed) == (False, True)
    assert known.asked == ["_dmarc.acme.example TXT"]


def test_without_a_policy_nothing_is_failed() -> None:
    found = judged(mail(), peer=STRANGER, trust=NO_STAMPS, resolver=dns())
    assert (found.domain, found.failed) == (False, False)


def test_a_good_signature_makes_up_for_spf() -> None:
    known = dns(("acme.example", "v=spf1 -all"), POLICY)
    found = judged(signed(mail()), peer=STRANGER, trust=NO_STAMPS, resolver=known)
    assert (found.domain, found.quality, found.failed) == (True, True, False)


@pytest.mark.parametrize("extra", [(), (SPF,)])
def test_an_ed25519_signature_alone_is_neither_proof_nor_forgery(
    extra: tuple[tuple[str, str], ...],
) -> None:
    """RFC 8463 without its library: not evaluated, so that neither `failed` nor proof follows from
    it; SPF, or the RSA signature that senders add, still proves the domain."""
    public = ("new._domainkey.acme.example", "v=DKIM1; k=ed25519; p=" + "A" * 43 + "=")
    known = dns(public, POLICY, *(extra or [("acme.example", "v=spf1 -all")]))
    thin = signed(mail(), selector="new").replace(b"a=rsa-sha256", b"a=ed25519-sha256")
    found = judged(thin, peer=STRANGER, trust=NO_STAMPS, resolver=known)
    assert (found.domain, found.failed) == (bool(extra), False)
    both = signed(thin)
    assert judged(both, peer=STRANGER, trust=NO_STAMPS, resolver=known).domain is True


# --- a DNS that does not answer ----------------------------------------------------------------


@pytest.mark.parametrize("silent", ["_domainkey.acme.example", "_dmarc.acme.example"])
@pytest.mark.parametrize("peer", [BORDER, STRANGER])
def test_without_an_answer_nothing_is_proven_nor_failed(silent: str, peer: str) -> None:
    """A temporary error is unverified: neither believed nor held against the sender."""
    known = dns(("acme.example", "v=spf1 -all"), POLICY, silent=(silent,))
    found = judged(signed(mail()), peer=peer, trust=NO_STAMPS, resolver=known)
    assert (found.domain, found.failed) == (False, False)
    assert any("no answer" in reason for reason in found.reasons)


def test_spf_without_an_answer() -> None:
    known = dns(
        ("acme.example", "v=spf1 include:slow.example -all"), POLICY, silent=("slow.example",)
    )
    found = judged(mail(), peer=STRANGER, trust=NO_STAMPS, resolver=known)
    assert (found.domain, found.failed) == (False, False)


def test_one_answer_is_enough_where_the_other_is_missing() -> None:
    """SPF proves the domain though the key of the signature cannot be had."""
    known = dns(SPF, POLICY, silent=("_domainkey.acme.example",))
    assert judged(signed(mail()), peer=STRANGER, trust=NO_STAMPS, resolver=known).domain is True
