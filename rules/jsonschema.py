"""The shape of a process file as JSON Schema: for editors, and for the keys that loading knows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from rules.process import Process

Schema = Mapping[str, Any]
_FILLED_IN = ("version",)
"""What the loader knows and no file says."""


@cache
def process_schema() -> Schema:
    """JSON Schema (2020-12) of a process file."""
    schema = Process.model_json_schema(by_alias=True)
    for name in _FILLED_IN:
        del schema["properties"][name]
    commands = schema["properties"]["commands"]
    commands["additionalProperties"] = {
        "anyOf": [commands["additionalProperties"], {"type": "null"}]
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """As docs/process.schema.json holds it."""
    return json.dumps(process_schema(), indent=2, ensure_ascii=False) + "\n"


def known_keys(path: tuple[str | int, ...], data: object) -> frozenset[str] | None:
    """The keys that a mapping at this path of a process file may have; None where any may stand."""
    found = _objects(process_schema(), path)
    closed = [s for s in found if s.get("additionalProperties") is False]
    if not isinstance(data, Mapping) or not closed or len(closed) != len(found):
        return None
    return frozenset(key for schema in closed for key in schema["properties"])


def _objects(schema: Schema, path: tuple[str | int, ...]) -> list[Schema]:
    """The object schemas that what stands at the path may have."""
    schemas = _alternatives(schema)
    for step in path:
        schemas = [
            s for schema in schemas for inner in _inside(schema, step) for s in _alternatives(inner)
        ]
    return [schema for schema in schemas if schema.get("type") == "object"]


def _inside(schema: Schema, step: str | int) -> list[Schema]:
    if isinstance(step, int):
        return [schema["items"]] if "items" in schema else []
    if step in schema.get("properties", {}):
        return [schema["properties"][step]]
    additional = schema.get("additionalProperties")
    return [additional] if isinstance(additional, Mapping) else []


def _alternatives(schema: Schema) -> list[Schema]:
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return _alternatives(process_schema()["$defs"][name])
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return [s for choice in choices for s in _alternatives(choice)]
    return [schema]
