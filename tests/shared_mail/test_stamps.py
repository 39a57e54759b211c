"""The stamps of real hostings beside the checkout: read where a mailbox says they stand, and there
alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.authentication import stamps
from gateway.authentication.domains import of_address
from gateway.authentication.fields import Block, split
from gateway.reading import ParsedMail, parse

HOSTINGS = {"mx.google.com": (2, 3), "": (2, 3)}
"""Received above the stamp, by its name; Microsoft 365 gives none."""
DMARC_PASSED = 16
"""Mails with `dmarc=pass` for their own From, counted by hand; the others have none for it."""


@pytest.fixture(scope="module")
def stamped(shared: Path) -> list[tuple[Block, str, str, int]]:
    """Header block, domain of the From, name and place of each hosting's stamp."""
    return list(found(shared / "mail"))


def found(folder: Path) -> Iterator[tuple[Block, str, str, int]]:
    for path in sorted(folder.glob("*/*.eml")):
        raw = path.read_bytes()
        block = split(raw)
        names = [field.name for field in block.fields] if block else []
        if block is None or stamps.FIELD_NAME not in names:
            continue
        mail = parse(raw)
        if not isinstance(mail, ParsedMail) or mail.sender is None:
            continue
        at = names.index(stamps.FIELD_NAME)
        first = block.fields[at].value.decode("latin-1").partition(";")[0].strip().lower()
        who = "" if "=" in first else first
        hops = names[:at].count("received")
        if hops in HOSTINGS.get(who, ()):
            yield block, of_address(mail.sender.address), who, hops


def test_a_hosting_is_believed_where_its_stamp_stands(
    stamped: list[tuple[Block, str, str, int]],
) -> None:
    """Each dmarc=pass for the From proves the domain, nothing else does; none is called forged."""
    verdicts = [stamps.judge(*mail) for mail in stamped]
    assert len(verdicts) >= 25
    assert sum(verdict.domain for verdict in verdicts) == DMARC_PASSED
    assert not any(verdict.failed for verdict in verdicts)


@pytest.mark.parametrize("off", [-2, -1, 1])
def test_a_place_off_by_one_proves_nothing(
    stamped: list[tuple[Block, str, str, int]], off: int
) -> None:
    """What stands elsewhere may be anybody's."""
    moved = [(block, sender, who, hops + off) for block, sender, who, hops in stamped]
    assert not any(stamps.judge(*mail).domain for mail in moved if mail[3] > 0 or mail[2])
