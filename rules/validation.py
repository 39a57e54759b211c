"""From the data of a process file to its frozen values, with every fault of shape at once.

What is at fault is left out and the rest is looked at again, so that one mistake hides no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from rules.faults import Fault, did_you_mean
from rules.jsonschema import known_keys
from rules.process import Process
from rules.source import Path, Source, at

_MOST_ROUNDS = 100
PLACEHOLDERS: Mapping[str, object] = {
    "process": "",
    "title": "",
    "language": "en",
    "languages": ["en"],
    "start": "",
    "roles": {},
    "tells": [],
    "statuses": {},
}
"""What stands in for a key that a file must have and has not, to look at the rest of it."""


def unknown_keys(source: Source, data: object) -> Iterator[Fault]:
    """Each key that means nothing where it stands; it is taken out of the data."""
    for path, mapping in list(_mappings(data, ())):
        known = known_keys(path, mapping)
        for key in [k for k in mapping if known is not None and k not in known]:
            mend = did_you_mean(str(key), known or ())
            yield source.fault((*path, key), f"unknown key '{key}'", mend)
            del mapping[key]


def _mappings(data: object, path: Path) -> Iterator[tuple[Path, dict[str, object]]]:
    if isinstance(data, dict):
        yield path, data
        for key, value in list(data.items()):
            yield from _mappings(value, (*path, key))
    elif isinstance(data, list):
        for n, value in enumerate(data):
            yield from _mappings(value, (*path, n))


def validated(data: dict[str, Any], source: Source) -> tuple[Process | None, list[Fault]]:
    """The values, and what is wrong. Where something is, it is missing from the values."""
    faults: list[Fault] = []
    for _ in range(_MOST_ROUNDS):
        try:
            return Process.model_validate(data), faults
        except ValidationError as error:
            found = _by_path(error.errors(include_url=False), data)
            faults += [_fault(source, path, errors) for path, errors in found.items()]
            for path in sorted(found, key=_order, reverse=True):
                _mend(data, source, path, found[path])
            if not _mendable(found):
                break
    return None, faults


def _mendable(found: Mapping[Path, list[ErrorDetails]]) -> bool:
    return all(e["type"] == "missing" for e in found.get((), ()))


def _order(path: Path) -> tuple[tuple[bool, str | int], ...]:
    """Later items of a list first when reversed, so that taking one out moves no other."""
    return tuple((isinstance(step, int), step) for step in path)


def _by_path(errors: list[ErrorDetails], data: object) -> dict[Path, list[ErrorDetails]]:
    """The alternatives of a union are one fault, at the innermost part that fits none of them."""
    found: dict[Path, list[ErrorDetails]] = {}
    for error in errors:
        found.setdefault(_located(error["loc"], data), []).append(error)
    return {
        path: its
        for path, its in found.items()
        if any(e["type"] == "missing" for e in its)
        or not any(other[: len(path)] == path and other != path for other in found)
    }


def _located(loc: Path, data: object) -> Path:
    """The steps of pydantic's location that the file has; names of alternatives are none."""
    path: Path = ()
    for step in loc:
        if at(data, (*path, step)) is not None or _has(at(data, path), step):
            path = (*path, step)
    return path


def _has(part: object, step: str | int) -> bool:
    return isinstance(part, Mapping) and step in part


def _mend(data: dict[str, Any], source: Source, path: Path, errors: list[ErrorDetails]) -> None:
    """Takes the part out, or puts in what the file lacks."""
    if not path:
        missing = [str(e["loc"][-1]) for e in errors if e["type"] == "missing"]
        data |= {key: PLACEHOLDERS[key] for key in missing}
        return
    parent = at(data, path[:-1])
    if isinstance(parent, list) and isinstance(path[-1], int) and path[-1] < len(parent):
        parent.pop(path[-1])
        source.forget(path)
    elif len(path) == 1 and path[0] in PLACEHOLDERS:
        data[str(path[0])] = PLACEHOLDERS[str(path[0])]
    elif isinstance(parent, dict):
        parent.pop(path[-1], None)


_EXPECTED = {
    "string": "a text",
    "dict": "a mapping",
    "mapping": "a mapping",
    "model": "a mapping",
    "tuple": "a list",
    "bool": "true or false",
    "int": "a number",
}


def _fault(source: Source, path: Path, errors: list[ErrorDetails]) -> Fault:
    missing = [str(e["loc"][-1]) for e in errors if e["type"] == "missing"]
    if missing:
        names = ", ".join(f"'{name}'" for name in missing)
        return source.fault(path, f"{names} is missing", f"Write {missing[0]}: and its value.")
    for error in errors:
        if error["type"] == "literal_error":
            words = re.findall(r"'([^']+)'", str(error["ctx"]["expected"]))
            return source.fault(
                path, f"unknown word '{error['input']}'", did_you_mean(str(error["input"]), words)
            )
    kinds = [_EXPECTED.get(error["type"].split("_")[0]) for error in errors]
    expected = " or ".join(dict.fromkeys(kind for kind in kinds if kind))
    if expected:
        return source.fault(path, f"{expected} is expected here", "Write one.")
    message = errors[0]["msg"]
    return source.fault(path, message[:1].lower() + message[1:], "Change it.")
