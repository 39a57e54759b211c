"""A YAML file as the text of a configuration: whatever is no flag stays as it was written.

`007` is a name. A key whose value is null or nothing at all is absent.
"""

from __future__ import annotations

from gateway.configuration.places import Malformed, Places, Text
from rules.source import parse


def read_yaml(text: str) -> Text:
    """The file's content, an empty mapping for an empty file. Raises `Malformed`."""
    source = parse(text, "", numbers=False)
    if source.faults:
        raise Malformed(*((f.line, f.column, f.message, f.mend) for f in source.faults))
    data = {} if source.data is None else _without_nulls(source.data)
    if not isinstance(data, dict):
        raise Malformed((1, 1, "the file holds no keys", "Begin with a key and a colon."))
    return Text(data, Places({path: place for path, place in source.marks.items() if path}))


def _without_nulls(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_nulls(part) for key, part in value.items() if part is not None}
    return [_without_nulls(part) for part in value] if isinstance(value, list) else value
