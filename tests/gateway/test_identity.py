"""What a From, a domain and a signed address show together, and the reasons that are kept."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gateway.authentication import Authentication
from gateway.handle.identity import identify
from gateway.handle.matching import TicketMatch
from gateway.reading import ParsedMail, parse
from rules.model import People, Proof
from store.tokens import Token

JAN, EVE = "jan@acme.example", "eve@attack.example"
AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
UNPROVEN = Authentication(reasons=("no stamp",))
PROVEN = Authentication(domain=True, quality=True, reasons=("dmarc=pass",))
OWN, FOREIGN = "signed address of the sender", "signed address of somebody else"


def signed_for(address: str) -> TicketMatch:
    return TicketMatch(token=Token("hint", "key", 1, address, "reply", 0, AT))


@pytest.mark.parametrize(
    ("match", "shown", "proof", "reasons"),
    [
        (TicketMatch(), UNPROVEN, Proof.NONE, ("no stamp",)),
        (TicketMatch(), PROVEN, Proof.DOMAIN, ("dmarc=pass",)),
        (signed_for(JAN), UNPROVEN, Proof.TOKEN, ("no stamp", OWN)),
        (signed_for(JAN), PROVEN, Proof.BOTH, ("dmarc=pass", OWN)),
        (signed_for(EVE), UNPROVEN, Proof.NONE, ("no stamp", FOREIGN)),
        (signed_for(EVE), PROVEN, Proof.DOMAIN, ("dmarc=pass", FOREIGN)),
    ],
)
def test_whose_mail_it_is(
    match: TicketMatch, shown: Authentication, proof: Proof, reasons: tuple[str, ...]
) -> None:
    """A signed address proves something for the person alone that it was given to; the From line
    alone nothing."""
    mail = parse(b"From: Jan <jan@acme.example>\r\n\r\nhello\r\n")
    assert isinstance(mail, ParsedMail)
    found = identify(mail, match, People(), shown)
    assert (found.actor.address, found.actor.proof, found.reasons) == (JAN, proof, reasons)


@pytest.mark.parametrize("field", [b"", b"From: jan@acme.example, eve@attack.example\r\n"])
def test_nobody(field: bytes) -> None:
    """Without one clear From nothing else counts."""
    mail = parse(field + b"Subject: x\r\n\r\nhello\r\n")
    assert isinstance(mail, ParsedMail)
    found = identify(mail, signed_for(JAN), People(), PROVEN)
    assert (found.actor.address, found.actor.proof, found.actor.domain) == ("", Proof.NONE, False)
