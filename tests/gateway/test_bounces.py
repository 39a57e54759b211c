"""A bounce is about the mail whose envelope address it came back to, and about no other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

import pytest

from gateway.handle.bounces import bounced_copy
from gateway.handle.matching import TicketMatch
from gateway.reading import ParsedMail, parse
from store.database import Transaction
from store.tokens import Token

NOTHING_IS_READ = cast(Transaction, None)
AT = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.mark.parametrize("purpose", ["reply", "quote", "confirm", ""])
def test_no_other_signed_address_names_a_mail(purpose: str) -> None:
    """The address of an answer, a quote or a question says which ticket, and nothing failed."""
    token = Token("hint", "key", 1, "jan@acme.example", purpose, 1, AT) if purpose else None
    mail = parse(b"From: mailer-daemon@x.example\r\nSubject: failed\r\n\r\nfailed\r\n")
    assert isinstance(mail, ParsedMail)
    assert bounced_copy(NOTHING_IS_READ, mail, TicketMatch(token=token)) is None
