"""What a document shows: every value already as its reader writes it. One shape for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from gateway.render import formats
from gateway.render.cleaning import one_line
from gateway.render.environment import Renderer
from gateway.render.page import Page
from gateway.render.subject import bare_subject
from gateway.values import Attachment
from rules.model import Ticket, TimeEntry

Shown = dict[str, object]
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


def document(renderer: Renderer, name: str, page: Page, version: int = 0) -> Attachment:
    """The PDF that a mail brings, in the language of its recipient. Raises DocumentError.

    Args:
        name: of its template, `<name>.typ`.
        version: of what is decided on, the second part of its number; 0 for none.
    """
    words = renderer.words(name, page.recipient.language)
    number = _number(page.ticket, version)
    data = {**_data(page, number), "words": words}
    content = renderer.typesetter.write(name, data, page.now)
    title = next(iter(words.values()), name)
    file = _FORBIDDEN.sub(" ", f"{title} {number}".strip())
    return Attachment(
        f"{file}.pdf", "application/pdf", len(content), sha256(content).hexdigest(), content
    )


def _number(ticket: Ticket | None, version: int) -> str:
    """`88-2`: the ticket, and the version of what is on the paper."""
    parts = [str(ticket.number)] if ticket else []
    return "-".join([*parts, str(version)] if version else parts)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Formats in the language and with the names of one page."""

    page: Page

    @property
    def language(self) -> str:
        return self.page.recipient.language

    def day(self, value: object) -> str:
        return formats.day(str(value), self.language) if value else ""

    def money(self, amount: object, currency: object) -> str:
        given = amount not in (None, "")
        return formats.money(str(amount), str(currency), self.language) if given else ""

    def in_unit(self, amount: object, unit: object) -> str:
        """Hours, or money where the unit is a currency."""
        if amount in (None, ""):
            return ""
        if unit != "hour":
            return self.money(amount, unit)
        return formats.duration(round(Decimal(str(amount)) * 60), self.language)

    def duration(self, minutes: int) -> str:
        return formats.duration(minutes, self.language)

    def person(self, address: str) -> str:
        return one_line(self.page.names.get(address, "") or address)


def _data(page: Page, number: str) -> Shown:
    write, ticket, desk = _Writer(page), page.ticket, page.desk
    local = page.now.astimezone(formats.zone_of(desk.time_zone)).date()
    return {
        "language": page.recipient.language,
        "number": number,
        "today": write.day(local.isoformat()),
        "desk": {"name": desk.name, "address": desk.address},
        "ticket": _ticket(page, write, ticket),
        "customer": _customer(page, ticket),
        "quote": _quote(page.data, write),
        "work": _work(write, ticket),
        "invoice": _invoice(page.data, write),
        "contracts": [_budget(row, write) for row in _rows(page.data, "contracts")],
    }


def _ticket(page: Page, write: _Writer, ticket: Ticket | None) -> Shown:
    if ticket is None:
        return {"number": "", "subject": "", "type": "", "contract": "", "opened": ""}
    spec = page.process.types.get(ticket.type or "")
    zone = formats.zone_of(page.desk.time_zone)
    return {
        "number": str(ticket.number),
        "subject": one_line(bare_subject(ticket.subject, ticket.number)),
        "type": page.process.say(spec.label, write.language) if spec else "",
        "contract": ticket.contract or "",
        "opened": write.day(ticket.opened_at.astimezone(zone).date().isoformat()),
    }


def _customer(page: Page, ticket: Ticket | None) -> Shown:
    organisation = page.organisation.name if page.organisation else ""
    if ticket is None:
        return {"name": "", "address": "", "organisation": organisation}
    name = one_line(ticket.requester_name or page.names.get(ticket.requester, ""))
    return {"name": name, "address": ticket.requester, "organisation": organisation}


def _quote(data: Mapping[str, object], write: _Writer) -> Shown:
    minutes = data.get("minutes")
    return {
        "amount": write.money(data.get("amount"), data.get("currency")),
        "time": write.duration(minutes) if isinstance(minutes, int) else "",
        "text": str(data.get("text") or ""),
        "valid_until": write.day(data.get("valid_until")),
        "contract": str(data.get("contract") or ""),
    }


# --- the work ------------------------------------------------------------------------------------


def _work(write: _Writer, ticket: Ticket | None) -> Shown:
    entries = ticket.time if ticket else ()
    paid = sum(e.minutes for e in entries if e.billable)
    free = sum(e.minutes for e in entries if not e.billable)
    value, currency = write.page.data.get("value"), write.page.data.get("currency")
    return {
        "rows": [_entry(entry, write) for entry in sorted(entries, key=lambda e: e.on)],
        "people": [
            {"name": write.person(by), "time": write.duration(minutes)}
            for by, minutes in _by_person(entries).items()
        ],
        "paid": write.duration(paid) if paid else "",
        "free": write.duration(free) if free else "",
        "total": write.duration(paid + free),
        "value": write.money(value, currency),
    }


def _entry(entry: TimeEntry, write: _Writer) -> Shown:
    return {
        "on": write.day(entry.on.isoformat()),
        "by": write.person(entry.by),
        "text": entry.text,
        "time": write.duration(entry.minutes),
        "paid": entry.billable,
    }


def _by_person(entries: tuple[TimeEntry, ...]) -> dict[str, int]:
    minutes: dict[str, int] = {}
    for entry in entries:
        minutes[entry.by] = minutes.get(entry.by, 0) + entry.minutes
    return minutes


# --- money ---------------------------------------------------------------------------------------


def _rows(data: Mapping[str, object], key: str) -> Iterator[Mapping[str, Any]]:
    rows = data.get(key)
    yield from rows if isinstance(rows, (list, tuple)) else ()


def _invoice(data: Mapping[str, object], write: _Writer) -> Shown:
    currency = data.get("currency")
    totals = data.get("totals")
    return {
        "basis": str(data.get("basis") or ""),
        "rows": [_line(row, currency, write) for row in _rows(data, "rows") if "quantity" in row],
        "total": ", ".join(
            write.money(total, currency) for total in (totals if isinstance(totals, list) else ())
        ),
    }


def _line(row: Mapping[str, Any], currency: object, write: _Writer) -> Shown:
    hourly = row.get("unit") == "hour" and row.get("quantity")
    return {
        "text": str(row.get("text") or ""),
        "on": write.day(row.get("on")),
        "by": str(row.get("by") or ""),
        "hours": formats.number(row["quantity"], write.language) if hourly else "",
        "rate": write.money(row.get("rate"), currency) if hourly else "",
        "amount": write.money(row.get("amount"), currency),
    }


def _budget(row: Mapping[str, Any], write: _Writer) -> Shown:
    unit = row.get("unit")
    amounts = {
        key: write.in_unit(row.get(key), unit) for key in ("total", "spent", "reserved", "left")
    }
    return {"contract": str(row.get("contract") or ""), **amounts}
