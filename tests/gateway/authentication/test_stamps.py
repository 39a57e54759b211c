"""The border's Authentication-Results: what is believed, and what is forged."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.authentication import Authentication
from gateway.authentication.fields import split
from gateway.authentication.signatures import signatures
from tests.gateway.authentication.post import (
    COVERED,
    NO_STAMPS,
    RECEIVED,
    STRANGER,
    TRUST,
    Dns,
    judged,
    mail,
    signed,
    stamped,
)

NAME = "Authentication-Results"
DMARC = "dmarc=pass header.from=acme.example"
DKIM = "dkim=pass header.d=acme.example"
PASS = f"mx.border.example; {DMARC}"
STAMP = f"{NAME}: {PASS}"


def stamp(text: str, authserv_id: str = "mx.border.example") -> str:
    return f"{NAME}: {authserv_id}; {text}"


def test_dmarc_pass_of_the_border_proves_the_domain() -> None:
    """A stamp above the border's Received, for the domain of the From; nothing is looked up."""
    dns = Dns()
    found = judged(stamped(STAMP), resolver=dns)
    assert (found.domain, found.failed) == (True, False)
    assert found.reasons[0] == "mx.border.example stamped dmarc=pass for acme.example"
    assert dns.asked == []


BELOW = {
    "first field of the sender": STAMP,
    "other case": f"AUTHENTICATION-results: {PASS}",
    "other case of the name": stamp(DMARC, "MX.BORDER.EXAMPLE"),
    "comments": stamp(DMARC, "(x) mx.border.example (y)"),
    "space before the colon": f"{NAME} : {PASS}",
    "tab before the colon": f"{NAME}\t: {PASS}",
    "folded": f"{NAME}:\n {PASS}",
    "with a Received of the sender": f"{STAMP}\n{RECEIVED}",
}
ABOVE = {
    "space before the colon above the Received": f"{NAME} : {PASS}",
    "another server's": stamp(DMARC, "mx.other.example"),
    "a longer name": stamp(DMARC, "mx.border.example.attack.example"),
    "a longer name in front": stamp(DMARC, "attack.mx.border.example"),
    "name in a comment": stamp(DMARC, "mx.other.example (mx.border.example)"),
    "without a name": f"{NAME}: {DMARC}",
    "result in a comment": stamp(f"spf=none (; {DMARC})"),
    "result in a quoted string": stamp(f'spf=none smtp.mailfrom="; {DMARC}"'),
    "result in a torn quoted string": stamp(f'spf=none smtp.mailfrom="é; {DMARC}"'),
    "result in a torn comment": stamp(f"spf=none (é ; {DMARC}"),
    "original of a list": f"X-Original-{STAMP}",
    "of an ARC set": f"ARC-{NAME}: i=1; {PASS}",
    "spaced Received of the border": f"Received : by mx\r\n{STAMP}",
    "below a line that is no field": f"what is this\r\n{STAMP}",
    "behind a bare LF of the border": f"X: y\n{STAMP}",
}
FORGERIES = {
    "below the Received": stamped().replace(b"\r\nFrom:", f"\r\n{STAMP}\r\nFrom:".encode(), 1),
    "behind a bare LF": stamped(raw=b"X-A: b\n" + STAMP.encode() + b"\r\n" + mail()),
    "behind a bare CR": stamped(raw=b"X-A: b\r" + STAMP.encode() + b"\r\n" + mail()),
    "behind a NUL": stamped(raw=b"X-A: b\0" + STAMP.encode() + b"\r\n" + mail()),
    "no Received at all": f"{STAMP}\r\n".encode() + mail(),
    **{name: stamped(raw=mail(above=[line])) for name, line in BELOW.items()},
    **{name: stamped(line) for name, line in ABOVE.items()},
}


