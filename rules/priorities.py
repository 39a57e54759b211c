"""The words of the four priorities, by language: the first of each is the one that is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rules.model import Priority
from rules.words import normalise

PRIORITIES: Mapping[Priority, Mapping[str, Sequence[str]]] = {
    Priority.LOW: {
        "en": ("low",),
        "fr": ("basse", "faible"),
        "cs": ("nízká",),
        "nl": ("laag",),
        "de": ("niedrig", "gering"),
    },
    Priority.NORMAL: {
        "en": ("normal", "medium"),
        "fr": ("normale", "moyenne"),
        "cs": ("normální", "střední"),
        "nl": ("normaal",),
        "de": ("normal", "mittel"),
    },
    Priority.HIGH: {
        "en": ("high",),
        "fr": ("haute", "élevée"),
        "cs": ("vysoká",),
        "nl": ("hoog",),
        "de": ("hoch",),
    },
    Priority.URGENT: {
        "en": ("urgent", "critical"),
        "fr": ("urgente", "critique"),
        "cs": ("urgentní", "kritická", "naléhavá"),
        "nl": ("dringend", "kritiek"),
        "de": ("dringend", "kritisch"),
    },
}
_MEANT = {
    normalise(word): priority
    for priority, languages in PRIORITIES.items()
    for words in languages.values()
    for word in words
}


def read_priority(text: str) -> str | None:
    """Whatever the language it is written in."""
    priority = _MEANT.get(normalise(text))
    return priority.value if priority else None
