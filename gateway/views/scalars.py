"""Single values as JSON says them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

Json = str | int | bool | None | list["Json"] | dict[str, "Json"]
Object = dict[str, Json]


def moment(at: datetime | None) -> str | None:
    """2026-11-21T10:00:00.000Z: texts that sort as the moments do."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def day(on: date | None) -> str | None:
    """2026-11-21"""
    return None if on is None else on.isoformat()


def amount(value: Decimal | None) -> str | None:
    """450.00: never fewer than two decimals, never an exponent."""
    if value is None:
        return None
    exponent = value.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) and exponent < -2 else 2
    return f"{value:.{decimals}f}"


def people(addresses: tuple[str, ...]) -> list[Json]:
    return [address.lower() for address in addresses]