@pytest.mark.parametrize("raw", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forged_stamp_proves_nothing(raw: bytes) -> None:
    """However it is written: its position is not the border's, or it is not the border's name."""
    found = judged(raw)
    assert (found.domain, found.quality) == (False, False)


def test_a_peer_that_is_not_the_border_is_not_believed() -> None:
    """Its own Received and stamp on top prove nothing; the mail is checked here."""
    assert judged(stamped(STAMP), peer=STRANGER).domain is False


@pytest.mark.parametrize("peer", [None, "192.0.2.25", "::ffff:192.0.2.25"])
def test_the_border_by_its_address_or_by_the_channel(peer: str | None) -> None:
    """A pipe or a Unix socket has no peer: only the border can have written to it."""
    assert judged(stamped(STAMP), peer=peer).domain is True


@pytest.mark.parametrize("peer", ["192.0.2.26", "somebody", "", "fe80::1%eth0"])
def test_other_peers(peer: str) -> None:
    assert judged(stamped(STAMP), peer=peer).domain is False


FROM_LINES = {
    "two addresses": "jan@acme.example, eve@attack.example",
    "an address as the name": "boss@acme.example <eve@attack.example>",
    "a group": "jan@acme.example:<eve@attack.example>;",
    "nothing": "",
}


@pytest.mark.parametrize("value", FROM_LINES.values(), ids=FROM_LINES.keys())
@pytest.mark.parametrize("domain", ["acme.example", "attack.example"])
def test_a_from_that_is_read_in_two_ways_is_not_proven(value: str, domain: str) -> None:
    """Whatever domain the border read."""
    raw = stamped(
        f"{NAME}: mx.border.example; dmarc=pass header.from={domain}", raw=mail(From=value)
    )
    found = judged(raw)
    assert found.domain is False
    assert found.reasons == ("no single well-formed From",)


def test_two_from_fields() -> None:
    """Nothing is proven, nor would it be if the reading had seen but one of them."""
    raw = stamped(STAMP, raw=b"From: eve@attack.example\r\n" + mail())
    assert judged(raw).domain is False
    assert judged(raw, read_as=mail()).domain is False
    assert judged(stamped(STAMP), read_as=mail()).domain is True


RESULTS = {
    "dmarc of another domain": ("dmarc=pass header.from=attack.example", False, False),
    "dmarc of a subdomain": ("dmarc=pass header.from=mail.acme.example", False, False),
    "dmarc without a From": ("dmarc=pass", False, False),
    "From as an address, other case": ("dmarc=pass header.from=jan@ACME.example", True, False),
    "dmarc=fail": ("dmarc=fail header.from=acme.example", False, True),
    "dmarc=fail beside good signatures": (
        f"{DKIM}; dmarc=fail header.from=acme.example", False, True),
    "both": (f"{DMARC}; dmarc=fail header.from=acme.example", False, True),
    "temporary": ("dmarc=temperror header.from=acme.example", False, False),
    "temporary beside a good signature": (
        f"{DKIM}; dmarc=temperror header.from=acme.example", False, False),
    "pass and temporary": (
        f"{DMARC}; dmarc=temperror header.from=acme.example", False, False),
    "unknown word": (f"{DKIM}; dmarc=perhaps", False, False),
    "no policy, aligned dkim": (f"dmarc=none header.from=acme.example; {DKIM}", True, False),
    "no policy, aligned dkim by header.i": ("dkim=pass header.i=jan@acme.example", True, False),
    "no policy, aligned spf": ("dmarc=none; spf=pass smtp.mailfrom=jan@acme.example", True, False),
    "no policy, spf of a subdomain": ("spf=pass smtp.mailfrom=bounce.acme.example", True, False),
    "bestguesspass is no policy": (f"dmarc=bestguesspass; {DKIM}", True, False),
    "bestguesspass proves nothing": ("dmarc=bestguesspass header.from=acme.example", False, False),
    "no policy, nothing": ("dmarc=none header.from=acme.example", False, False),
    "signature of another": ("dmarc=none; dkim=pass header.d=attack.example", False, False),
    "of the same unknown top-level domain": ("dkim=pass header.d=attack.example", False, False),
    "spf of another": ("dmarc=none; spf=pass smtp.mailfrom=jan@attack.example", False, False),
    "spf of the greeting": ("dmarc=none; spf=pass smtp.helo=acme.example", False, False),
    "failed signature": ("dmarc=none; dkim=fail header.d=acme.example", False, False),
    "temporary signature": ("dmarc=none; dkim=temperror header.d=acme.example", False, False),
    "softfail": ("dmarc=none; spf=softfail smtp.mailfrom=jan@acme.example", False, False),
    "sender-id": ("sender-id=pass header.from=acme.example", False, False),
    "nothing checked": ("none", False, False),
}  # fmt: skip


@pytest.mark.parametrize("said, domain, failed", RESULTS.values(), ids=RESULTS.keys())
def test_what_follows_from_results(said: str, domain: bool, failed: bool) -> None:
    """dmarc=pass for our From, or without a policy an aligned signature or SPF."""
    found = judged(stamped(stamp(said)))
    assert (found.domain, found.failed) == (domain, failed)
    assert found.reasons


def test_several_stamps_are_read_together() -> None:
    """One of the milter for DKIM, one of that for DMARC."""
    dkim = stamp(DKIM)
    dmarc = stamp("dmarc=fail header.from=acme.example")
    assert judged(stamped(dkim)).domain is True
    assert judged(stamped(dkim, dmarc)) == Authentication(
        failed=True, reasons=("mx.border.example stamped dmarc=fail",)
    )


def test_a_stamp_of_the_border_that_cannot_be_read_proves_nothing() -> None:
    """It might have said that the mail is forged; another server's odd one is passed over."""
    good = stamp(DKIM)
    odd = stamp("dmarc=\x01")
    found = judged(stamped(good, odd))
    assert (found.domain, found.reasons) == (
        False,
        ("a stamp of mx.border.example cannot be read",),
    )
    exchange = f"{NAME}: spf=pass (sender IP is 1.2.3.4) smtp.mailfrom=x; dmarc=pass action=none"
    assert judged(stamped(exchange, good)).domain is True


HOSTILE = {
    "nested comments": "(" * 5_000,
    "quoted for ever": '"' + "\\\\" * 5_000,
    "many results": "; dkim=pass header.d=acme.example" * 300,
    "long": "; spf=none (" + "x" * 50_000 + ")",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_stamps_that_take_long_to_read(text: str) -> None:
    """Never an exception, never for long."""
    judged(stamped(f"{NAME}: mx.border.example {text}"))


# --- E4 ------------------------------------------------------------------------------------


def whole() -> bytes:
    return signed(mail())


def part() -> bytes:
    return signed(mail(), part=True)


def thin() -> bytes:
    return signed(mail(), covering=("from", "to", "date"))


def second_subject() -> bytes:
    return whole().replace(b"Subject: the", b"Subject: #approve\r\nSubject: the", 1)


def both() -> bytes:
    return signed(thin())


QUALITIES = {
    "the signature covers enough": (whole, f"{DMARC}; {DKIM}", True),
    "only a part of the body": (part, f"{DMARC}; {DKIM}", False),
    "not the Subject": (thin, f"{DMARC}; {DKIM}", False),
    "a second Subject": (second_subject, f"{DMARC}; {DKIM}", False),
    "no such signature in the mail": (mail, f"{DMARC}; {DKIM}", False),
    "signature of another domain": (whole, f"{DMARC}; dkim=pass header.d=other.example", False),
    "the signature failed": (whole, f"{DMARC}; dkim=fail header.d=acme.example", False),
    "the border says dmarc alone": (whole, DMARC, False),
    "aligned SPF": (mail, f"{DMARC}; spf=pass smtp.mailfrom=jan@acme.example", True),
    "SPF of another": (mail, f"{DMARC}; spf=pass smtp.mailfrom=jan@other.example", False),
    "one of two is thin, and it is not said which": (both, f"{DMARC}; {DKIM}", False),
    "no proof of the domain at all": (whole, "dkim=pass header.d=other.example", False),
}


@pytest.mark.parametrize("raw, said, quality", QUALITIES.values(), ids=QUALITIES.keys())
def test_quality(raw: Callable[[], bytes], said: str, quality: bool) -> None:
    """Aligned SPF, or a signature of From, Subject, Date, Message-ID and the whole body."""
    assert judged(stamped(stamp(said), raw=raw())).quality is quality


@pytest.mark.parametrize("which, quality", [(1, False), (0, True)])
def test_the_signature_that_the_result_is_about(which: int, quality: bool) -> None:
    """By header.b (RFC 6008): a whole one that failed lends nothing to a thin one that passed."""
    raw = both()
    block = split(raw)
    assert block is not None
    digest = signatures(block)[which].digest[:8]
    found = judged(stamped(stamp(f'{DMARC}; {DKIM} header.b="{digest}"'), raw=raw))
    assert (found.domain, found.quality) == (True, quality)


def test_what_is_covered_is_recorded() -> None:
    """What the signature leaves open stands in the record of the message."""
    raw = signed(mail(), covering=[name for name in COVERED if name != "content-type"])
    found = judged(stamped(stamp(f"{DMARC}; {DKIM}"), raw=raw))
    assert found.quality is True
    assert found.reasons[1] == (
        "the signature of acme.example covers from, subject, date, message-id, to, mime-version, "
        "not content-type"
    )


# --- hosted mailboxes ----------------------------------------------------------------------

OWN = "Received: by imap.hosting.example; Sat, 21 Nov 2026 12:00:01 +0000"


def hosted(*stamps: str, below: bytes = b"") -> bytes:
    """As a hosting delivers: its two Received, its stamps, then what the sender wrote."""
    lines = (OWN, RECEIVED, *stamps)
    return "".join(f"{line}\r\n" for line in lines).encode() + below + mail()


def test_a_hosted_mailbox_stamps_below_its_own_received() -> None:
    """`hops` says how many; above and below that nothing is believed."""
    raw = hosted("X-Spam: no", STAMP, "Received-SPF: pass")
    assert [judged(raw, hops=hops).domain for hops in (0, 1, 2, 3)] == [False, False, True, False]


def test_in_a_hosted_mailbox_the_first_stamp_alone_counts() -> None:
    """The sender's own fields follow right below the hosting's."""
    theirs = stamp("dmarc=fail header.from=acme.example")
    assert judged(hosted(theirs, STAMP), hops=2).failed is True
    other = stamp("dmarc=none", "mx.other.example")
    assert judged(hosted(other, STAMP), hops=2).domain is False


def test_a_hosting_that_stamps_without_a_name() -> None:
    """Microsoft 365; only where the mailbox says how far down it stands."""
    words = "spf=pass (sender IP is 1.2.3.4)\r\n smtp.mailfrom=acme.example; dkim=pass (signature"
    words += f" was verified)\r\n header.d=acme.example;{DMARC};compauth=pass reason=100"
    words = words.replace("dmarc=pass", "dmarc=pass action=none")
    raw = hosted(f"{NAME}: {words}")
    assert judged(raw, trust=NO_STAMPS, hops=2).domain is True
    assert judged(raw, trust=TRUST, hops=2).domain is False
    assert judged(raw, trust=NO_STAMPS).domain is False


@pytest.mark.parametrize("last", ["", ";", "; accel.example", "; accel.example;"])
def test_exchange_online_puts_names_between_results(last: str) -> None:
    """The recipient's domain, as real mails of Microsoft 365 have it; a name says nothing."""
    words = "spf=pass (sender IP is 1.2.3.4)\r\n smtp.helo=a.outlook.example; accel.example;"
    words += f"\r\n dkim=none (not signed) header.d=none;accel.example;{DMARC}{last}"
    assert judged(hosted(f"{NAME}: {words}"), trust=NO_STAMPS, hops=2).domain is True
    forged = words.replace("header.from=acme.example", "header.from=evil.example; acme.example")
    assert judged(hosted(f"{NAME}: {forged}"), trust=NO_STAMPS, hops=2).domain is False
