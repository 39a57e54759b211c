"""New text and forwarded mail in the real mails of other projects: how many are read right.

Signature policies differ by source, so that all of them at once cannot be met.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gateway.reading import body, newtext, parts
from gateway.reading.parse import read
from gateway.values import ParsedMail

Row = dict[str, Any]

NEW_TEXT_LEAST = 0.88
FORWARD_LEAST = 0.97
LEAKS_MOST = 1


@cache
def _rows(shared: Path) -> tuple[Row, ...]:
    listed = (shared / "mail" / "expect.jsonl").read_text("utf-8").splitlines()
    return tuple(json.loads(line) for line in listed)


def _mails(shared: Path, kind: str) -> Iterator[tuple[Row, ParsedMail]]:
    for row in _rows(shared):
        if row["kind"] == kind:
            raw = (shared / "mail" / row["file"]).read_bytes()
            yield row, read(raw, "jan@acme.example", frozenset())


def _same(found: str, wanted: str, match: str) -> bool:
    """The comparison that the README of the mails describes."""
    if match == "nospace":
        return "".join(found.split()) == "".join(wanted.split())
    return _lines(found) == _lines(wanted)


def _lines(text: str) -> list[str]:
    folded = (re.sub(r"[ \t\xa0]+", " ", line).strip() for line in text.splitlines())
    return [line for line in folded if line]


def _is_right(row: Row, new: str) -> bool:
    wanted = row.get("expected_new_text")
    if wanted is not None and not _same(new, wanted, row["match"]):
        return False
    if any(said not in new for said in row.get("must_contain") or ()):
        return False
    return not any(said in new for said in row.get("must_not_contain") or ())


def test_new_text(shared: Path) -> None:
    """The new text is the expected one in at least 88 % of the replies."""
    right = {row["file"]: _is_right(row, mail.new_text) for row, mail in _mails(shared, "reply")}
    assert sum(right.values()) >= NEW_TEXT_LEAST * len(right), _wrong(right)


def test_original_sender(shared: Path) -> None:
    """The sender of the forwarded mail is named in at least 97 %; a reply has none."""
    right = {
        row["file"]: (mail.original.sender.address if mail.original else None)
        == row.get("original_from_address")
        for row, mail in _mails(shared, "forward")
    }
    assert sum(right.values()) >= FORWARD_LEAST * len(right), _wrong(right)


def test_forwarded_subject_and_text(shared: Path) -> None:
    """So are subject, text and the forwarder's comment, in at least 95 %."""
    right = {
        row["file"]: _tells_original(row, mail)
        for row, mail in _mails(shared, "forward")
        if row["forwarded"]
    }
    assert sum(right.values()) >= 0.95 * len(right), _wrong(right)


def _tells_original(row: Row, mail: ParsedMail) -> bool:
    found = mail.original
    if found is None:
        return False
    wanted = row.get("original_body")
    return (
        found.subject == row["original_subject"]
        and found.sender.name == (row["original_from_name"] or "")
        and _lines(found.comment) == _lines(row["agent_message"] or "")
        and (wanted is None or _lines(found.text) == _lines(wanted))
    )


def _wrong(right: dict[str, bool]) -> str:
    return "wrong: " + ", ".join(file for file, is_right in right.items() if not is_right)


@pytest.mark.parametrize("inserted", [["#approve"], ["", "#approve", ""]], ids=["bare", "parted"])
def test_no_command_runs_out_of_history(shared: Path, inserted: list[str]) -> None:
    """`#approve` at every place of every history is history or asked about, save once at most."""
    tried, leaks = 0, []
    for row in _rows(shared):
        for at, text in _injected(shared, row, inserted):
            tried += 1
            leaks += [f"{row['file']}:{at}"] if _runs(text) else []
    assert tried > 1000
    assert len(leaks) <= LEAKS_MOST, leaks


def _runs(text: str) -> bool:
    found = newtext.split(text)
    return "#approve" in found.new.splitlines() and "#approve" not in found.doubtful


def _injected(shared: Path, row: Row, inserted: list[str]) -> Iterator[tuple[int, str]]:
    """The mail's text with a command at each place below the first line of its history."""
    if row["kind"] != "reply" or not row.get("expected_new_text"):
        return
    root = parts.take_apart((shared / "mail" / row["file"]).read_bytes()).root
    lines = body.read(root).text.splitlines()
    first = _first_of_history(lines, _lines(row["expected_new_text"]))
    for at in range(first + 1, len(lines) + 1):
        yield at, "\n".join([*lines[:at], *inserted, *lines[at:]])


def _first_of_history(lines: list[str], new: list[str]) -> int:
    """The first line below the new text; past the end where the new text is not on top."""
    at = 0
    for wanted in [*new, None]:
        while at < len(lines) and not lines[at].strip():
            at += 1
        if wanted is None:
            return at
        if at == len(lines) or _lines(lines[at]) != [wanted]:
            return len(lines)
        at += 1
    return at
