"""What each kind of argument looks like: how many of the words it takes, and the value they mean.

A reader gets the words that are left, never none of them, and returns value and number of words,
or None where they do not begin with such a thing. No reader raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal

from rules.durations import read_duration
from rules.moments import read_date, read_moment
from rules.priorities import read_priority
from rules.process import Argument, ArgumentType
from rules.words import normalise


@dataclass(frozen=True, slots=True)
class Frame:
    """What arguments are read against. `now` is aware."""

    now: datetime
    zone: tzinfo
    language: str = "en"
    """The desk's."""
    answered_in: str = "en"
    """The sender's, in which a fault shows how the command is written."""

    types: tuple[str, ...] = ()
    """The request types of the process, by their labels in that language."""

    @property
    def doubtful_in(self) -> str:
        """The language of a doubtful word: "hier" is yesterday to who is answered in French, and
        otherwise what it is to the desk."""
        return "fr" if self.answered_in == "fr" else self.language


Taken = tuple[object, int] | None
Reader = Callable[[Sequence[str], Argument, Frame], Taken]


def _longest(words: Sequence[str], most: int, read: Callable[[str], object]) -> Taken:
    """The longest beginning of the words, `most` of them at most, that reads."""
    for count in range(min(most, len(words)), 0, -1):
        value = read(" ".join(words[:count]))
        if value is not None:
            return value, count
    return None


def _rest(words: Sequence[str], _: Argument, __: Frame) -> Taken:
    return " ".join(words), len(words)


def _word(words: Sequence[str], _: Argument, __: Frame) -> Taken:
    return words[0], 1


# --- people and addresses ----------------------------------------------------------------------

_ADDRESS = re.compile(
    r"<?(?:mailto:)?([\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+"
    r"[a-z0-9-]{2,63})>?",
    re.IGNORECASE | re.ASCII,
)
_LINKED = re.compile(r"\[?([^\s<>\[\]]+)\]?<(?:mailto:)?([^\s<>]+)>")
"""How mailers write a linked address as text: `jan@acme.example<mailto:jan@acme.example>`."""
_LONGEST_ADDRESS = 254


def read_address(text: str) -> str | None:
    """A bare address in lower case (RFC 5321, 4.1.2 without quoted strings and literals)."""
    text = text.strip().rstrip(".,;:")
    if (linked := _LINKED.fullmatch(text)) and linked[1].lower() == linked[2].lower():
        text = linked[1]
    match = _ADDRESS.fullmatch(text)
    if match is None or len(match[1]) > _LONGEST_ADDRESS:
        return None
    local = match[1].partition("@")[0]
    dots = local.startswith(".") or local.endswith(".") or ".." in local
    return None if dots else match[1].lower()


def _address(words: Sequence[str], _: Argument, __: Frame) -> Taken:
    """`jan@acme.example`, `<jan@acme.example>`, `Jan Maes <jan@acme.example>`."""
    for count, word in enumerate(words[:6], 1):
        address = read_address(word)
        if address is not None and (count == 1 or word.startswith("<")):
            return address, count
    return None


def _addresses(words: Sequence[str], _: Argument, __: Frame) -> Taken:
    """(sign, address) of each: `+jan@acme.example -ann@acme.example`; without a sign it is +."""
    found = list[tuple[str, str]]()
    for word in words:
        sign = word[0] if word[0] in "+-" else "+"
        address = read_address(word.removeprefix(sign))
        if address is None:
            break
        found.append((sign, address))
    return (tuple(found), len(found)) if found else None


# --- numbers -----------------------------------------------------------------------------------

_TICKET = re.compile(r"\[?#?(\d{1,9})\]?", re.ASCII)
_SCORE = re.compile(r"([1-5])(?:/5)?", re.ASCII)
_PHONE_WORD = re.compile(r"[+(\d][\d()./-]*", re.ASCII)
_DATE_WORD = re.compile(r"\d{1,2}[./-]\d{1,2}(?:[./-](?:\d{2}|\d{4})?)?|\d{4}-\d{1,2}-\d{1,2}")
_ENOUGH_DIGITS = 8
"""A phone number this long may be followed by a day."""


def _ticket(words: Sequence[str], _: Argument, __: Frame) -> Taken:
    match = _TICKET.fullmatch(words[0])
    return (int(match[1]), 1) if match else None


def _task(words: Sequence[str], spec: Argument, frame: Frame) -> Taken:
    """Its number, else its words."""
    return _ticket(words, spec, frame) or (None if spec.after else _rest(words, spec, frame))


def _score(words: Sequence[str], _: Argument, __: Frame) -> Taken:
    match = _SCORE.fullmatch(words[0])
    return (int(match[1]), 1) if match else None


def read_phone(text: str) -> str | None:
    """Digits, with + where it is international: `+32 (0)3 460 35 35` is +3234603535."""
    international = text.lstrip().startswith("+")
    if international:
        text = text.replace("(0)", "")
    digits = "".join(c for c in text if c.isdigit())
    if not 5 <= len(digits) <= 15 or "+" in text.strip()[1:]:
        return None
    return ("+" if international else "") + digits


def _phone(words: Sequence[str], _: Argument, frame: Frame) -> Taken:
    count = 0
    for word in words:
        digits = sum(c.isdigit() for w in words[:count] for c in w)
        if not _PHONE_WORD.fullmatch(word) or (digits >= _ENOUGH_DIGITS and _is_day(word, frame)):
            break
        count += 1
    number = read_phone(" ".join(words[:count]))
    return (number, count) if number else None


