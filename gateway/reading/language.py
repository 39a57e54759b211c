"""The language of a text by its stop words: enough to choose in which language to answer."""

from __future__ import annotations

import re
from collections import Counter

_STOP_WORDS = {
    "en": "the and you that is are was for with this have not please we your our from can will be"
    " has would could should there when what which they been but hello thank thanks dear it's"
    " i'm do does my i it of to a in on or an if so how why need need's doesn't don't can't"
    " regards approve",
    "fr": "le la les de des est une un pour dans que vous nous pas avec sur merci bonjour votre"
    " notre je il elle du au aux ce cette sont ont été mais ou où qui ne plus fait être avoir"
    " ainsi en et suis c'est n'est j'ai d'un d'une qu'il mon ma mes cordialement beaucoup"
    " bonsoir voici peut",
    "de": "der die das und ist nicht ein eine für mit ich wir sie bitte auf dem den von zu haben"
    " hallo werden wird kann auch noch bei ihre unser uns sehr geehrte danke guten einen sind"
    " aber oder wenn in es an im am mein meine kein keine hat habe ihr ihnen mich mir kannst"
    " können du grüße gruß",
    "nl": "de het een en is van niet voor met ik wij jullie graag deze zijn heeft hebben kunnen"
    " kunt geen naar ook maar bij wordt goedendag bedankt dag onze uw mijn wat als dit nog"
    " worden zou willen dank in op te kan iemand vergeten aub alstublieft alvast groeten beste"
    " er al we je dat om hallo",
    "cs": "je že a na se pro jsem jsme prosím prosim děkuji dekuji dobrý dobry den není neni jak"
    " ale nebo také tak byl byla bylo jsou ve od po při už až když který která vám nám naše"
    " vaše nás vás dne mám mam máme lze tento v z s k o do nejde nefunguje nedá ano ahoj to mi"
    " by ještě mohl mohli",
}
_LANGUAGES: dict[str, list[str]] = {}
for _language, _words in _STOP_WORDS.items():
    for _word in _words.split():
        _LANGUAGES.setdefault(_word, []).append(_language)

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_ONLY_CZECH = frozenset("ěřůďťň")
_MOST_WORDS = 1000
_FEWEST = 2


def guess(text: str) -> str | None:
    """en, fr, cs, nl or de where the stop words of `text` show it clearly; None otherwise."""
    found = Counter[str]()
    for count, match in enumerate(_WORD.finditer(text)):
        if count == _MOST_WORDS:
            break
        word = match[0].lower()
        found.update(_LANGUAGES.get(word, ()))
        if not _ONLY_CZECH.isdisjoint(word):
            found["cs"] += 1
    ranked = found.most_common(2)
    if not ranked or ranked[0][1] < _FEWEST:
        return None
    runner_up = ranked[1][1] if len(ranked) > 1 else 0
    return ranked[0][0] if ranked[0][1] >= 2 * runner_up else None
