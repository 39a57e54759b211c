"""Dates, times, money and durations in each language."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from gateway.render import formats

AT = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)

MOMENTS = (
    ("en", "Sunday, 22 November 2026, 00:30", "22 Nov 2026, 00:30", "22 November 2026"),
    ("nl", "zondag 22 november 2026, 00:30", "22 nov 2026, 00:30", "22 november 2026"),
    ("fr", "dimanche 22 novembre 2026, 00:30", "22 nov. 2026, 00:30", "22 novembre 2026"),
    ("de", "Sonntag, 22. November 2026, 00:30", "22.11.2026, 00:30", "22. November 2026"),
    ("cs", "neděle 22. listopadu 2026, 0:30", "22. 11. 2026, 0:30", "22. listopadu 2026"),
)
MONEY = (
    ("en", "EUR", "€1,250.50"),
    ("en", "GBP", "£1,250.50"),
    ("nl", "EUR", "€_1.250,50"),
    ("fr", "EUR", "1_250,50_€"),
    ("de", "EUR", "1.250,50_€"),
    ("cs", "CZK", "1_250,50_Kč"),
)
DURATIONS = (
    (90, "en", "1 hr 30 mins"),
    (45, "fr", "45_min"),
    (120, "nl", "2 uur"),
    (0, "de", "0 Min."),
    (61, "cs", "1 h 1 min"),
)


@pytest.mark.parametrize(("language", "long", "short", "day"), MOMENTS)
def test_moments(language: str, long: str, short: str, day: str) -> None:
    """In the reader's zone, where it may be the next day; from a value or its ISO text."""
    zone = "Europe/Brussels"
    assert formats.moment(AT, language, zone) == long
    assert formats.moment(AT.isoformat(), language, zone) == long
    assert formats.short_moment(AT, language, zone) == short
    assert formats.day(date(2026, 11, 22), language) == formats.day("2026-11-22", language) == day


@pytest.mark.parametrize(("language", "currency", "shown"), MONEY)
def test_money(language: str, currency: str, shown: str) -> None:
    """With no-break spaces (written _ here), never CLDR's narrow one (U+202F)."""
    said = formats.money("1250.50", currency, language)
    assert said.replace("\u00a0", "_") == shown
    assert formats.money(Decimal("1250.50"), currency, language) == said


@pytest.mark.parametrize(("minutes", "language", "shown"), DURATIONS)
def test_durations(minutes: int, language: str, shown: str) -> None:
    assert formats.duration(minutes, language).replace("\u00a0", "_") == shown


def test_what_is_no_amount_is_shown_as_it_stands() -> None:
    assert formats.money("about 100", "EUR", "en") == "about 100 EUR"
    assert formats.number("many", "en") == "many"


def test_unknown_languages_and_zones_fall_back() -> None:
    """British English, and UTC: a wrong entry in people.yaml never holds a mail back."""
    assert formats.moment(AT, "xx", "Nowhere/City") == "Saturday, 21 November 2026, 23:30"
    assert formats.zone_name(AT, "en", "Nowhere/City") == "UTC"


def test_zone_names_follow_summer_time() -> None:
    summer = datetime(2026, 7, 1, tzinfo=UTC)
    names = {formats.zone_name(at, "nl", "Europe/Brussels") for at in (AT, summer)}
    assert names == {"Midden-Europese standaardtijd", "Midden-Europese zomertijd"}
