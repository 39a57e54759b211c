"""Whatever a stranger writes: no exception, no proof, no long wait."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from gateway.authentication import authenticate
from gateway.authentication.fields import split
from gateway.reading.parse import parse
from gateway.values import ParsedMail
from tests.gateway.authentication.post import (
    NO_STAMPS,
    POLICY,
    TRUST,
    dns,
    envelope,
    judged,
    mail,
    signed,
)

LINES = [
    b"Authentication-Results: mx.border.example; dmarc=pass header.from=acme.example",
    b"Received: by mx",
    b"From: jan@acme.example",
    b"DKIM-Signature: v=1; d=acme.example; s=s1;",
    b"h=from:subject; a=rsa-sha256; c=relaxed/relaxed; bh=AAAA; b=AAAA; l=0",
]
BITS = [b"\r\n", b"\n", b"\r", b"\0", b" ", b"\t", *(b"%c" % char for char in b';:("\\=x\xff')]
PIECES = st.sampled_from(LINES + BITS)


def parsed_as(sender: str) -> ParsedMail:
    """A mail that was read, whatever the bytes are."""
    found = parse(mail(From=sender))
    assert isinstance(found, ParsedMail)
    return found


PARSED = parsed_as("jan@acme.example")


@given(st.lists(PIECES | st.binary(max_size=20), max_size=60).map(b"".join), st.booleans())
def test_any_bytes(raw: bytes, stamps: bool) -> None:
    """Without the border's Received below its stamp, nothing is proven; nothing ever raises."""
    trust = TRUST if stamps else NO_STAMPS
    found = authenticate(raw, envelope(), PARSED, trust, resolver=dns(POLICY))
    assert "broke down" not in " ".join(found.reasons)
    assert found.quality is False


@given(st.lists(PIECES | st.binary(max_size=20), max_size=40).map(b"".join))
def test_a_block_is_read_once(raw: bytes) -> None:
    """The octets that dkimpy gets are the fields that we read."""
    block = split(raw)
    if block is None or not block.whole:
        return
    again = split(block.octets + b"\r\n")
    assert again is not None
    assert again.fields == block.fields


SIGNATURE = b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=acme.example; s=s1; "
DIGESTS = b"bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA"
BODIES = {
    "spaces without end": b" " * 10_000_000,
    "lines of spaces": (b" " * 60_000 + b"x\r\n") * 100,
    "words of one letter": b"a " * 2_000_000,
    "blank lines": b"\r\n" * 5_000_000,
    "carriage returns": b"\r" * 5_000_000,
    "line feeds": b"\n" * 5_000_000,
}
HEADS = {
    "names without end": b"h=from" + b":x" * 4_000 + b"; ",
    "wide names": b"h=from" + b" " * 40 + b":" + (b" " * 40 + b":") * 150 + b"; ",
    "spaces in b=": b"h=from; b=" + b" " * 8_000 + b"; ",
    "folded b=": b"h=from; b=" + b"\r\n " * 2_500 + b"; ",
    "many tags": b"".join(b"t%d=1; " % n for n in range(800)) + b"h=from; ",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("canonical", [b"relaxed", b"simple"])
def test_bodies_that_take_long(body: bytes, canonical: bytes) -> None:
    """Linear, whatever dkimpy's own expressions would make of it."""
    head = SIGNATURE.replace(b"relaxed;", canonical + b";") + b"h=from; " + DIGESTS + b"\r\n"
    raw = head + b"From: jan@acme.example\r\n\r\n" + body
    began = time.process_time()
    found = authenticate(raw, envelope(), PARSED, NO_STAMPS, resolver=dns())
    assert found.domain is False
    assert time.process_time() - began < 5


@pytest.mark.parametrize("tags", HEADS.values(), ids=HEADS.keys())
def test_headers_that_take_long(tags: bytes) -> None:
    fields = b"".join(b"X%d: y\r\n" % n for n in range(1_900))
    raw = SIGNATURE + tags + DIGESTS + b"\r\n" + fields + b"From: jan@acme.example\r\n\r\nhello"
    began = time.process_time()
    found = authenticate(raw, envelope(), PARSED, NO_STAMPS, resolver=dns())
    assert found.domain is False
    assert time.process_time() - began < 5


def test_many_signatures() -> None:
    """A few of the sender's domain are checked, the others passed over."""
    raw = (SIGNATURE + b"h=from; " + DIGESTS + b"\r\n") * 500 + signed(mail())
    known = dns()
    assert judged(raw, trust=NO_STAMPS, resolver=known).domain is False
    assert len(known.asked) <= 4


def test_a_header_block_that_is_too_long_proves_nothing() -> None:
    raw = b"X: " + b"y" * 101_000 + b"\r\n" + signed(mail())
    found = authenticate(raw, envelope(), PARSED, NO_STAMPS, resolver=dns())
    assert found.reasons == ("a header block that is read in more than one way",)


def test_what_breaks_the_check_proves_nothing() -> None:
    """A fault of our own is neither an exception nor a proof."""

    class Broken:
        def look_up(self, name: str, kind: str, seconds: float) -> list[bytes]:
            raise RuntimeError("a fault")

    with capture_logs() as logged:
        found = authenticate(signed(mail()), envelope(), PARSED, NO_STAMPS, resolver=Broken())
    assert [entry["event"] for entry in logged] == ["a sender could not be checked"]
    assert found.reasons == ("the check of the sender broke down",)
