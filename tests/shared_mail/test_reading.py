"""The real mails beside the checkout, read as a whole: how many are what their rows say.

Thresholds rather than single mails, since rules are tuned to classes; what misses is named.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.reading import ParsedMail, parse, problems
from gateway.values import Kind

Row = tuple[dict[str, Any], ParsedMail]

FAILED = {
    problems.UNREADABLE_HEADERS,
    problems.UNREADABLE_TEXT,
    problems.UNREADABLE_BOUNCE,
}


@pytest.fixture(scope="module")
def rows(shared: Path) -> list[Row]:
    """Every row with its mail as read."""
    return list(read_all(shared / "mail"))


def read_all(folder: Path) -> Iterator[Row]:
    for line in (folder / "expect.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        mail = parse((folder / row["file"]).read_bytes())
        assert isinstance(mail, ParsedMail), (row["file"], mail)
        yield row, mail


def share(missed: list[str], total: int) -> float:
    """The part of `total` that did not miss; prints what did, for who runs it."""
    for name in missed:
        print("missed:", name)
    return 1 - len(missed) / total


def test_every_accessor_works(rows: list[Row]) -> None:
    """No mail raises, and nothing in one is left out because its accessor did."""
    assert [row["file"] for row, mail in rows if FAILED & set(mail.problems)] == []


def test_bounces(rows: list[Row]) -> None:
    """At least 98 % of the bounces are bounces."""
    real = [(row, mail) for row, mail in rows if row["kind"] == "bounce" and row["is_bounce"]]
    missed = [row["file"] for row, mail in real if mail.kind is not Kind.BOUNCE]
    assert share(missed, len(real)) >= 0.98


def test_no_bounces(rows: list[Row]) -> None:
    """Feedback reports, absence notes and people are none."""
    others = [(row, mail) for row, mail in rows if not row.get("is_bounce", row["kind"] == "parse")]
    assert [row["file"] for row, mail in others if mail.kind is Kind.BOUNCE] == []


def test_automatic_answers(rows: list[Row]) -> None:
    """At least 98 % of the absence notes are automatic."""
    real = [(row, mail) for row, mail in rows if row.get("is_auto")]
    missed = [row["file"] for row, mail in real if mail.kind is not Kind.AUTO]
    assert share(missed, len(real)) >= 0.98


def test_people_stay_human(rows: list[Row]) -> None:
    """No reply or forwarded mail of a person is taken for a machine's."""
    people = [
        (row, mail)
        for row, mail in rows
        if row["kind"] in ("reply", "forward") or row.get("is_auto") is False
    ]
    assert [row["file"] for row, mail in people if mail.kind is not Kind.HUMAN] == []


def test_failed_addresses(rows: list[Row]) -> None:
    """At least 95 % of the bounces whose failed addresses are known name exactly those."""
    known = [(row, mail) for row, mail in rows if row.get("failed_addresses")]
    missed = [row["file"] for row, mail in known if named(mail) != expected(row)]
    assert share(missed, len(known)) >= 0.95


def named(mail: ParsedMail) -> set[str]:
    return {one.address for one in mail.bounce.recipients} if mail.bounce else set()


def expected(row: dict[str, Any]) -> set[str]:
    return {address.lower() for address in row["failed_addresses"]}


def test_bounces_name_somebody(rows: list[Row]) -> None:
    """At least 90 % of all bounces name a recipient."""
    bounces = [(row, mail) for row, mail in rows if mail.kind is Kind.BOUNCE]
    missed = [row["file"] for row, mail in bounces if not named(mail)]
    assert share(missed, len(bounces)) >= 0.9


def test_subjects(rows: list[Row]) -> None:
    """Every known subject is read as it is."""
    known = [(row, mail) for row, mail in rows if "subject" in row.get("expect", {})]
    missed = [row["file"] for row, mail in known if mail.subject != row["expect"]["subject"]]
    assert share(missed, len(known)) >= 0.98


def test_senders(rows: list[Row]) -> None:
    """Every known From is read, where it holds an address at all."""
    known = [(row, mail) for row, mail in rows if "from_addresses" in row.get("expect", {})]
    missed = [row["file"] for row, mail in known if from_of(mail) != from_in(row)]
    assert share(missed, len(known)) >= 0.98


def from_of(mail: ParsedMail) -> list[str]:
    return [box.address for box in mail.from_boxes]


def from_in(row: dict[str, Any]) -> list[str]:
    return [address for address in row["expect"]["from_addresses"] if "@" in address]


def test_attachments(rows: list[Row]) -> None:
    """The number of attachments is as known in nine of ten, broken boundaries included."""
    known = [(row, mail) for row, mail in rows if "n_attachments" in row.get("expect", {})]
    missed = [
        row["file"]
        for row, mail in known
        if len(mail.attachments) != row["expect"]["n_attachments"]
    ]
    assert share(missed, len(known)) >= 0.8
