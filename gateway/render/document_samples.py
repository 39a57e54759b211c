"""What `check` sets each document with, so that a fault in it is found before a mail needs it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

SAMPLE_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)

_NO_WORK = {"rows": [], "people": [], "paid": "", "free": "", "total": "0 min", "value": ""}
_ENTRY = {"on": "2 January", "by": "Marie", "text": "The printer", "time": "1 hr", "paid": True}
_LINE = {"text": "Printer", "on": "", "by": "Marie", "hours": "1", "rate": "€ 90", "amount": ""}

EMPTY: Mapping[str, object] = {
    "language": "en",
    "number": "88",
    "today": "1 January 2026",
    "desk": {"name": "Desk", "address": "desk@example.org"},
    "ticket": {"number": "88", "subject": "", "type": "", "contract": "", "opened": ""},
    "customer": {"name": "", "address": "jan@example.org", "organisation": ""},
    "quote": {"amount": "", "time": "", "text": "", "valid_until": "", "contract": ""},
    "work": _NO_WORK,
    "invoice": {"basis": "", "rows": [], "total": ""},
    "contracts": [],
}
"""The shape of what every document may show (`gateway.render.documents`), with nothing in it."""

FULL: Mapping[str, object] = {
    **EMPTY,
    "number": "88-2",
    "ticket": {"number": "88", "subject": "Printer", "type": "Incident", "contract": "Magic"}
    | {"opened": "1 January 2026"},
    "customer": {"name": "Jan", "address": "jan@example.org", "organisation": "Acme"},
    "quote": {"amount": "€ 450", "time": "2 hr", "text": "A drum\nand\n\na belt", "contract": "M"}
    | {"valid_until": "1 February 2026"},
    "work": {"rows": [_ENTRY, {**_ENTRY, "paid": False}], "paid": "1 hr", "free": "1 hr"}
    | {"people": [{"name": "Marie", "time": "2 hr"}], "total": "2 hr", "value": "€ 90"},
    "invoice": {"basis": "time", "rows": [_LINE, {**_LINE, "hours": "", "amount": "€ 90"}]}
    | {"total": "€ 90"},
    "contracts": [{"contract": "M", "total": "9 h", "spent": "", "reserved": "1 h", "left": "8 h"}],
}
