"""Hypothesis strategies for effects: any at all, and those that a ticket may really have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from rules import effects as e
from rules.model import Billing, Priority, TimeEntry
from store.coding import KINDS
from store.types import storable

hostile = st.text(st.characters(exclude_categories=()), max_size=20)
plain = st.text("abcdé@.- ", min_size=1, max_size=12)
moments = st.datetimes(
    min_value=datetime(1, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.just(UTC),
)
amounts = st.decimals(allow_nan=False, allow_infinity=False, places=None)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain, inner, max_size=3),
    max_leaves=5,
)
_SCALARS: Mapping[Any, st.SearchStrategy[Any]] = {
    str: st.builds(storable, hostile),
    int: st.integers(),
    bool: st.booleans(),
    NoneType: st.none(),
    object: json_values,
    Decimal: amounts,
    datetime: moments,
    date: st.dates(),
}


def any_value(kind: Any, depth: int = 2) -> st.SearchStrategy[Any]:
    """Any value whatever of a type that `rules` uses in its effects."""
    if kind in _SCALARS:
        return _SCALARS[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        if set(arguments) == set(KINDS.values()):
            return any_effect(depth - 1) if depth else st.nothing()
        return st.one_of(*(any_value(argument, depth) for argument in arguments))
    if origin is tuple:
        return st.lists(any_value(arguments[0], depth), max_size=2 if depth else 0).map(tuple)
    if origin is Mapping:
        return st.dictionaries(plain, any_value(arguments[1], depth), max_size=3)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    hints = get_type_hints(kind)
    return st.builds(kind, **{f.name: any_value(hints[f.name], depth) for f in fields(kind)})


def any_effect(depth: int = 2) -> st.SearchStrategy[Any]:
    return st.sampled_from(list(KINDS.values())).flatmap(lambda kind: any_value(kind, depth))


_small = st.integers(1, 4)
_words = st.builds(storable, hostile)
_addresses = st.sampled_from(["an@x.example", "bo@x.example", "cy@x.example"])
_maybe = st.none() | _words

possible_effects: st.SearchStrategy[e.Effect] = st.one_of(
    st.builds(e.MoveTo, plain, st.booleans(), moments, plain),
    st.builds(e.SetPriority, any_value(Priority)),
    st.builds(e.SetValue, st.sampled_from(["type", "level", "contract", "resolution"]), _maybe),
    st.builds(e.SetValue, st.sampled_from(["subject", "language"]), hostile),
    st.builds(e.SetField, plain, st.none() | st.booleans() | st.integers() | hostile),
    st.builds(e.Assign, st.none() | _addresses),
    st.builds(e.SetRequester, _addresses, hostile, st.none() | plain, plain),
    st.builds(e.AddParticipant, _addresses),
    st.builds(e.RemoveParticipant, _addresses),
    st.builds(e.AddTask, hostile, st.none() | plain, st.none() | _addresses, st.none(), _maybe),
    st.builds(e.AssignTask, _small, st.none() | _addresses, st.none() | plain),
    st.builds(e.CompleteTask, _small),
    st.builds(
        e.AddTime,
        st.builds(TimeEntry, st.integers(1, 999), plain, st.dates(), st.booleans(), hostile),
    ),
    st.builds(e.SendQuote, amounts, plain, hostile, plain, moments, st.none() | st.dates()),
    st.builds(e.SettleQuote, _small, st.sampled_from(["approved", "declined", "expired"])),
    st.builds(
        e.SetBilling,
        st.builds(
            Billing,
            st.sampled_from(["none", "time", "quote"]),
            st.none() | amounts,
            _maybe,
            st.sampled_from(["none", "requested", "raised", "paid"]),
            _maybe,
        ),
    ),
    st.builds(e.SendSurvey, moments),
    st.builds(e.AnswerSurvey, st.integers(1, 5), _maybe),
    st.builds(e.AddLink, st.sampled_from(["bug", "idea", "related", "merged"]), plain),
    st.builds(e.StartTimer, st.sampled_from(["close", "remind", "approval"]), moments),
    st.builds(e.PauseTimer, st.sampled_from(["close", "approval"]), st.integers(0, 10**9)),
    st.builds(e.CancelTimer, st.sampled_from(["close", "remind", "approval"])),
    st.builds(e.Note, plain, hostile),
    st.builds(e.QueueMail, plain, st.just(("an@x.example",))),
)
"""Effects as rules may decide them on one ticket, with hostile words in them."""
