"""The words for days, months and units in English, French, Czech, Dutch and German, normalised.

Weekdays stand here in full alone: "mon", "sat", "do" and "di" begin too many sentences.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from rules.words import normalise

Unit = Literal["minute", "hour", "day", "week", "month"]


def _numbered(table: Mapping[int, str]) -> dict[str, int]:
    return {word: number for number, words in table.items() for word in _set(words)}


def _set(words: str) -> frozenset[str]:
    return frozenset(normalise(word) for word in words.split())


DAYS = _numbered(
    {
        0: "today aujourd'hui dnes vandaag heute",
        1: "tomorrow demain zítra zítřka morgen",
        2: "day-after-tomorrow the-day-after-tomorrow après-demain pozítří overmorgen übermorgen",
        -1: "yesterday hier včera gisteren gestern",
        -2: "day-before-yesterday avant-hier předevčírem eergisteren vorgestern",
    }
)
HERE = _set("hier")
"""Yesterday in French; "here" where the desk writes Dutch or German."""
HERE_IN = frozenset({"nl", "de"})

NEXT_WEEK = _set(
    "next-week la-semaine-prochaine semaine-prochaine příští-týden volgende-week nächste-woche"
)
WEEKDAYS = _numbered(
    {
        0: "monday lundi pondělí pondělka maandag montag",
        1: "tuesday mardi úterý úterka dinsdag dienstag",
        2: "wednesday mercredi středa středu středy woensdag mittwoch",
        3: "thursday jeudi čtvrtek čtvrtka donderdag donnerstag",
        4: "friday vendredi pátek pátku vrijdag freitag",
        5: "saturday samedi sobota sobotu soboty zaterdag samstag sonnabend",
        6: "sunday dimanche neděle neděli zondag sonntag",
    }
)
MONTHS = _numbered(
    {
        1: "january janvier leden ledna januari januar jan janv jänner",
        2: "february février únor února februari februar feb fév févr",
        3: "march mars březen března maart märz maerz mar mrt mrz",
        4: "april avril duben dubna apr avr",
        5: "may mai květen května mei",
        6: "june juin červen června juni jun",
        7: "july juillet červenec července juli jul juil",
        8: "august août srpen srpna augustus aug",
        9: "september septembre září sep sept",
        10: "october octobre říjen října oktober oct okt",
        11: "november novembre listopad listopadu nov",
        12: "december décembre prosinec prosince dezember dec déc dez",
    }
)
_NAMES: Mapping[str, str] = {
    "en": "January February March April May June July August September October November December",
    "fr": "Janvier Février Mars Avril Mai Juin Juillet Août Septembre Octobre Novembre Décembre",
    "cs": "Leden Únor Březen Duben Květen Červen Červenec Srpen Září Říjen Listopad Prosinec",
    "nl": "Januari Februari Maart April Mei Juni Juli Augustus September Oktober November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}


def short_moment(moment: datetime, language: str) -> str:
    """Day and time in a few letters: 24 Nov 10:00, 24. 11. 10:00, 24/11 10:00."""
    if language in ("cs", "de"):
        return f"{moment.day}. {moment.month}. {moment:%H:%M}"
    if language in ("fr", "nl"):
        return f"{moment.day}/{moment.month} {moment:%H:%M}"
    return f"{moment.day} {month_name(moment.month, 'en')[:3]} {moment:%H:%M}"


def month_name(month: int, language: str) -> str:
    """As a title has it: `Janvier`; in English where the language is another."""
    return _NAMES.get(language, _NAMES["en"]).split()[month - 1]


_UNIT_WORDS: Mapping[Unit, str] = {
    "minute": "minute minutes min mins minuut minuten minuta minuty minut",
    "hour": "hour hours h hr hrs heure heures hodina hodiny hodin hodinu hod uur uren u "
    "stunde stunden std",
    "day": "day days d jour jours den dny dní dnů dag dagen tag tage tagen",
    "week": "week weeks semaine semaines týden týdny týdnů weken woche wochen",
    "month": "month months mois měsíc měsíce měsíců maand maanden monat monate monaten",
}
UNITS: Mapping[str, Unit] = {
    word: unit for unit, words in _UNIT_WORDS.items() for word in _set(words)
}
FROM_NOW = _set("in dans za over binnen")
AGO_BEFORE = _set("vor před il-y-a")
AGO_AFTER = _set("ago geleden")
JOINING = _set("at on by om op à le ve v am um dne")
"""Words that stand before a day or an hour and say nothing of their own."""
NOON = _set("noon midday midi poledne middag mittag")
OCLOCK = _set("uhr uur hod hodin h u heures o'clock")
