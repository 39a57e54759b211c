"""Every mail in tests/goldens/reading reads as the file of the same name says.

To add one, write `name.eml` (its bytes are kept as they are) and `name.json` with what matters of:
any field of `ParsedMail` in plain form; `from`, the addresses of the From; `sender_name`;
`new_text_has` and `new_text_lacks`; and `given`, the arguments of `parse` beside the mail.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.reading import ParsedMail, parse

GOLDENS = Path(__file__).parents[2] / "goldens" / "reading"

SPECIAL: dict[str, Callable[[ParsedMail], Any]] = {
    "from": lambda mail: mail.from_boxes,
    "sender_name": lambda mail: mail.sender.name if mail.sender else None,
}


def plain(value: Any) -> Any:
    """A value of `ParsedMail` as JSON can say it; mailboxes as their addresses."""
    if hasattr(value, "address") and hasattr(value, "name"):
        return value.address
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    return value


def assert_like(expected: Any, found: Any, where: str) -> None:
    """Of an object the named attributes, of a list each element, else the very value."""
    if isinstance(expected, dict):
        for name, value in expected.items():
            assert_like(value, plain(getattr(found, name)), f"{where}.{name}")
    elif isinstance(expected, list) and expected and isinstance(expected[0], dict):
        assert len(expected) == len(found), f"{where}: {found}"
        for number, (one, other) in enumerate(zip(expected, found, strict=True)):
            assert_like(one, other, f"{where}[{number}]")
    else:
        assert plain(found) == expected, where


@pytest.mark.parametrize("path", sorted(GOLDENS.glob("*.eml")), ids=lambda path: path.stem)
def test_golden(path: Path) -> None:
    """A mail reads as its JSON says."""
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    given = expected.pop("given", {})
    mail = parse(
        path.read_bytes(),
        mail_from=given.get("mail_from"),
        list_ids=frozenset(given.get("list_ids", ())),
    )
    assert isinstance(mail, ParsedMail)
    for text in expected.pop("new_text_has", ()):
        assert text in mail.new_text
    for text in expected.pop("new_text_lacks", ()):
        assert text not in mail.new_text
    for name, value in expected.items():
        found = SPECIAL[name](mail) if name in SPECIAL else getattr(mail, name)
        assert_like(value, found if isinstance(value, (dict, list)) else plain(found), name)
