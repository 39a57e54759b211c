"""Whether a mail says thanks and nothing more, in the five languages."""

from __future__ import annotations

from rules.words import normalise

_LONGEST = 20
"""Words; a longer mail has something to say."""

_THANKS = frozenset(
    "thanks thank thx cheers merci remercie remercions bedankt dank dankjewel dankuwel danku "
    "dekuji dekujeme diky dik danke vielen dankeschon".split()
)
_MORE = frozenset(
    # But, still, not, again, problem, also, when, please: it is not over.
    "but still not isnt doesnt dont cannot cant again problem error also however except when "
    "please why how "
    "mais encore pas toujours probleme erreur aussi quand svp plait pourquoi comment cependant "
    "maar nog niet opnieuw probleem fout ook wanneer alstublieft aub waarom hoe echter "
    "ale jeste stale ne neni nefunguje znovu problem chyba take kdy prosim proc jak "
    "aber noch nicht wieder fehler auch wann bitte warum wie jedoch kein keine".split()
)


def is_thanks(text: str, attachments: int) -> bool:
    """Short, with a word of thanks, no question, and no word that says that it goes on."""
    if attachments or "?" in text:
        return False
    words = [normalise(word) for word in text.split()]
    said = {word for word in words if word}
    return len(words) <= _LONGEST and bool(said & _THANKS) and not said & _MORE
