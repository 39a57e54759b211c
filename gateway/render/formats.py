"""Moments, days, durations and money as the recipient writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_timezone_name
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit

_LOCALES = {"en": "en_GB", "fr": "fr_FR", "cs": "cs_CZ", "nl": "nl_BE", "de": "de_DE"}
"""A language's own way with dates: day before month and 24 hours in English too."""


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """The locale of a language code; British English where it is unknown."""
    try:
        return Locale.parse(_LOCALES.get(language, language))
    except (UnknownLocaleError, ValueError):
        return Locale.parse(_LOCALES["en"])


@lru_cache(maxsize=256)
def zone_of(name: str) -> tzinfo:
    """The time zone of that name; UTC where it is unknown."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def moment(value: str | datetime, language: str, zone: str) -> str:
    """`Saturday, 21 November 2026, 15:05`: an aware datetime, or its ISO text."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    locale, here = locale_of(language), zone_of(zone)
    local = at.astimezone(here)
    return _plain(
        f"{format_date(local, 'full', locale=locale)}, "
        f"{format_time(local, 'short', tzinfo=here, locale=locale)}"
    )


def short_moment(value: str | datetime, language: str, zone: str) -> str:
    """`21 Nov 2026, 15:05`, for lists."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    locale, here = locale_of(language), zone_of(zone)
    local = at.astimezone(here)
    return _plain(
        f"{format_date(local, 'medium', locale=locale)}, "
        f"{format_time(local, 'short', tzinfo=here, locale=locale)}"
    )


def zone_name(value: str | datetime, language: str, zone: str) -> str:
    """What people call the zone: `Belgium time`; to be shown where two sides agree on a moment."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    here = zone_of(zone)
    if here is UTC:
        return "UTC"
    local = at.astimezone(here)
    return _plain(get_timezone_name(local, width="long", locale=locale_of(language)))


def zone_at_large(zone: str, language: str) -> str:
    """The zone by the name that it has in summer and winter: `Central European Time`, for lists."""
    here = zone_of(zone)
    return "UTC" if here is UTC else _plain(get_timezone_name(here, locale=locale_of(language)))


def day(value: str | date, language: str) -> str:
    """`21 November 2026`: a date or its ISO text."""
    on = date.fromisoformat(value) if isinstance(value, str) else value
    return _plain(format_date(on, "long", locale=locale_of(language)))


def duration(minutes: int, language: str) -> str:
    """`1 hr 30 mins`, as the language shortens it."""
    locale = locale_of(language)
    hours, rest = divmod(abs(int(minutes)), 60)
    parts = [format_unit(hours, "hour", length="short", locale=locale)] if hours else []
    if rest or not hours:
        parts.append(format_unit(rest, "minute", length="short", locale=locale))
    return ("-" if minutes < 0 else "") + _plain(" ".join(parts))


def money(amount: str | Decimal, currency: str, language: str) -> str:
    """`€1,250.00` from a decimal text; what is no amount is shown as it stands."""
    try:
        value = Decimal(amount)
    except InvalidOperation:
        return f"{amount} {currency}"
    return _plain(format_currency(value, currency, locale=locale_of(language)))


def number(value: str | int | Decimal, language: str) -> str:
    """`12,5`: a number in the language's digits and marks; what is none is shown as it stands."""
    try:
        return _plain(format_decimal(Decimal(value), locale=locale_of(language)))
    except InvalidOperation:
        return str(value)


def _plain(text: str) -> str:
    """Mail fonts often lack CLDR's narrow no-break space (U+202F); U+00A0 holds together too."""
    return text.replace("\u202f", "\u00a0")
