"""What pydantic finds wrong in a file, as faults in the words of people who write such files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gateway.configuration.places import KeyPath, Places
from gateway.configuration.scalars import Unfit, shown
from rules.faults import Fault, did_you_mean

Words = tuple[str, str]
"""What is wrong, and its mend."""


def faults_of(
    error: ValidationError, model: type[BaseModel], file: str, places: Places
) -> Iterator[tuple[KeyPath, Fault]]:
    """Each fault with the path of its key."""
    for details in error.errors(include_url=False):
        if details["type"] == "too_short" and details["input"]:
            continue  # its entries have faults of their own
        path = details["loc"]
        message, mend = _words(details, model)
        yield path, Fault(file, *places.of(path), message, mend)


def _words(details: ErrorDetails, model: type[BaseModel]) -> Words:
    path, kind = details["loc"], details["type"]
    unfit = details.get("ctx", {}).get("error")
    if isinstance(unfit, Unfit):
        return f"{_key(path)}{unfit.message}", unfit.mend
    if kind == "extra_forbidden":
        return f"unknown key {path[-1]}", did_you_mean(path[-1], _keys_at(model, path[:-1]))
    if kind == "missing":
        return f"{path[-1]} is missing", f"say which {path[-1]}"
    told = _MESSAGES.get(kind)
    if told is None:
        return f"{_key(path)}{details['msg'].lower()}", ""
    message, mend = told(details)
    return f"{_key(path)}{message}", mend


def _key(path: KeyPath) -> str:
    """`rates.default: `; the tables around it are told by the line."""
    names = [str(part) for part in path if not isinstance(part, int)]
    return f"{'.'.join(names[-2:] if len(names) > 2 else names[-1:])}: " if names else ""


def _none_of(details: ErrorDetails) -> Words:
    known = [
        word.strip("' ") for word in str(details["ctx"]["expected"]).replace(" or ", ",").split(",")
    ]
    mend = did_you_mean(details["input"], known)
    return f"{shown(details['input'])} is none of {', '.join(known)}", mend if "?" in mend else ""


def _listed(details: ErrorDetails) -> Words:
    given, key = details["input"], details["loc"][-1]
    if isinstance(given, Mapping):
        return "is one table and no list", f"write [[{key}]] for each"
    return f"{shown(given)} is no list", f"write it as [{shown(given)}]"


def _said(message: str, mend: str) -> Callable[[ErrorDetails], Words]:
    return lambda details: (message.format(shown(details["input"])), mend)


_TABLE = _said("{} is no table of keys", "write keys with values")
_COUNT = _said("{} is no whole number above zero", "write it as 50")

_MESSAGES: Mapping[str, Callable[[ErrorDetails], Words]] = {
    "literal_error": _none_of,
    "tuple_type": _listed,
    "string_type": _said("{} is no text", "put it in quotation marks"),
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
    "mapping_type": _TABLE,
    "dict_type": _TABLE,
    "int_type": _COUNT,
    "int_parsing": _COUNT,
    "int_from_float": _COUNT,
    "greater_than": _COUNT,
    "greater_than_equal": _said("{} is below zero", "write 0 or more"),
    "less_than_equal": _said("{} is too many", ""),
    "too_short": _said("there is none", "add at least one"),
}


def _keys_at(model: type[BaseModel], path: KeyPath) -> list[str]:
    """The keys that may stand in the table at `path`."""
    for part in path:
        if isinstance(part, str) and part in model.model_fields:
            model = next(_models_in(model.model_fields[part].annotation), model)
    return list(model.model_fields)


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
