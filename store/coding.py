"""Effects to JSON and back, as the journal keeps them: generic over the frozen values of `rules`.

An effect is an object with its name under "effect" and its fields by their names. Amounts, dates
and moments are text. A field that an old entry lacks has its default; one that nobody knows is an
error, since its meaning would be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from rules import effects
from rules.effects import Effect
from store.types import storable, storable_json

Encode = Callable[[Any], Any]
Decode = Callable[[Any], Any]

KINDS: Mapping[str, type[Any]] = {kind.__name__: kind for kind in get_args(effects.Effect)}


def encode(effect: Effect) -> dict[str, Any]:
    """The effect as JSON values. Text that no database takes is made `storable`."""
    return {"effect": type(effect).__name__, **encode_value(type(effect), effect)}


def decode(data: Mapping[str, Any]) -> Effect:
    """What `encode` was given. Raises ValueError where this version cannot read it."""
    members = dict(data)
    kind = KINDS.get(members.pop("effect", ""))
    if kind is None:
        raise ValueError(f"no effect that is known: {data!r}")
    try:
        effect: Effect = decode_value(kind, members)
    except (TypeError, AttributeError, ArithmeticError) as error:
        raise ValueError(f"no {kind.__name__} that this version reads: {data!r}") from error
    return effect


def encode_value(kind: Any, value: Any) -> Any:
    """Any value of `rules` whose type is `kind` as JSON values."""
    return _coder(kind)[0](value)


def decode_value(kind: Any, data: Any) -> Any:
    """What `encode_value` was given; raises ValueError."""
    return _coder(kind)[1](data)


# --- one coder for each type -------------------------------------------------------------------


def _same(value: Any) -> Any:
    return value


def _moment(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError(f"a moment without time zone: {value!r}")
    return value.astimezone(UTC).isoformat()


_PLAIN: Mapping[Any, tuple[Encode, Decode]] = {
    str: (storable, _same),
    int: (int, _same),
    bool: (bool, _same),
    NoneType: (_same, _same),
    object: (storable_json, _same),
    Decimal: (str, Decimal),
    datetime: (_moment, datetime.fromisoformat),
    date: (date.isoformat, date.fromisoformat),
}
_JSON_SCALARS = {str, int, bool, NoneType}


@cache
def _coder(kind: Any) -> tuple[Encode, Decode]:
    if kind in _PLAIN:
        return _PLAIN[kind]
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _union(get_args(kind))
    if origin is tuple:
        return _many(get_args(kind)[0])
    if origin is frozenset:
        return _set(get_args(kind)[0])
    if origin is Mapping:
        return _mapping(get_args(kind)[1])
    if isinstance(kind, type) and issubclass(kind, Enum):
        return (lambda member: member.value), kind
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass(kind)
    raise TypeError(f"no way to keep a {kind!r} in the journal")


def _union(kinds: tuple[Any, ...]) -> tuple[Encode, Decode]:
    if set(kinds) <= _JSON_SCALARS:
        return storable_json, _same
    if set(kinds) == set(KINDS.values()):
        return encode, decode
    (kind,) = (kind for kind in kinds if kind is not NoneType)
    inward, outward = _coder(kind)
    return (
        lambda value: None if value is None else inward(value),
        lambda data: None if data is None else outward(data),
    )


def _many(kind: Any) -> tuple[Encode, Decode]:
    inward, outward = _coder(kind)
    return (
        lambda members: [inward(member) for member in members],
        lambda data: tuple(outward(member) for member in data),
    )


def _set(kind: Any) -> tuple[Encode, Decode]:
    inward, outward = _many(kind)
    return (lambda members: sorted(inward(members))), (lambda data: frozenset(outward(data)))


def _mapping(kind: Any) -> tuple[Encode, Decode]:
    inward, outward = _coder(kind)
    return (
        lambda value: {storable(name): inward(member) for name, member in value.items()},
        lambda data: {name: outward(member) for name, member in data.items()},
    )


def _dataclass(kind: type[Any]) -> tuple[Encode, Decode]:
    hints = get_type_hints(kind)
    coders = {field.name: _coder(hints[field.name]) for field in fields(kind)}

    def encoded(value: Any) -> dict[str, Any]:
        return {name: inward(getattr(value, name)) for name, (inward, _) in coders.items()}

    def decoded(data: Mapping[str, Any]) -> Any:
        unknown = data.keys() - coders.keys()
        if unknown:
            raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
        return kind(**{name: coders[name][1](member) for name, member in data.items()})

    return encoded, decoded
