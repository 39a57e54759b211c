"""How a command is written, for answers and lists: `#time 1h30 [yesterday] [not-billable] TEXT`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rules.priorities import PRIORITIES
from rules.process import Argument, Command

_WORDS: Mapping[str, Mapping[str, str]] = {
    "text": {"en": "TEXT", "fr": "TEXTE", "cs": "TEXT", "nl": "TEKST", "de": "TEXT"},
    "reason": {"en": "REASON", "fr": "RAISON", "cs": "DŮVOD", "nl": "REDEN", "de": "GRUND"},
    "words": {"en": "WORDS", "fr": "MOTS", "cs": "SLOVA", "nl": "WOORDEN", "de": "WÖRTER"},
    "title": {"en": "TITLE", "fr": "TITRE", "cs": "NÁZEV", "nl": "TITEL", "de": "TITEL"},
    "person": {"en": "WHO", "fr": "QUI", "cs": "KDO", "nl": "WIE", "de": "WER"},
    "address": {"en": "ADDRESS", "fr": "ADRESSE", "cs": "ADRESA", "nl": "ADRES", "de": "ADRESSE"},
    "ticket": {"en": "N", "fr": "N", "cs": "N", "nl": "N", "de": "N"},
    "task": {"en": "N", "fr": "N", "cs": "N", "nl": "N", "de": "N"},
    "moment": {"en": "WHEN", "fr": "QUAND", "cs": "KDY", "nl": "WANNEER", "de": "WANN"},
    "date": {"en": "DATE", "fr": "DATE", "cs": "DATUM", "nl": "DATUM", "de": "DATUM"},
    "amount": {"en": "AMOUNT", "fr": "MONTANT", "cs": "ČÁSTKA", "nl": "BEDRAG", "de": "BETRAG"},
    "phone": {"en": "NUMBER", "fr": "NUMÉRO", "cs": "ČÍSLO", "nl": "NUMMER", "de": "NUMMER"},
    "number": {"en": "NUMBER", "fr": "NUMÉRO", "cs": "ČÍSLO", "nl": "NUMMER", "de": "NUMMER"},
    "contract": {"en": "NAME", "fr": "NOM", "cs": "NÁZEV", "nl": "NAAM", "de": "NAME"},
    "desk": {"en": "DESK", "fr": "BUREAU", "cs": "PODPORA", "nl": "DESK", "de": "DESK"},
    "type": {"en": "TYPE", "fr": "TYPE", "cs": "TYP", "nl": "TYPE", "de": "TYP"},
}
_FIXED = {
    "duration": "1h30",
    "url": "https://…",
    "score": "1-5",
}


def usage(name: str, command: Command, language: str = "en", types: Sequence[str] = ()) -> str:
    """The command as one writes it, in that language where it has a word of it.

    Args:
        types: the request types that the process has, by their labels in the language.
    """
    needs, takes = command.needs.items(), command.takes.items()
    arguments = [(_free(spec), _needed(n, spec, language, types)) for n, spec in needs]
    arguments += [(_free(spec), _left_out(n, spec, language, types)) for n, spec in takes]
    in_order = [shown for _, shown in sorted(arguments, key=lambda argument: argument[0])]
    return " ".join([f"#{word_of(name, command, language)}", *in_order])


def word_of(name: str, command: Command, language: str) -> str:
    """The first alias in the language, else the English name."""
    return (command.alias.get(language) or (name,))[0] if language != "en" else name


def placeholder(name: str, spec: Argument, language: str, types: Sequence[str] = ()) -> str:
    """What stands for an argument: `AMOUNT`, `1-5`, `blocked|working`."""
    if spec.type == "type" and types:
        return "|".join(types)
    if spec.example:
        return spec.example_in(language)
    if spec.type == "choice":
        return "|".join(spec.word_in(value, language) for value in spec.choices)
    if spec.type == "flag":
        return spec.keyword_in(language) or name
    if spec.type == "priority":
        return "|".join(words.get(language, words["en"])[0] for words in PRIORITIES.values())
    if spec.type in _FIXED:
        return _FIXED[spec.type]
    if spec.type == "addresses":
        word = _WORDS["address"].get(language, "ADDRESS")
        return f"+{word} -{word}"
    words = _WORDS.get(name if spec.type in ("text", "word") else spec.type, {})
    return words.get(language) or words.get("en") or name.upper().replace("_", "-")


def _needed(name: str, spec: Argument, language: str, types: Sequence[str]) -> str:
    word = placeholder(name, spec, language, types)
    return f"{spec.keyword_in(language)} {word}" if spec.after else word


def _left_out(name: str, spec: Argument, language: str, types: Sequence[str]) -> str:
    word = _needed(name, spec, language, types)
    return f"[@{word.lower()}]" if spec.type == "person" else f"[{word}]"


def _free(spec: Argument) -> bool:
    return spec.type == "text"