def _is_day(word: str, frame: Frame) -> bool:
    shaped = _DATE_WORD.fullmatch(word) is not None
    return shaped and read_date(word, now=frame.now, zone=frame.zone) is not None


# --- money -------------------------------------------------------------------------------------

_SIGNS = {"€": "EUR", "£": "GBP", "$": "USD", "kč": "CZK", "kc": "CZK", "euro": "EUR"}
_SIGNS |= {"euros": "EUR", "eur": "EUR", "gbp": "GBP", "usd": "USD", "czk": "CZK", "chf": "CHF"}
_CODES = {"PLN", "DKK", "SEK", "NOK", "HUF", "RON", "BGN", "CAD", "AUD", "JPY"}
_CURRENCY = "|".join(re.escape(s) for s in sorted(_SIGNS, key=len, reverse=True))
_CURRENCY = rf"(?:(?i:{_CURRENCY})|{'|'.join(sorted(_CODES))})"
_AMOUNT = re.compile(
    rf"(?P<before>{_CURRENCY})?\s?"
    r"(?P<whole>[1-9]\d{0,2}(?:(?P<group>[ \u202f'’.,])\d{3})(?:(?P=group)\d{3}){0,2}|\d{1,9})"
    r"(?:(?P<point>[.,])(?:(?P<cents>\d{1,2})|--?))?"
    rf"\s?(?P<after>{_CURRENCY})?",
    re.ASCII,
)
_HUNDRED = re.compile(r"\d{3}(?:[.,]\d{1,2})?", re.ASCII)


def read_amount(text: str) -> tuple[Decimal, str | None] | None:
    """Amount, above nothing, to the cent, and currency: `450`, `1 250,50 €`, `£450`, `EUR 450`."""
    match = _AMOUNT.fullmatch(text.strip())
    if match is None or (match["group"] and match["group"] == match["point"]):
        return None
    currencies = {_currency(match[side]) for side in ("before", "after") if match[side]}
    if len(currencies) > 1:
        return None
    whole = "".join(c for c in match["whole"] if c.isdigit())
    amount = Decimal(f"{whole}.{(match['cents'] or '').ljust(2, '0')}")
    return (amount, next(iter(currencies), None)) if amount else None


def _currency(sign: str) -> str:
    return _SIGNS.get(sign.lower(), sign)


def _amount(words: Sequence[str], _: Argument, __: Frame) -> Taken:
    """`450 100 licences` is no amount: nobody can tell whether it is 450 or 450100."""
    taken = _longest(words, 6, read_amount)
    if taken is None:
        return None
    count = taken[1]
    rest = words[count:]
    if rest and all(word.isdigit() for word in words[:count]):
        doubtful = count > 1 or _HUNDRED.fullmatch(rest[0])
        return None if doubtful else taken
    return taken


# --- times, choices, links ---------------------------------------------------------------------

_URL = re.compile(r"<?(https?://[^\s<>\"]{1,1990})>?", re.IGNORECASE)


_MINUS = ("-", "\u2212", "\u2013")


def _duration(words: Sequence[str], spec: Argument, _: Frame) -> Taken:
    """Minutes; fewer than none after a minus, where the argument may have one."""
    if not spec.signed or not words[0].startswith(_MINUS):
        return _longest(words, 5, read_duration)
    alone = len(words[0]) == 1
    rest = words[1:] if alone else (words[0][1:], *words[1:])
    taken = _longest(rest, 5, _minutes_back)
    return (taken[0], taken[1] + alone) if taken else None


def _minutes_back(text: str) -> int | None:
    minutes = read_duration(text)
    return None if minutes is None else -minutes


def _moment(words: Sequence[str], _: Argument, frame: Frame) -> Taken:
    return _longest(
        words,
        9,
        lambda text: read_moment(text, now=frame.now, zone=frame.zone, language=frame.doubtful_in),
    )


def _date(words: Sequence[str], spec: Argument, frame: Frame) -> Taken:
    return _longest(
        words,
        9,
        lambda text: read_date(
            text, now=frame.now, zone=frame.zone, past=spec.past, language=frame.doubtful_in
        ),
    )


def _choice(words: Sequence[str], spec: Argument, _: Frame) -> Taken:
    """The value that is kept, whatever word was written for it."""
    known = {normalise(w): value for value in spec.choices for w in spec.words_for(value)}
    return _longest(words, 4, lambda text: known.get(normalise(text)))


def _priority(words: Sequence[str], _: Argument, __: Frame) -> Taken:
    return _longest(words, 1, read_priority)


def _url(words: Sequence[str], _: Argument, __: Frame) -> Taken:
    match = _URL.fullmatch(words[0])
    return (match[1], 1) if match else None


READERS: Mapping[ArgumentType, Reader] = {
    "text": _rest,
    "choice": _choice,
    "word": _word,
    "person": _rest,
    "address": _address,
    "addresses": _addresses,
    "ticket": _ticket,
    "task": _task,
    "duration": _duration,
    "moment": _moment,
    "date": _date,
    "amount": _amount,
    "phone": _phone,
    "url": _url,
    "contract": _rest,
    "desk": _rest,
    "type": _rest,
    "priority": _priority,
    "score": _score,
}
"""Flags are not here: their words count wherever they stand (rules.arguments)."""
